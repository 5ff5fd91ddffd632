"""The states of the domain: named in their modules, and nowhere else by their text."""

import ast
from pathlib import Path

import pytest

from sessions_app.domain import station_states
from sessions_app.domain.commands import ANSWER_TIMEOUT
from sessions_app.domain.export_state import ExportState
from sessions_app.domain.station_states import (
    Action,
    ChargingState,
    CommandOutcome,
    ConnectorStatus,
    EditOutcome,
    StopReason,
    charging_state,
)

APP = Path(station_states.__file__).parents[1]
STATES = (Action, ChargingState, CommandOutcome, ConnectorStatus, EditOutcome, ExportState, StopReason)
TEXTS = {member.value for states in STATES for member in states}
HOMES = {"domain/station_states.py", "domain/export_state.py"}

# Files that use one of the texts for something else, with what it is there.
OTHER_MEANINGS = {
    "pages/export_jobs.py": {"waiting", "Finishing", "ready", "failed"},  # texts on screen
    "admin/repricing.py": {"reprice"},  # the name of the admin action
    "admin/stations.py": {"refused"},  # a column: the station is refused in the handshake
}


def literals(path: Path) -> set[str]:
    """Return the texts of a module that are a state, without docstrings."""
    tree = ast.parse(path.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value in TEXTS}


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(APP.rglob("*.py")) if "migrations" not in path.parts],
    ids=lambda path: str(path.relative_to(APP)),
)
def test_states_are_named_by_their_enum(path: Path) -> None:
    name = str(path.relative_to(APP))

    assert name in HOMES or literals(path) <= OTHER_MEANINGS.get(name, set())


def test_answer_timeout_is_written_once() -> None:
    modules = [path for path in APP.rglob("*.py") if "ANSWER_TIMEOUT =" in path.read_text()]

    assert [path.name for path in modules] == ["commands.py"]
    assert ANSWER_TIMEOUT.total_seconds() == 30


@pytest.mark.parametrize("status", [*ConnectorStatus, "SomethingElse", ""])
def test_charging_state_is_known_within_a_transaction_only(status: str) -> None:
    assert (charging_state(status) is not None) == (status in {"Charging", "SuspendedEV", "SuspendedEVSE"})
