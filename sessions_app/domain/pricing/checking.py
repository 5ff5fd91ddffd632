"""What is wrong with a row of components before anyone is charged by them."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from sessions_app.domain.pricing.covering import IDLE_BELOW_KW, RANGES, is_covered
from sessions_app.domain.pricing.tariff import ENERGY, FLAT, PARKING_TIME, TIME, Component

UNITS = {
    FLAT: "the flat fee",
    ENERGY: "all energy",
    TIME: "all charging time",
    PARKING_TIME: "all inactivity",
}


class Problem(msgspec.Struct, frozen=True):
    """Why a component, by its place in the row, is wrong or can never apply; and in which field."""

    place: int
    field: str
    text: str


class Validity(msgspec.Struct, frozen=True):
    """From when and to when a policy finds sessions; one that has begun keeps it beyond."""

    start: date | None = None
    end: date | None = None


ALWAYS = Validity()


def problems(components: Sequence[Component], validity: Validity = ALWAYS) -> list[Problem]:
    """Return what is wrong with the components, in their order."""
    found = []
    for place, component in enumerate(components):
        wrong = _wrong(component, validity) or _shadowed(component, components[:place], validity)
        if wrong is not None:
            found.append(Problem(place, *wrong))
    return found


def _wrong(component: Component, validity: Validity) -> tuple[str, str] | None:
    """Return the field and the words for what is wrong with a component by itself."""
    for name in RANGES:
        start, end = getattr(component, f"{name}_from"), getattr(component, f"{name}_to")
        if end is not None and start is not None and end <= start:
            return f"{name}_to", "Never applies: the end must be after the start."
        if not isinstance(end, date) and end is not None and end <= 0:
            return f"{name}_to", "Never applies: the end is 0."
    if component.time_from is not None and component.time_from == component.time_to:
        return "time_to", "Start and end are the same. Leave both empty for the whole day."
    return _never(component) or _never_by_date(component, validity)


def _never(component: Component) -> tuple[str, str] | None:
    """Return why a component of its dimension can never apply."""
    if component.dimension == FLAT and component.kwh_from:
        return "kwh_from", "Never applies: a flat fee is charged when energy first flows, at 0 kWh."
    if component.dimension != PARKING_TIME:
        if component.grace_minutes:
            return "grace_minutes", "Only inactivity can have a grace period."
        return None
    if component.kw_from is not None and component.kw_from >= IDLE_BELOW_KW:
        return "kw_from", f"Never applies: an idle car draws less than {IDLE_BELOW_KW:f} kW."
    if component.minutes_to is not None and component.minutes_to <= component.grace_minutes:
        return "grace_minutes", "Never applies: the session passes this limit before the grace period ends."
    return None


def _never_by_date(component: Component, validity: Validity) -> tuple[str, str] | None:
    start, end = component.date_from, component.date_to
    # A day less, a day more: somewhere it is another day.
    if end and validity.start and end <= validity.start - timedelta(days=1):
        return "date_to", "Never applies: the policy starts later."
    if start and validity.end and start > validity.end + timedelta(days=1):
        return "date_from", "Never applies: the policy ends earlier."
    if start is None or end is None or not component.days:
        return None
    days = {str((start + timedelta(days=each)).isoweekday()) for each in range(min((end - start).days, 7))}
    if not days & set(component.days):
        return "days", "Never applies: none of these weekdays falls between the dates."
    return None


def _shadowed(
    component: Component, earlier: Sequence[Component], validity: Validity
) -> tuple[str, str] | None:
    """Return that other components have everything that this one could have, if so."""
    same = [(place, each) for place, each in enumerate(earlier, 1) if each.dimension == component.dimension]
    name = UNITS[component.dimension]
    for place, other in same:
        if is_covered(component, [other], since=validity.start):
            return "position", f"Never applies: component {place} already covers {name}."
    if is_covered(component, [each for _, each in same], since=validity.start):
        return "position", f"Never applies: the components before it already cover {name}."
    return None
