"""What is stored: fields, constraints and indexes. No rule and no query lives here."""

from sessions_app.models.audit import ActionAudit
from sessions_app.models.exports import ExportJob
from sessions_app.models.people import Driver, IdTag, Manager, Membership
from sessions_app.models.places import (
    ChargingStation,
    Company,
    Connector,
    KnockingStation,
    Site,
    SiteArea,
)
from sessions_app.models.pricing import PriceComponent, PricingPolicy
from sessions_app.models.sessions import ChargingSession, CurveDigest, MeterSample, SetAsideMessage
from sessions_app.models.views import SavedView

__all__ = [
    "ActionAudit",
    "ChargingSession",
    "ChargingStation",
    "Company",
    "Connector",
    "CurveDigest",
    "Driver",
    "ExportJob",
    "IdTag",
    "KnockingStation",
    "Manager",
    "Membership",
    "MeterSample",
    "PriceComponent",
    "PricingPolicy",
    "SavedView",
    "SetAsideMessage",
    "Site",
    "SiteArea",
]
