"""Data that the forms of the admin send."""

from collections.abc import Mapping

from sessions_app.models import SiteArea


def rows(prefix: str, *filled: Mapping[str, object], initial: int = 0) -> dict[str, object]:
    """Return the fields of an inline formset."""
    fields: dict[str, object] = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": initial}
    for number, row in enumerate(filled):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return fields


def station_form(area: SiteArea, **changed: object) -> dict[str, object]:
    return {
        "identity": "HT-B1-03",
        "site_area": area.pk,
        "password": "",
        **rows("connectors", {"number": 1, "max_power_w": 22000, "phases": 3, "limit_a": ""}),
        **rows("planned_downtimes"),
        **changed,
    }
