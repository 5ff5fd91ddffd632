"""What the central system asks of a station, and what its plugs do about it: one connection long."""

import logging
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.client import ClientConnection

from sessions_app.demo.connector_sim import ConnectorSimulator
from sessions_app.domain.station_states import ConnectorStatus, StopReason

RESPONSE_TIMEOUT_S = 30


class OcppClient(ChargePoint):
    """The `ocpp` package's charge point, with a handler for each request that it understands."""

    def __init__(self, identity: str, connection: ClientConnection, plugs: list[ConnectorSimulator]) -> None:
        super().__init__(identity, connection, RESPONSE_TIMEOUT_S, logging.getLogger("ocpp.station"))
        self.plugs = plugs

    def _plug(self, connector: int) -> ConnectorSimulator | None:
        return next((plug for plug in self.plugs if plug.connector == connector), None)

    @on("RemoteStopTransaction")
    def on_remote_stop(self, transaction_id: int, **_: Any) -> Any:
        """End the transaction, if it is ours."""
        for plug in self.plugs:
            if plug.transaction and plug.transaction.id == transaction_id:
                plug.end(StopReason.REMOTE)
                return call_result.RemoteStopTransaction("Accepted")
        return call_result.RemoteStopTransaction("Rejected")

    @on("RemoteStartTransaction")
    def on_remote_start(self, id_tag: str, connector_id: int = 0, **_: Any) -> Any:
        """Let a car come to that connector, or to any that is free."""
        for plug in self.plugs:
            if plug.status == ConnectorStatus.AVAILABLE and connector_id in {0, plug.connector}:
                plug.begin(id_tag)
                return call_result.RemoteStartTransaction("Accepted")
        return call_result.RemoteStartTransaction("Rejected")

    @on("UnlockConnector")
    def on_unlock(self, connector_id: int, **_: Any) -> Any:
        """Open the lock, and with it end what runs there."""
        plug = self._plug(connector_id)
        if plug is None:
            return call_result.UnlockConnector("NotSupported")
        if plug.transaction:
            plug.end(StopReason.UNLOCK_COMMAND)
        return call_result.UnlockConnector("Unlocked")

    @on("Reset")
    def on_reset(self, type: str, **_: Any) -> Any:  # noqa: A002 - OCPP's own word
        """End everything, as a restart does."""
        for plug in self.plugs:
            if plug.transaction:
                plug.end(f"{type}Reset")
        return call_result.Reset("Accepted")

    @on("TriggerMessage")
    def on_trigger(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        """Say again how the connectors stand; nothing else is sent on demand."""
        if requested_message != "StatusNotification":
            return call_result.TriggerMessage("NotImplemented")
        for plug in self.plugs:
            if connector_id in {None, 0, plug.connector}:
                plug.outbox.tell_status(plug.connector, plug.status)
        return call_result.TriggerMessage("Accepted")

    @on("ChangeAvailability")
    def on_change_availability(self, **_: Any) -> Any:
        """Agree, and stay as it is."""
        return call_result.ChangeAvailability("Accepted")

    @on("ChangeConfiguration")
    def on_change_configuration(self, **_: Any) -> Any:
        """Refuse: there is nothing to configure."""
        return call_result.ChangeConfiguration("NotSupported")

    @on("GetConfiguration")
    def on_get_configuration(self, key: list[str] | None = None, **_: Any) -> Any:
        """Tell the few keys that there are."""
        known = {"NumberOfConnectors": str(len(self.plugs)), "HeartbeatInterval": "300"}
        return call_result.GetConfiguration(
            [{"key": k, "readonly": True, "value": v} for k, v in known.items() if not key or k in key],
            [k for k in key or [] if k not in known],
        )

    @on("ClearCache")
    def on_clear_cache(self) -> Any:
        """Agree: nothing is cached."""
        return call_result.ClearCache("Accepted")
