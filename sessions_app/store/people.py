"""Write drivers with their tags, and managers with their sites."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import QuerySet

from sessions_app.models import Driver, IdTag, Manager, Membership, Site


@transaction.atomic
def drivers_add(tags_by_driver: Iterable[tuple[Driver, Iterable[str]]]) -> list[Driver]:
    """Add the drivers with the values of their tags."""
    pairs = list(tags_by_driver)
    drivers = Driver.objects.bulk_create(driver for driver, _ in pairs)
    IdTag.objects.bulk_create(
        IdTag(value=value, driver=driver)
        for driver, (_, values) in zip(drivers, pairs, strict=True)
        for value in values
    )
    return drivers


def id_tag_add(value: str, *, driver: Driver, is_blocked: bool) -> IdTag:
    """Add a tag of a driver."""
    return IdTag.objects.create(value=value, driver=driver, is_blocked=is_blocked)


def id_tags_block(tags: QuerySet[IdTag], *, is_blocked: bool) -> int:
    """Block or unblock the tags; return their number."""
    return tags.update(is_blocked=is_blocked)


@transaction.atomic
def manager_add(manager: Manager, *, password: str, roles: Mapping[Site, str]) -> Manager:
    """Add a manager, or an operator, with a role at each of those sites."""
    manager.set_password(password)
    manager.save(force_insert=True)
    Membership.objects.bulk_create(Membership(manager=manager, site=site, role=role) for site, role in roles.items())
    return manager
