"""The IdTags that stations show, as they stand."""

from collections.abc import Iterable, Sequence

from django.db.models.functions import Upper

from sessions_app.domain import events
from sessions_app.domain.drafts import Tag
from sessions_app.domain.events import ConnectionAttempt, Event
from sessions_app.models import IdTag


def load_tags(batch: Sequence[Event | ConnectionAttempt]) -> dict[str, Tag]:
    """Return the tags that the batch names, by their values in capitals.

    OCPP's IdToken does not tell capitals from small letters; some readers append ";" and more.
    """
    shown = {
        event.id_tag
        for event in batch
        if isinstance(event, events.AuthorizeRequested | events.Started | events.Stopped) and event.id_tag
    }
    if not shown:
        return {}
    capitals = {form for tag in shown for form in _in_capitals(tag)}
    known = IdTag.objects.alias(capitals=Upper("value")).filter(capitals__in=capitals)
    return {
        value.upper(): Tag(pk, driver_id, is_blocked, expires_at)
        for pk, value, driver_id, is_blocked, expires_at in known.values_list(
            "pk", "value", "driver_id", "is_blocked", "expires_at"
        )
    }


def _in_capitals(tag: str) -> Iterable[str]:
    """Yield what a database's UPPER may make of a tag: SQLite's knows no letters beyond ASCII."""
    for form in (tag, tag.split(";", 1)[0]):
        yield from (form.upper(), form.encode().upper().decode())
