"""How a session comes onto the desk: announced by a start message, or known from what follows one."""

import msgspec

from sessions_app.domain import lifecycle
from sessions_app.domain.drafts import ConnectorDraft, EventBatch, SessionDraft, StationDraft, Tag
from sessions_app.domain.events import AuthorizeRequested, Started, Stopped
from sessions_app.domain.flags import Flag
from sessions_app.domain.lifecycle import SessionState
from sessions_app.domain.meter import Reading
from sessions_app.models import Driver, Site
from sessions_app.queries.audits import is_repriced
from sessions_app.queries.drafts import billing_context
from sessions_app.queries.event_batch import load_last_session
from sessions_app.queries.policies import PricingContext, tariff_for
from sessions_app.recording.session_matching import unplug_if_available


def find_tag(
    desk: EventBatch, station: StationDraft, event: AuthorizeRequested | Started | Stopped
) -> tuple[Tag | None, str]:
    """Return the tag that is shown and what the station is told: Accepted, Blocked, Expired, Invalid."""
    value = event.id_tag
    tag = desk.tags.get(value.upper()) or desk.tags.get(value.split(";", 1)[0].upper())
    if tag is not None:
        return tag, tag.status(event.at)
    return None, "Accepted" if station.accepts_unknown_tags else "Invalid"


def open_with_start(station: StationDraft, connector: ConnectorDraft | None, event: Started) -> SessionDraft:
    """Put a session on the desk that a start message announces.

    It begins whatever the tag's status: by OCPP 1.6 §5.14 the station has begun already, and ends it.
    """
    state = SessionState(started_at=event.at, meter_start_wh=event.meter_start_wh, flags=event.flags)
    return _add_session(station, connector, state)


def open_without_start(
    station: StationDraft, connector: ConnectorDraft | None, transaction: str, first: Reading
) -> SessionDraft:
    """Put a session on the desk of which no start came: it begins with its first reading."""
    if connector is not None:
        load_last_session(station, connector)
    state = SessionState(started_at=first.at, meter_start_wh=first.register_wh, flags=int(Flag.START_UNKNOWN))
    draft = _add_session(station, connector, state)
    station.set_transaction_id(draft, transaction)
    return draft


def _add_session(station: StationDraft, connector: ConnectorDraft | None, state: SessionState) -> SessionDraft:
    """Put a new session on the desk; one that comes after the next of its connector is over."""
    if station.sessions_started_after(connector, state.started_at):
        state = lifecycle.close_session(state, reason=lifecycle.NEXT_SESSION)
    draft = SessionDraft(
        id=0,
        station_id=station.id,
        connector=connector,
        state=state,
        billing=billing_context(connector, station.zone, None),
        totals=None,
        site_area_id=station.site_area_id,
        site_id=station.site_id,
        is_changed=True,
        needs_tariff=True,
    )
    if connector is not None and connector.status_at is not None and connector.status_at <= state.started_at:
        draft.add_status(connector.status_at, connector.status)
    station.sessions.append(draft)
    return draft


def assign_driver(draft: SessionDraft, id_tag: str, tag: Tag | None) -> None:
    """Note whose the session is."""
    draft.id_tag_value = id_tag
    draft.id_tag_id, draft.driver_id = (tag.id, tag.driver_id) if tag else (None, None)
    draft.is_changed = draft.is_reassigned = draft.needs_tariff = True


def assign_connector(station: StationDraft, draft: SessionDraft, connector: ConnectorDraft) -> None:
    """Note where the session is, which a stop alone did not say; a connector has one in progress."""
    if not draft.state.is_ended and station.open_session(connector) is not None:
        return
    draft.connector = connector
    draft.billing = billing_context(connector, draft.billing.zone, draft.billing.tariff)
    draft.is_changed = draft.is_reassigned = True
    draft.set_state(unplug_if_available(station, draft, draft.state))


def assign_tariff(draft: SessionDraft) -> None:
    """Give the session its copy of the policy that holds where and when it began; its station may have moved.

    It is found once; anew only where another start or driver comes to be known, and then another policy
    holds: an edit of the same changes no session. One that an operator gave it stays.
    """
    site = Site.objects.select_related("company").get(pk=draft.site_id)
    driver = Driver.objects.get(pk=draft.driver_id) if draft.driver_id else None
    begun = PricingContext(draft.station_id, draft.site_area_id, site, driver, draft.state.started_at)
    policy, tariff = tariff_for(begun) or (None, None)
    is_another = draft.policy_id != (policy.pk if policy else None)
    if is_another and not (draft.is_stored and is_repriced(draft.id)):
        draft.set_tariff(policy.pk if policy else None, tariff)
    flags = draft.state.flags & ~(Flag.NO_DRIVER | Flag.NO_PRICE)
    flags |= (0 if driver else Flag.NO_DRIVER) | (0 if draft.billing.tariff else Flag.NO_PRICE)
    draft.set_state(msgspec.structs.replace(draft.state, flags=flags))
