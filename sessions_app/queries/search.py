"""The search box: look up drivers, stations and tags for each word, then select their sessions."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from sessions_app.domain.wording import connector_number
from sessions_app.models import ChargingSession, ChargingStation, Connector, Driver, IdTag
from sessions_app.queries.related_lookup import MAX_IDS, LookupResult, Lookups, lookup

MAX_SEARCH_LENGTH = 200
_MAX_ID = 2**63 - 1
_MIN_TRIGRAM_LENGTH = 3  # the trigram index on unregistered tags cannot find shorter words


def search_lookups(text: str) -> Lookups:
    """Return the lookups that a search needs."""
    return {
        f"{word} {key}": lookup(query)
        for word, is_connector in _words(text)
        for key, query in _word_lookups(word, is_connector=is_connector).items()
    }


def search_condition(text: str, lookups: Mapping[str, LookupResult]) -> Q:
    """Return the condition that a session matches every word; `person` is an alias of `PERSON`."""
    all_words = Q()
    for word, is_connector in _words(text):
        results = {key: lookups[f"{word} {key}"] for key in _word_lookups(word, is_connector=is_connector)}
        matches = {key: result for key, result in results.items() if result.texts}
        is_large = sum(len(result.texts) for result in matches.values()) > MAX_IDS
        any_match = Q(pk=int(word)) if _is_id(word) else Q(pk__in=[])
        for key, result in matches.items():
            # PostgreSQL overestimates the rows of an expression that is ORed with plain columns. It then
            # scans the whole history instead of combining the indexes: use the plain column there.
            use_column = key == "person__in" and (len(matches) > 1 or _is_id(word)) and not is_large
            any_match |= Q(**{"driver__in" if use_column else key: result.id_query if is_large else result.ids})
        all_words &= any_match
    return all_words


def _words(text: str) -> list[tuple[str, bool]]:
    """Return the words, and whether each can only be a connector: a single letter among several words."""
    words = list(dict.fromkeys(text.split()))
    return [(word, len(words) > 1 and len(word) == 1 and bool(connector_number(word))) for word in words]


def _word_lookups(word: str, *, is_connector: bool) -> dict[str, QuerySet[Any]]:
    """Return the objects that a word may name, by the condition on the session."""
    number = connector_number(word)
    connectors = {"connector__in": Connector.objects.filter(number=number)} if number else {}
    if is_connector:
        return connectors
    drivers = Q(name__icontains=word) | Q(email__icontains=word) | Q(unit__icontains=word)
    unregistered = ChargingSession.objects.filter(id_tag=None, id_tag_value__icontains=word)
    return {
        "person__in": Driver.objects.filter(drivers),
        "station__in": ChargingStation.objects.filter(identity__icontains=word),
        "id_tag__in": IdTag.objects.filter(value__icontains=word),
        **({"pk__in": unregistered} if len(word) >= _MIN_TRIGRAM_LENGTH else {}),
        **connectors,
    }


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and int(word) <= _MAX_ID
