"""Handle the requests of the central system over one connection of a simulated station."""

import logging
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.client import ClientConnection

from sessions_app.demo.connector_sim import ConnectorSimulator
from sessions_app.domain.station_states import ConnectorStatus, StopReason

RESPONSE_TIMEOUT_S = 30


class OcppClient(ChargePoint):
    """The `ocpp` package's charge point with a handler for each supported request."""

    def __init__(self, identity: str, connection: ClientConnection, connectors: list[ConnectorSimulator]) -> None:
        super().__init__(identity, connection, RESPONSE_TIMEOUT_S, logging.getLogger("ocpp.station"))
        self.connectors = connectors

    def _connector(self, number: int) -> ConnectorSimulator | None:
        return next((connector for connector in self.connectors if connector.connector == number), None)

    @on("RemoteStopTransaction")
    def on_remote_stop(self, transaction_id: int, **_: Any) -> Any:
        """End the transaction if it is running here."""
        for connector in self.connectors:
            if connector.transaction and connector.transaction.id == transaction_id:
                connector.request_stop(StopReason.REMOTE)
                return call_result.RemoteStopTransaction("Accepted")
        return call_result.RemoteStopTransaction("Rejected")

    @on("RemoteStartTransaction")
    def on_remote_start(self, id_tag: str, connector_id: int = 0, **_: Any) -> Any:
        """Start a visit at that connector, or at any available one."""
        for connector in self.connectors:
            if connector.status == ConnectorStatus.AVAILABLE and connector_id in {0, connector.connector}:
                connector.request_start(id_tag)
                return call_result.RemoteStartTransaction("Accepted")
        return call_result.RemoteStartTransaction("Rejected")

    @on("UnlockConnector")
    def on_unlock(self, connector_id: int, **_: Any) -> Any:
        """Unlock the connector and end its transaction."""
        connector = self._connector(connector_id)
        if connector is None:
            return call_result.UnlockConnector("NotSupported")
        if connector.transaction:
            connector.request_stop(StopReason.UNLOCK_COMMAND)
        return call_result.UnlockConnector("Unlocked")

    @on("Reset")
    def on_reset(self, type: str, **_: Any) -> Any:  # noqa: A002 - OCPP's own word
        """End all transactions, as a restart does."""
        for connector in self.connectors:
            if connector.transaction:
                connector.request_stop(f"{type}Reset")
        return call_result.Reset("Accepted")

    @on("TriggerMessage")
    def on_trigger(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        """Send the status of the connectors; no other message is supported."""
        if requested_message != "StatusNotification":
            return call_result.TriggerMessage("NotImplemented")
        for connector in self.connectors:
            if connector_id in {None, 0, connector.connector}:
                connector.queue.send_status(connector.connector, connector.status)
        return call_result.TriggerMessage("Accepted")

    @on("ChangeAvailability")
    def on_change_availability(self, **_: Any) -> Any:
        """Accept, but change nothing."""
        return call_result.ChangeAvailability("Accepted")

    @on("ChangeConfiguration")
    def on_change_configuration(self, **_: Any) -> Any:
        """Reject: there is nothing to configure."""
        return call_result.ChangeConfiguration("NotSupported")

    @on("GetConfiguration")
    def on_get_configuration(self, key: list[str] | None = None, **_: Any) -> Any:
        """Return the supported keys."""
        settings = {"NumberOfConnectors": str(len(self.connectors)), "HeartbeatInterval": "300"}
        return call_result.GetConfiguration(
            [{"key": k, "readonly": True, "value": v} for k, v in settings.items() if not key or k in key],
            [k for k in key or [] if k not in settings],
        )

    @on("ClearCache")
    def on_clear_cache(self) -> Any:
        """Accept: nothing is cached."""
        return call_result.ClearCache("Accepted")
