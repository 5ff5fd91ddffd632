"""An independent, slow and plain reference of the rules that give a session's figures."""

from tests.domain.reference.inputs import Absence, Connector, Flag, Message, MeterEvent, Session, Status
from tests.domain.reference.result import Result
from tests.domain.reference.working import work_out

__all__ = ["Absence", "Connector", "Flag", "Message", "MeterEvent", "Result", "Session", "Status", "work_out"]
