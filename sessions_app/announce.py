"""The events of the live channel, and the only code that sends to channel groups.

An event is a hint that may be lost: clients catch up over HTTP. It contains only text, ints and floats, for Redis.
A row is rendered once for all viewers. A first change is sent at once, further ones at most once a second.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypedDict

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.utils import timezone

from sessions_app.domain.cell_texts import marks
from sessions_app.domain.columns import LIVE_CELLS, cells
from sessions_app.domain.flags import reason_keys
from sessions_app.domain.row import SessionRow
from sessions_app.queries.points import PointValues
from sessions_app.queries.rows import rows_by_id
from sessions_app.store.database_thread import DatabaseThread

logger = logging.getLogger(__name__)

ALL_SITES = "sessions.all"


def site_group(site_id: int) -> str:
    """Return the group of the lists of a site."""
    return f"sessions.site.{site_id}"


def session_group(session_id: int) -> str:
    """Return the group of a session's graphs."""
    return f"session.{session_id}"


def manager_group(manager_id: int) -> str:
    """Return the group of a manager's sockets."""
    return f"manager.{manager_id}"


def station_group(station_id: int) -> str:
    """Return the group of the process that holds the station's socket."""
    return f"station.{station_id}"


class SessionChanged(TypedDict):
    """New texts for a row in progress, by the keys of `domain.columns.COLUMNS` and `domain.cell_texts.MARKS`.

    `level`, `idle_s` and `look` (values of that filter) let a filtered list decide whether the session belongs to it.
    """

    type: Literal["session.changed"]
    session: int
    number: int
    level: str
    idle_s: int
    look: list[str]
    silent_at: float  # epoch seconds from which the row counts as silent
    refetch: bool  # other cells or filtered values have changed: fetch the list
    cells: dict[str, str]
    marks: dict[str, tuple[str, str]]


class SessionStarted(TypedDict):
    """A session has begun, or one with a provisional end continues."""

    type: Literal["session.started"]
    session: int


class SessionEnded(TypedDict):
    """A session has ended; `text` is the notice for people."""

    type: Literal["session.ended"]
    session: int
    text: str


class SessionPoints(TypedDict):
    """New points of a graph; with `redraw`, fetch all: earlier ones have changed."""

    type: Literal["session.points"]
    session: int
    points: list[PointValues]
    redraw: bool
    cells: dict[str, str]


class AccessChanged(TypedDict):
    """A manager's access has changed: their sockets update their groups, and their pages reload."""

    type: Literal["access.changed"]


class StationCommand(TypedDict):
    """A command, encoded by `domain.commands.encode_request`; `audit` is the id of the waiting ActionAudit."""

    type: Literal["station.command"]
    request: dict[str, Any]
    audit: int


@dataclass(slots=True)
class SessionChange:
    """What a batch has changed in one session; `refetch` if that is more than `LIVE_CELLS` show."""

    session_id: int
    site_id: int
    has_begun: bool = False
    has_ended: bool = False
    points: list[PointValues] = field(default_factory=list)
    redraw: bool = False
    refetch: bool = False

    def merge(self, later: "SessionChange") -> "SessionChange":
        return SessionChange(
            self.session_id,
            self.site_id,
            has_begun=(self.has_begun or later.has_begun) and not later.has_ended,
            has_ended=later.has_ended or (self.has_ended and not later.has_begun),
            points=self.points + later.points,
            redraw=self.redraw or later.redraw,
            refetch=self.refetch or later.refetch,
        )


class ChangeAnnouncer:
    """Sends changes to viewers: the first at once, those within the next second together.

    An error of the channel layer is only logged: viewers catch up over HTTP.
    """

    interval_s = 1.0

    def __init__(self) -> None:
        self._waiting: dict[int, SessionChange] = {}
        self._sent_at: dict[int, float] = {}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = DatabaseThread("announcer")

    def put(self, changes: Iterable[SessionChange]) -> None:
        for change in changes:
            earlier = self._waiting.get(change.session_id)
            self._waiting[change.session_id] = earlier.merge(change) if earlier else change
        if self._waiting:
            self._wake.set()
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._run())

    async def join(self) -> None:
        """Wait until all changes are sent."""
        if self._task is not None:
            await self._task

    async def stop(self) -> None:
        """Stop sending, and close the database connection."""
        if self._task is not None:
            self._task.cancel()
        await self._thread.close()

    async def _run(self) -> None:
        while self._waiting:
            self._wake.clear()
            now = asyncio.get_running_loop().time()
            due = [change for change in self._waiting.values() if self._due_at(change) <= now]
            if due:
                await self._send(due, now)
                continue
            pause = min(self._due_at(change) for change in self._waiting.values()) - now
            try:
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                continue
        expired_at = asyncio.get_running_loop().time() - self.interval_s
        self._sent_at = {session_id: at for session_id, at in self._sent_at.items() if at > expired_at}

    def _due_at(self, change: SessionChange) -> float:
        if change.has_begun or change.has_ended:
            return 0.0
        return self._sent_at.get(change.session_id, -self.interval_s) + self.interval_s

    async def _send(self, changes: list[SessionChange], now: float) -> None:
        for change in changes:
            del self._waiting[change.session_id]
            self._sent_at[change.session_id] = now
        try:
            rows = await self._thread.run(rows_by_id, [change.session_id for change in changes])
        except Exception:
            logger.exception("Announcing %d changes failed", len(changes))
            return
        for change in changes:
            if change.session_id in rows:
                await self._try_announce(change, rows[change.session_id])

    async def _try_announce(self, change: SessionChange, row: SessionRow) -> None:
        try:
            await _announce(change, row, at=timezone.now())
        except Exception:
            logger.exception("Announcing the change of session %d failed", change.session_id)


def announce_change(change: SessionChange) -> None:
    """Send a change committed outside the recorder, from synchronous code."""
    row = rows_by_id([change.session_id]).get(change.session_id)
    if row is not None:
        async_to_sync(_announce)(change, row, at=timezone.now())


async def _announce(change: SessionChange, row: SessionRow, *, at: datetime) -> None:
    groups = (site_group(row.site_id), ALL_SITES)
    texts = cells(row, LIVE_CELLS, now=at)
    changed_event = SessionChanged(
        type="session.changed",
        session=row.id,
        number=row.reading_count,
        level=row.level.value,
        idle_s=row.idle_s,
        look=reason_keys(row.flags),
        silent_at=row.silent_at.timestamp(),
        refetch=change.refetch,
        cells=texts,
        marks=marks(row, now=at),
    )
    event = SessionPoints(
        type="session.points", session=row.id, points=change.points, redraw=change.redraw, cells=texts
    )
    await send(session_group(row.id), event)
    if change.has_ended:
        text = f"Session {row.id} at {row.station} has ended: {cells(row, ('reason',), now=at)['reason']}"
        ended_event = SessionEnded(type="session.ended", session=row.id, text=text)
        for group in (*groups, session_group(row.id)):
            await send(group, ended_event)
        return
    for group in groups:
        if change.has_begun:
            await send(group, SessionStarted(type="session.started", session=row.id))
        await send(group, changed_event)


async def send(group: str, event: Any) -> None:
    """Send an event to a group."""
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(group, event)
