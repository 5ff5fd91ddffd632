"""Write pricing policies."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from sessions_app.models import PriceComponent, PricingPolicy


@transaction.atomic
def policy_add(policy: PricingPolicy, components: Iterable[PriceComponent], *, changed_at: datetime) -> None:
    """Add a policy with its components in that order, changed last at that time."""
    policy.save(force_insert=True)
    rows = list(components)
    for position, component in enumerate(rows):
        component.policy, component.position = policy, position
    PriceComponent.objects.bulk_create(rows)
    PricingPolicy.objects.filter(pk=policy.pk).update(changed_at=changed_at)  # save() sets it to now
