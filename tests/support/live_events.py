"""Capture what the live channel carries for a change, through the real channel layer."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from channels.layers import get_channel_layer
from django.db import connection

from sessions_app.announce import ChangeAnnouncer, SessionChange, send

END = {"type": "end.of.test"}
Received = dict[str, list[dict[str, Any]]]  # the events by group


def announced(changes: Sequence[SessionChange], groups: Sequence[str]) -> Received:
    """Announce the changes, and return by group the events that its members receive."""

    async def announce() -> None:
        announcer = ChangeAnnouncer()
        announcer.put(changes)
        await announcer.join()
        await announcer.stop()

    return _received(groups, announce)


def announced_by(action: Callable[[], object], groups: Sequence[str]) -> Received:
    """Run synchronous code that announces by itself, and return by group the events that its members receive."""

    def act() -> None:
        try:
            action()
        finally:
            connection.close()  # that of the thread

    return _received(groups, lambda: asyncio.to_thread(act))


def _received(groups: Sequence[str], announce: Callable[[], Awaitable[None]]) -> Received:
    async def run() -> Received:
        layer: Any = get_channel_layer()
        channels = {group: await layer.new_channel() for group in groups}
        for group, channel in channels.items():
            await layer.group_add(group, channel)
        await announce()
        return {group: await _events(layer, group, channel) for group, channel in channels.items()}

    return asyncio.run(run())


async def _events(layer: Any, group: str, channel: str) -> list[dict[str, Any]]:
    await send(group, END)
    events = []
    while (event := await asyncio.wait_for(layer.receive(channel), 10)) != END:
        events.append(event)
    await layer.group_discard(group, channel)
    return events
