"""The stored data: fields, constraints and indexes. No rules and no queries."""

from sessions_app.models.audit import ActionAudit
from sessions_app.models.background import ScheduleState, WorkerHeartbeat
from sessions_app.models.electricity import ElectricityCost
from sessions_app.models.exports import ExportJob
from sessions_app.models.people import Driver, IdTag, Manager, Membership
from sessions_app.models.places import (
    ChargingStation,
    Company,
    Connector,
    PendingStation,
    Site,
    SiteArea,
)
from sessions_app.models.pricing import PriceComponent, PricingPolicy
from sessions_app.models.saved_views import SavedView
from sessions_app.models.sessions import ChargingSession, DeadLetter, DownsampledSeries, MeterSample
from sessions_app.models.spans import ConnectionSpan, PlannedDowntime, StatusSpan

__all__ = [
    "ActionAudit",
    "ChargingSession",
    "ChargingStation",
    "Company",
    "ConnectionSpan",
    "Connector",
    "DeadLetter",
    "DownsampledSeries",
    "Driver",
    "ElectricityCost",
    "ExportJob",
    "IdTag",
    "Manager",
    "Membership",
    "MeterSample",
    "PendingStation",
    "PlannedDowntime",
    "PriceComponent",
    "PricingPolicy",
    "SavedView",
    "ScheduleState",
    "Site",
    "SiteArea",
    "StatusSpan",
    "WorkerHeartbeat",
]
