"""Find mistakes in a tariff's components before anyone is charged by them."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from sessions_app.domain.pricing.redundancy import IDLE_BELOW_KW, RANGES, is_redundant
from sessions_app.domain.pricing.tariff import ENERGY, FLAT, PARKING_TIME, TIME, Component

DIMENSION_NAMES = {
    FLAT: "the flat fee",
    ENERGY: "all energy",
    TIME: "all charging time",
    PARKING_TIME: "all inactivity",
}


class Problem(msgspec.Struct, frozen=True):
    """Why the component at `index` is wrong or can never apply, and in which field."""

    index: int
    field: str
    text: str


class Validity(msgspec.Struct, frozen=True):
    """When sessions that start get the policy; a session keeps it after `end`."""

    start: date | None = None
    end: date | None = None


ALWAYS_VALID = Validity()


def find_problems(components: Sequence[Component], validity: Validity = ALWAYS_VALID) -> list[Problem]:
    """Return the problems of the components, in their order, at most one each."""
    problems = []
    for index, component in enumerate(components):
        problem = _own_problem(component, validity) or _redundancy_problem(component, components[:index], validity)
        if problem is not None:
            problems.append(Problem(index, *problem))
    return problems


def _own_problem(component: Component, validity: Validity) -> tuple[str, str] | None:
    for name in RANGES:
        start, end = getattr(component, f"{name}_from"), getattr(component, f"{name}_to")
        if end is not None and start is not None and end <= start:
            return f"{name}_to", "Never applies: the end must be after the start."
        if not isinstance(end, date) and end is not None and end <= 0:
            return f"{name}_to", "Never applies: the end is 0."
    if component.time_from is not None and component.time_from == component.time_to:
        return "time_to", "Start and end are the same. Leave both empty for the whole day."
    return _dimension_problem(component) or _date_problem(component, validity)


def _dimension_problem(component: Component) -> tuple[str, str] | None:
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


def _date_problem(component: Component, validity: Validity) -> tuple[str, str] | None:
    start, end = component.date_from, component.date_to
    # One day of tolerance: the date differs between time zones.
    if end and validity.start and end <= validity.start - timedelta(days=1):
        return "date_to", "Never applies: the policy starts later."
    if start and validity.end and start > validity.end + timedelta(days=1):
        return "date_from", "Never applies: the policy ends earlier."
    if start is None or end is None or not component.days:
        return None
    days = {str((start + timedelta(days=n)).isoweekday()) for n in range(min((end - start).days, 7))}
    if not days & set(component.days):
        return "days", "Never applies: none of these weekdays falls between the dates."
    return None


def _redundancy_problem(
    component: Component, earlier: Sequence[Component], validity: Validity
) -> tuple[str, str] | None:
    same_dimension = [(number, c) for number, c in enumerate(earlier, 1) if c.dimension == component.dimension]
    name = DIMENSION_NAMES[component.dimension]
    for number, previous in same_dimension:
        if is_redundant(component, [previous], since=validity.start):
            return "position", f"Never applies: component {number} already covers {name}."
    if is_redundant(component, [previous for _, previous in same_dimension], since=validity.start):
        return "position", f"Never applies: the components before it already cover {name}."
    return None
