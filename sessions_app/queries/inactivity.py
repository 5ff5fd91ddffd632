"""The inactivity level of a session as a condition: idle time against the connector's rating."""

from collections.abc import Mapping

from django.db.models import Q

from sessions_app.domain.inactivity import DEFAULT_LEVEL_MINUTES, FAST_LEVEL_MINUTES, LEVEL_MINUTES, Level
from sessions_app.models import Connector
from sessions_app.queries.related_lookup import LookupResult, Lookups, lookup

FACTOR: dict[str, int] = {Level.WARNING: 1, Level.HIGH: 2}


def _ratings() -> dict[int, Q]:
    """Return the connectors of each rating class, by the minutes until its first level."""
    ratings = {DEFAULT_LEVEL_MINUTES: Q(max_power_w=None)}
    above_w = -1.0
    for up_to_w, minutes in LEVEL_MINUTES:
        ratings[minutes] = ratings.get(minutes, Q()) | Q(max_power_w__gt=above_w, max_power_w__lte=up_to_w)
        above_w = up_to_w
    ratings[FAST_LEVEL_MINUTES] = ratings.get(FAST_LEVEL_MINUTES, Q()) | Q(max_power_w__gt=above_w)
    return ratings


def rating_lookups() -> Lookups:
    """Return the lookups that any level needs: the connectors of each rating class."""
    return {
        f"{minutes} minutes": lookup(Connector.objects.filter(condition)) for minutes, condition in _ratings().items()
    }


def inactivity_condition(level: str, lookups: Mapping[str, LookupResult]) -> Q:
    """Return the condition that a session has that level of inactivity or a higher one."""
    factor_s = 60 * FACTOR[level]
    any_class = Q(connector=None, idle_s__gte=DEFAULT_LEVEL_MINUTES * factor_s)
    for minutes in _ratings():
        is_idle = Q(idle_s__gte=minutes * factor_s)  # first: cheaper than one of hundreds of connectors
        any_class |= is_idle & Q(connector__in=lookups[f"{minutes} minutes"].ids)
    return Q(idle_s__gte=min(_ratings()) * factor_s) & any_class
