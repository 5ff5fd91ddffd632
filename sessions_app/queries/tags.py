"""Load the IdTags that a batch of events names."""

from collections.abc import Iterable, Sequence

from django.db.models.functions import Upper

from sessions_app.domain import events
from sessions_app.domain.drafts import Tag
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.models import IdTag

_EVENTS_WITH_TAG = events.AuthorizeRequested | events.Started | events.Stopped | events.TransactionReported


def load_tags(batch_events: Sequence[Event | ConnectionAttempt]) -> dict[str, Tag]:
    """Return the tags of the events by their upper-case value.

    OCPP's IdToken is case-insensitive; some readers append ";" and more.
    """
    values = {event.id_tag for event in batch_events if isinstance(event, _EVENTS_WITH_TAG) and event.id_tag}
    if not values:
        return {}
    upper_values = {form for value in values for form in _upper_forms(value)}
    tags = IdTag.objects.alias(upper_value=Upper("value")).filter(upper_value__in=upper_values)
    return {
        value.upper(): Tag(pk, driver_id, is_blocked, expires_at)
        for pk, value, driver_id, is_blocked, expires_at in tags.values_list(
            "pk", "value", "driver_id", "is_blocked", "expires_at"
        )
    }


def _upper_forms(value: str) -> Iterable[str]:
    """Yield the possible results of the database's UPPER: SQLite's handles ASCII letters only."""
    for form in (value, value.split(";", 1)[0]):
        yield from (form.upper(), form.encode().upper().decode())
