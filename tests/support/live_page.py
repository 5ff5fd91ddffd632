"""The list of In Progress as a browser holds it: applies live events by the rules of static/js/live.js.

`tests/live/test_law.py` compares it with a fresh list; `tests/e2e/tables/test_live_law.py` checks that the
JavaScript does the same.
"""

from typing import Any
from urllib.parse import parse_qs

from django.test import Client
from lxml import html

LEVELS = ["", "warning", "high"]
Event = dict[str, Any]


class LivePage:
    """A list at one address. `wants_refetch` is set where the browser would fetch the list again."""

    def __init__(self, query: str, text: str) -> None:
        self.query = query
        self.params = {name: values[-1] for name, values in parse_qs(query).items()}
        self.root: Any = html.fragment_fromstring(text, create_parent="div")
        self.wants_refetch = False
        self.fetched_for: dict[int, bool] = {}

    def apply(self, event: Event) -> None:
        """Apply one event of the socket, as live.js does."""
        if event["type"] == "session.changed":
            self._change(event)
        elif event["type"] in {"session.started", "session.ended"}:
            self.wants_refetch = True

    def row_of(self, session_id: int) -> Any:
        rows = self.root.xpath(f'.//tr[@data-session="{session_id}"]')
        return rows[0] if rows else None

    def _change(self, event: Event) -> None:
        row = self.row_of(event["session"])
        is_ordered_by_it = self.params.get("sort", "").removeprefix("-") in event["cells"]
        if event["refetch"] or is_ordered_by_it or self._enters_or_leaves(event, is_shown=row is not None):
            self.wants_refetch = True
        if row is None:
            return
        row.set("data-level", event["level"])
        row.set("data-silent-at", str(event["silent_at"]))
        row.attrib.pop("data-silent", None)
        if event["marks"]["silence"][0]:
            row.set("data-silent", "")
        for key, text in event["cells"].items():
            for cell in row.xpath(f'.//*[@data-cell="{key}"]'):
                cell.text = text
        for key, (text, title) in event["marks"].items():
            for mark in row.xpath(f'.//*[@data-mark="{key}"]'):
                if mark.get("title") is not None:
                    mark.set("title", title)
                if mark.tag == "span":
                    mark.text = text

    def _enters_or_leaves(self, event: Event, *, is_shown: bool) -> bool:
        """Return whether a filter of inactivity or flags gains or loses the session: once for each such change."""
        level, idle_min = self.params.get("level", ""), self.params.get("idle_min", "")
        reasons = parse_qs(self.query).get("look", [])
        if not (level or idle_min or reasons):
            return False
        is_looked = not reasons or bool(set(reasons) & set(event["look"]))
        is_long_enough = event["idle_s"] >= 60 * int(idle_min or 0)
        matches = is_looked and is_long_enough and LEVELS.index(event["level"]) >= LEVELS.index(level)
        if matches == is_shown:
            self.fetched_for.pop(event["session"], None)
            return False
        if self.fetched_for.get(event["session"]) == matches:
            return False
        self.fetched_for[event["session"]] = matches
        return True

    def take(self, fresh: "LivePage") -> None:
        """Take over a list that was fetched."""
        self.root, self.wants_refetch = fresh.root, False

    def lines(self) -> list[str]:
        """Return every element with its attributes and texts, apart from what passes with time or fades."""
        return [line for element in self.root.iter() if (line := _line(element))]


def _line(element: Any) -> str:
    attributes = dict(element.attrib)
    attributes.pop("data-now", None)
    attributes["class"] = attributes.get("class", "").replace("is-lit", "").strip()
    if silent_at := attributes.get("data-silent-at"):
        attributes["data-silent-at"] = f"{float(silent_at):.3f}"
    text = "ticks" if "data-since" in attributes else " ".join((element.text or "").split())
    tail = " ".join((element.tail or "").split())
    named = " ".join(f"{name}={value!r}" for name, value in sorted(attributes.items()))
    return f"<{element.tag} {named}>{text}|{tail}"


def fetch_list(client: Client, query: str) -> str:
    """Return the list at that address as a live page fetches it."""
    response = client.get(f"/sessions/in-progress/?{query}", headers={"HX-Request": "true", "X-Live": "1"})
    assert response.status_code == 200, query
    return response.content.decode()
