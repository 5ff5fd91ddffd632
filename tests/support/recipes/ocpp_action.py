"""An OCPP action: a station says that the door of a connector was opened."""

from tests.support.recipes.recipe import Edit, Recipe

OCPP_ACTION = Recipe(
    "An OCPP action",
    (
        Edit(
            "sessions_app/ingest/v16.py",
            "def _empty_reply(",
            """def _door(station_id: int, payload: Payload, at: datetime) -> Event:
    return events.DoorOpened(station_id=station_id, at=at, connector=_connector(payload))


""",
        ),
        Edit(
            "sessions_app/ingest/v16.py",
            '    "StopTransaction": (_stop',
            '    "DoorOpened": (_door, lambda outcome, now: {"receivedAt": messages.format_timestamp(now)}),\n',
        ),
        Edit(
            "sessions_app/domain/events.py",
            "class ConnectionAttempt(",
            '''class DoorOpened(Event, frozen=True, kw_only=True):
    """The door of a connector was opened."""

    connector: int


''',
        ),
        Edit(
            "sessions_app/recording/event_handlers.py",
            "@_handle.register\ndef _dead_letter(",
            """@_handle.register
def _door(event: events.DoorOpened, batch: EventBatch, station: StationDraft) -> EventResult:
    connector = _connector(station, event.connector)
    if connector is not None:
        connector.error_code, connector.is_changed = "DoorOpened", True
    return EventResult()


""",
        ),
        Edit("sessions_app/ingest/OCPP.md", "| any other |", "| DoorOpened | `receivedAt` | the connector's error |\n"),
        Edit(
            "tests/support/station_days.py",
            "    events.CommandAnswered: lambda",
            """    events.DoorOpened: lambda day, station: events.DoorOpened(
        station_id=station.pk, at=NOON + day.moment(), connector=day.connector()
    ),
""",
        ),
    ),
    """
import pytest

from tests.support import builders
from tests.support.serving import Server
from tests.support.station_client import connect_station


@pytest.mark.django_db(transaction=True)
def test_action_is_received_recorded_and_answered(server: Server) -> None:
    station = builders.station()
    with connect_station(server.ws, station) as connected:
        answer = connected.exchange('[2, "7", "DoorOpened", {"connectorId": 2}]')
    assert answer[:2] == [3, "7"]
    assert answer[2].keys() == {"receivedAt"}
    assert [each.error_code for each in station.connectors.order_by("number")] == ["", "DoorOpened"]
""",
    also=("tests/live/test_law.py::test_law_covers_every_filter_and_event",),
)
