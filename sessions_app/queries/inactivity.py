"""Sessions by how long the car has stood, against the rating of the connector."""

from collections.abc import Mapping

from django.db.models import Q

from sessions_app.domain.inactivity import DEFAULT_LEVEL_MINUTES, FAST_LEVEL_MINUTES, LEVEL_MINUTES
from sessions_app.models import Connector
from sessions_app.queries.related_lookup import LookupResult, Lookups, lookup

FACTOR = {"warning": 1, "high": 2}


def _ratings() -> dict[int, Q]:
    """Return which connectors have how many minutes."""
    ratings = {DEFAULT_LEVEL_MINUTES: Q(max_power_w=None)}
    above = -1.0
    for up_to_w, minutes in LEVEL_MINUTES:
        ratings[minutes] = ratings.get(minutes, Q()) | Q(max_power_w__gt=above, max_power_w__lte=up_to_w)
        above = up_to_w
    ratings[FAST_LEVEL_MINUTES] = ratings.get(FAST_LEVEL_MINUTES, Q()) | Q(max_power_w__gt=above)
    return ratings


def rating_lookups() -> Lookups:
    """Return what has to be looked up for any level: the connectors of each rating."""
    return {f"{minutes} minutes": lookup(Connector.objects.filter(of)) for minutes, of in _ratings().items()}


def inactivity_condition(level: str, found: Mapping[str, LookupResult]) -> Q:
    """Return the condition that a session has that level of inactivity, or a higher one."""
    factor_s = 60 * FACTOR[level]
    each = Q(connector=None, idle_s__gte=DEFAULT_LEVEL_MINUTES * factor_s)
    for minutes in _ratings():
        stood = Q(idle_s__gte=minutes * factor_s)  # first: quicker told than one connector of hundreds
        each |= stood & Q(connector__in=found[f"{minutes} minutes"].ids)
    return Q(idle_s__gte=min(_ratings()) * factor_s) & each
