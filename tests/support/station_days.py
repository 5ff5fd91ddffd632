"""Random events of stations, each kind of `domain.events`, from a seed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random

from sessions_app.domain import events
from sessions_app.domain.events import Event
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.domain.station_states import ChargingState, CommandOutcome, TransactionPhase
from sessions_app.domain.transactions import TransactionIssuer, TransactionRef, issued_id
from sessions_app.models import ChargingSession, ChargingStation
from tests.support.builders import NOON

TAGS = ("TAG1", "TAG2", "STRANGER")
STATUSES = ("Available", "Preparing", "Charging", "SuspendedEV", "Finishing")
HOUR_S = 3_600


@dataclass
class StationDay:
    """Stations whose events come in any order, early, late and repeated, within the hour after noon."""

    random: Random
    stations: list[ChargingStation]
    recorded: list[Event] = field(default_factory=list)

    def next_event(self) -> Event:
        """Return an event of a random kind; one in ten repeats an earlier one."""
        if self.recorded and self.random.random() < 0.1:
            return self.random.choice(self.recorded)
        kind = self.random.choices(list(MAKERS), weights=[WEIGHTS.get(kind, 1) for kind in MAKERS])[0]
        return self.make(kind)

    def make(self, kind: type[Event]) -> Event:
        """Return an event of that kind."""
        event = MAKERS[kind](self, self.random.choice(self.stations))
        self.recorded.append(event)
        return event

    def moment(self) -> timedelta:
        return timedelta(seconds=self.random.randrange(HOUR_S))

    def connector(self) -> int:
        return self.random.choice((1, 2))

    def transaction(self, station: ChargingStation) -> str:
        """Return the id of a session of the station, or one that only the station knows."""
        ids = ChargingSession.objects.filter(station=station).order_by("-id").values_list("id", flat=True)[:4]
        return self.random.choice([*map(str, ids), "4711", ""])

    def readings(self) -> tuple[Reading, ...]:
        """Return up to three readings: charging, idle, or with a register that fell."""
        at = NOON + self.moment()
        power_w = self.random.choice((0.0, 0.0, 3_600.0, 7_200.0, 11_000.0, None))
        register = self.random.choice((2_000, 2_000, 2_500, 4_000, 9_000, 10))
        soc = self.random.choice((None, 40.0, 80.0))
        return tuple(
            Reading(
                at=at + timedelta(minutes=5 * number), register_wh=Decimal(register), power_w=power_w, soc_percent=soc
            )
            for number in range(self.random.choice((1, 1, 3)))
        )


def _started(day: StationDay, station: ChargingStation) -> Event:
    return events.Started(
        station_id=station.pk,
        at=NOON + day.moment(),
        connector=day.connector(),
        id_tag=day.random.choice(TAGS),
        meter_start_wh=Decimal(1_000),
        flags=day.random.choice((0, 0, int(Flag.CLOCK_UNSET))),
    )


def _measured(day: StationDay, station: ChargingStation) -> Event:
    readings = day.readings()
    return events.Measured(
        station_id=station.pk,
        at=readings[-1].at + timedelta(seconds=day.random.choice((0, 2, 600))),
        connector=day.random.choice((0, 1, 2)),
        transaction=issued_id(day.transaction(station)),
        readings=readings,
    )


def _stopped(day: StationDay, station: ChargingStation) -> Event:
    return events.Stopped(
        station_id=station.pk,
        at=NOON + day.moment(),
        transaction=issued_id(day.transaction(station)),
        meter_stop_wh=Decimal(9_500),
        reason=day.random.choice(("EVDisconnected", "Local", "Remote", "")),
        id_tag=day.random.choice(("", *TAGS)),
    )


def _transaction(day: StationDay, station: ChargingStation) -> Event:
    at, phase = NOON + day.moment(), day.random.choice((*TransactionPhase,))
    return events.TransactionReported(
        station_id=station.pk,
        at=at,
        connector=day.random.choice((0, 1, 2)),
        transaction=TransactionRef(TransactionIssuer.STATION, day.random.choice(("A", "B"))),
        phase=phase,
        id_tag=day.random.choice(("", *TAGS)),
        has_token=True,
        readings=day.readings(),
        charging_state=day.random.choice((None, *ChargingState)),
        is_unplugged=phase is TransactionPhase.ENDED,
    )


def _status(day: StationDay, station: ChargingStation) -> Event:
    at = NOON + day.moment()
    return events.StatusChanged(
        station_id=station.pk,
        at=at,
        received_at=at,
        connector=day.connector(),
        status=day.random.choice(STATUSES),
    )


def _unparsed(day: StationDay, station: ChargingStation) -> Event:
    return events.UnparsedMessage(
        station_id=station.pk, at=NOON + day.moment(), action="MeterValues", payload="{", error="not JSON"
    )


MAKERS: dict[type[Event], Callable[[StationDay, ChargingStation], Event]] = {
    events.UnparsedMessage: _unparsed,
    events.Connected: lambda day, station: events.Connected(
        station_id=station.pk, at=NOON + day.moment(), connection=day.random.choice("ab")
    ),
    events.Disconnected: lambda day, station: events.Disconnected(
        station_id=station.pk, at=NOON + day.moment(), connection=day.random.choice("ab")
    ),
    events.VersionRefused: lambda day, station: events.VersionRefused(
        station_id=station.pk, at=NOON + day.moment(), offered_versions="ocpp2.0.1"
    ),
    events.BootNotified: lambda day, station: events.BootNotified(station_id=station.pk, at=NOON + day.moment()),
    events.Heartbeat: lambda day, station: events.Heartbeat(station_id=station.pk, at=NOON + day.moment()),
    events.StatusChanged: _status,
    events.AuthorizeRequested: lambda day, station: events.AuthorizeRequested(
        station_id=station.pk, at=NOON + day.moment(), id_tag=day.random.choice(TAGS)
    ),
    events.Started: _started,
    events.Measured: _measured,
    events.Stopped: _stopped,
    events.TransactionReported: _transaction,
    events.CommandAnswered: lambda day, station: events.CommandAnswered(
        station_id=station.pk, at=NOON + day.moment(), audit_id=0, outcome=CommandOutcome.ACCEPTED
    ),
}
WEIGHTS: dict[type[Event], int] = {
    events.Measured: 12,
    events.Started: 3,
    events.Stopped: 2,
    events.StatusChanged: 2,
    events.TransactionReported: 2,
}
