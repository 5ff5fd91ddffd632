"""Sessions by how long the car has stood, against the rating of the connector."""

from collections.abc import Mapping

from django.db.models import Q

from sessions_app.domain.inactivity import FAST_MINUTES, LEVELS, USUAL_MINUTES
from sessions_app.models import Connector
from sessions_app.queries.found import Found, Wanted, wanted

FACTOR = {"warning": 1, "high": 2}


def _ratings() -> dict[int, Q]:
    """Return which connectors have how many minutes."""
    ratings = {USUAL_MINUTES: Q(max_power_w=None)}
    above = -1.0
    for up_to_w, minutes in LEVELS:
        ratings[minutes] = ratings.get(minutes, Q()) | Q(max_power_w__gt=above, max_power_w__lte=up_to_w)
        above = up_to_w
    ratings[FAST_MINUTES] = ratings.get(FAST_MINUTES, Q()) | Q(max_power_w__gt=above)
    return ratings


def connectors_wanted() -> Wanted:
    """Return what has to be looked up for any level: the connectors of each rating."""
    return {f"{minutes} minutes": wanted(Connector.objects.filter(of)) for minutes, of in _ratings().items()}


def stands(level: str, found: Mapping[str, Found]) -> Q:
    """Return the condition that a session has that level of inactivity, or a higher one."""
    factor_s = 60 * FACTOR[level]
    each = Q(connector=None, idle_s__gte=USUAL_MINUTES * factor_s)
    for minutes in _ratings():
        stood = Q(idle_s__gte=minutes * factor_s)  # first: quicker told than one connector of hundreds
        each |= stood & Q(connector__in=found[f"{minutes} minutes"].ids)
    return Q(idle_s__gte=min(_ratings()) * factor_s) & each
