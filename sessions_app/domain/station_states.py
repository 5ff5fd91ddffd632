"""The states and outcomes that are reported, stored and shown, whatever the OCPP version.

The values are those of OCPP 1.6 where it has one. Each version maps its own words onto them. A station
may report a word that is not in the list: it is stored as it came.
"""

from enum import StrEnum


class ConnectorStatus(StrEnum):
    """What a station reports of a connector. Occupied is OCPP 2.x: it does not say whether a car charges."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    OCCUPIED = "Occupied"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


class ChargingState(StrEnum):
    """What happens within a transaction; OCPP 1.6 reports it as the status of the connector."""

    CHARGING = "Charging"
    CONNECTED = "EVConnected"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    IDLE = "Idle"


class TransactionPhase(StrEnum):
    """Which part of a transaction a message reports (TransactionEvent of OCPP 2.x)."""

    STARTED = "Started"
    UPDATED = "Updated"
    ENDED = "Ended"


class StopReason(StrEnum):
    """Why a session ended. The last three are ours: no stop message came."""

    DEAUTHORIZED = "DeAuthorized"
    EMERGENCY_STOP = "EmergencyStop"
    EV_DISCONNECTED = "EVDisconnected"  # the cable was removed
    HARD_RESET = "HardReset"
    LOCAL = "Local"
    OTHER = "Other"
    POWER_LOSS = "PowerLoss"
    REBOOT = "Reboot"
    REMOTE = "Remote"
    SOFT_RESET = "SoftReset"
    UNLOCK_COMMAND = "UnlockCommand"
    ENERGY_LIMIT = "EnergyLimitReached"  # from here OCPP 2.x
    GROUND_FAULT = "GroundFault"
    IMMEDIATE_RESET = "ImmediateReset"
    OUT_OF_CREDIT = "LocalOutOfCredit"
    BY_STAFF = "MasterPass"
    OVERCURRENT = "OvercurrentFault"
    POWER_QUALITY = "PowerQuality"
    SOC_LIMIT = "SOCLimitReached"
    STOPPED_BY_EV = "StoppedByEV"
    TIME_LIMIT = "TimeLimitReached"
    TIMEOUT = "Timeout"
    NEXT_SESSION = "NextSession"
    FORGOTTEN = "Forgotten"
    CLOSED = "Closed"


class Action(StrEnum):
    """What a manager or operator does to a session."""

    STOP_CHARGING = "stop charging"
    REPRICE = "reprice"
    CORRECT_ENERGY = "correct energy"
    RECOMPUTE = "recompute"


class CommandOutcome(StrEnum):
    """The outcome of a command to a station."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NO_ANSWER = "no answer"


class EditOutcome(StrEnum):
    """The outcome of an action that changes a session's figures."""

    REPRICED = "repriced"
    CORRECTED = "corrected"
    RECOMPUTED = "recomputed"
    REFUSED = "refused"


def charging_state(status: str) -> ChargingState | None:
    """Return the charging state that a connector's status implies; None if it implies no transaction."""
    match status:
        case ConnectorStatus.CHARGING:
            return ChargingState.CHARGING
        case ConnectorStatus.SUSPENDED_EV:
            return ChargingState.SUSPENDED_EV
        case ConnectorStatus.SUSPENDED_EVSE:
            return ChargingState.SUSPENDED_EVSE
    return None
