"""The search box: each word finds people, stations and tags first, then their sessions."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from sessions_app.domain.wording import connector_number
from sessions_app.models import ChargingSession, ChargingStation, Connector, Driver, IdTag
from sessions_app.queries.related_lookup import MAX_IDS, LookupResult, Lookups, lookup

MAX_SEARCH_LENGTH = 200
_MOST_ID = 2**63 - 1
_FEWEST_LETTERS = 3  # of a tag that nobody registered: an index of trigrams finds nothing shorter


def search_lookups(text: str) -> Lookups:
    """Return what has to be looked up for a search."""
    return {
        f"{word} {key}": lookup(query)
        for word, is_connector in _words(text)
        for key, query in _named(word, is_connector=is_connector).items()
    }


def search_condition(text: str, found: Mapping[str, LookupResult]) -> Q:
    """Return the condition that every word is found in a session; `person` is an alias of `PERSON`."""
    every = Q()
    for word, is_connector in _words(text):
        looked_up = {key: found[f"{word} {key}"] for key in _named(word, is_connector=is_connector)}
        named = {key: each for key, each in looked_up.items() if each.texts}
        is_much = sum(len(each.texts) for each in named.values()) > MAX_IDS
        one = Q(pk=int(word)) if _is_id(word) else Q(pk__in=[])
        for key, each in named.items():
            # Beside other columns PostgreSQL reckons an expression to hold of far too many sessions, and
            # walks the whole history where it could put together what each index finds.
            is_beside = key == "person__in" and (len(named) > 1 or _is_id(word)) and not is_much
            one |= Q(**{"driver__in" if is_beside else key: each.id_query if is_much else each.ids})
        every &= one
    return every


def _words(text: str) -> list[tuple[str, bool]]:
    """Return the words, and whether each names a connector alone: a letter beside other words does."""
    words = list(dict.fromkeys(text.split()))
    return [(word, len(words) > 1 and len(word) == 1 and bool(connector_number(word))) for word in words]


def _named(word: str, *, is_connector: bool) -> dict[str, QuerySet[Any]]:
    """Return what a word may be part of, by what it then means for a session."""
    number = connector_number(word)
    plugs = {"connector__in": Connector.objects.filter(number=number)} if number else {}
    if is_connector:
        return plugs
    people = Q(name__icontains=word) | Q(email__icontains=word) | Q(unit__icontains=word)
    strangers = ChargingSession.objects.filter(id_tag=None, id_tag_value__icontains=word)
    return {
        "person__in": Driver.objects.filter(people),
        "station__in": ChargingStation.objects.filter(identity__icontains=word),
        "id_tag__in": IdTag.objects.filter(value__icontains=word),
        **({"pk__in": strangers} if len(word) >= _FEWEST_LETTERS else {}),
        **plugs,
    }


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and int(word) <= _MOST_ID
