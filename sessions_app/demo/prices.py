"""Create the demo's pricing policies: together they use each dimension and most restrictions."""

from datetime import datetime, time
from decimal import Decimal
from typing import Any

from sessions_app.demo import fixtures
from sessions_app.models import Company, PriceComponent, PricingPolicy, Site, SiteArea
from sessions_app.store.policies import policy_add

GST = Decimal(10)
_NIGHT = {"time_from": time(22), "time_to": time(6)}
_DAY = {"time_from": time(7), "time_to": time(22)}

# Description, scope, audience, further fields; then dimension, price and restrictions of each component.
_POLICIES: tuple[tuple[str, str, str, dict[str, Any], tuple[tuple[str, str, dict[str, Any]], ...]], ...] = (
    ("Harbour Living standard", "", "", {}, (("ENERGY", "0.38", {}),)),
    (
        "Residents of Harbour Towers",
        "HT",
        "tenant",
        {},
        (
            ("ENERGY", "0.22", _NIGHT),
            ("ENERGY", "0.34", {}),
            ("PARKING_TIME", "1.50", {"grace_minutes": 90, **_DAY}),
        ),
    ),
    (
        "Visitors of Harbour Towers",
        "HT/Visitors",
        "visitor",
        {"max_price": Decimal(45)},
        (("FLAT", "1.00", {}), ("ENERGY", "0.48", {}), ("PARKING_TIME", "4.00", {"grace_minutes": 15})),
    ),
    ("Staff of Quay House", "QH", "staff", {"max_price": Decimal(20)}, (("ENERGY", "0.22", {}),)),
    (
        "Visitors of Quay House",
        "QH",
        "visitor",
        {"min_price": Decimal(2)},
        (("ENERGY", "0.45", {}), ("TIME", "0.60", {})),
    ),
    (
        "Fast charging",
        "SG/Fast chargers",
        "",
        {},
        (
            ("FLAT", "0.50", {}),
            ("ENERGY", "0.59", {"kwh_to": Decimal(20)}),
            ("ENERGY", "0.65", {}),
            ("PARKING_TIME", "12.00", {"grace_minutes": 10}),
        ),
    ),
)


def create_policies(*, valid_from: datetime) -> None:
    """Create the policies, valid from that moment."""
    for description, scope, audience, limits, components in _POLICIES:
        policy = PricingPolicy(
            description=description,
            audience=audience,
            currency=fixtures.CURRENCY,
            tax_percent=GST,
            valid_from=valid_from,
            **limits,
            **_scope(scope),
        )
        rows = (
            PriceComponent(dimension=dimension, price=Decimal(price), **when) for dimension, price, when in components
        )
        # Backdate the change: otherwise every past session would show that its policy changed later.
        policy_add(policy, rows, changed_at=valid_from)


def _scope(scope: str) -> dict[str, Any]:
    code, _, area = scope.partition("/")
    if not code:
        return {"company": Company.objects.get(is_demo=True)}
    site = Site.objects.get(name=fixtures.SITES_BY_CODE[code].name, company__is_demo=True)
    return {"site_area": SiteArea.objects.get(site=site, name=area)} if area else {"site": site}
