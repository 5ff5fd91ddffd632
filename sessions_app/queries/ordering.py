"""The sort order of every column, in the database. The id is the last key, unknown values sort first."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, QuerySet, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce
from django.utils import timezone

from sessions_app.models import ChargingSession
from sessions_app.queries.expressions import AVERAGE_POWER_W, COST, DURATION_S, REASON_LABEL, live_power_w

DEFAULT_SORT = "-started_at"
SortKey = F | Expression


@dataclass(frozen=True)
class RelatedColumn:
    """A column of another table; many sessions share few of its values.

    `link` is the session's foreign key (0 for NULL). `table` and `name` are the other table in SQL.
    """

    key: SortKey
    link: str
    table: str
    name: str = "name"
    is_nullable: bool = False


_OWN_COLUMNS: Mapping[str, tuple[SortKey, ...]] = {
    "id": (),
    "started_at": (F("started_at"),),
    "ended_at": (F("ended_at"),),
    "reason": (REASON_LABEL, F("ended_by")),
    "duration": (DURATION_S,),
    "inactivity": (F("idle_s"),),
    "power": (Coalesce(F("power_w"), Value(-1.0)),),
    "consumption": (F("energy_wh"),),
    "battery": (Coalesce(F("battery"), Value(-1.0)),),
    "price": (COST,),
    "id_tag": (F("id_tag_value"),),
    "peak_power": (Coalesce(F("peak_power_w"), Value(-1.0)),),
    "average_power": (Coalesce(AVERAGE_POWER_W, Value(-1.0)),),
}
# Columns whose values differ between sites: prices have other currencies, cards were bought together. A
# scan for one site would read all other sites. Each column has an index within a site.
PER_SITE_COLUMNS = {"price", "id_tag"}
_SITES_WITH_COMPANY = (
    "(SELECT t.id, c.name FROM sessions_app_site t JOIN sessions_app_company c ON c.id = t.company_id)"
)
RELATED_COLUMNS: Mapping[str, RelatedColumn] = {
    "company": RelatedColumn(F("site__company__name"), "site_id", _SITES_WITH_COMPANY),
    "site": RelatedColumn(F("site__name"), "site_id", "sessions_app_site"),
    "site_area": RelatedColumn(F("site_area__name"), "site_area_id", "sessions_app_sitearea"),
    "station": RelatedColumn(F("station__identity"), "station_id", "sessions_app_chargingstation", name="identity"),
    "connector": RelatedColumn(
        Coalesce(F("connector__number"), Value(0)),
        "connector_id",
        "sessions_app_connector",
        name="number",
        is_nullable=True,
    ),
    "user": RelatedColumn(Coalesce(F("driver__name"), Value("")), "driver_id", "sessions_app_driver", is_nullable=True),
    "policy": RelatedColumn(
        Coalesce(F("policy__description"), Value("")),
        "policy_id",
        "sessions_app_pricingpolicy",
        name="description",
        is_nullable=True,
    ),
}


@dataclass(frozen=True)
class Order:
    """The sort keys, the id last, and the direction."""

    keys: tuple[SortKey, ...]
    descending: bool

    @property
    def named_keys(self) -> dict[str, SortKey]:
        """The keys by the alias that a query gives them."""
        return {f"key_{number}": key for number, key in enumerate(self.keys)}

    def apply(self, sessions: QuerySet[ChargingSession]) -> QuerySet[ChargingSession]:
        """Return the sessions in this order."""
        return sessions.order_by(*(key.desc() if self.descending else key.asc() for key in self.keys))

    def reversed(self) -> "Order":
        """Return the opposite order."""
        return Order(self.keys, not self.descending)


def order(sort: str, *, in_progress: bool = False) -> Order:
    """Return the order for a `sort` parameter, such as "-started_at"."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    if in_progress and column == "duration":  # the longest session started first
        return Order((F("started_at"), F("id")), not descending)
    if in_progress and column == "power":
        return Order((live_power_w(timezone.now()), F("id")), descending)
    keys = (RELATED_COLUMNS[column].key,) if column in RELATED_COLUMNS else _OWN_COLUMNS[column]
    return Order((*keys, F("id")), descending)


def ordered(
    sessions: QuerySet[ChargingSession], sort: str = DEFAULT_SORT, *, in_progress: bool = False
) -> QuerySet[ChargingSession]:
    """Return the sessions in that order. The id breaks ties, in the same direction."""
    return order(sort, in_progress=in_progress).apply(sessions)
