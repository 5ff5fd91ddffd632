"""Capture what the live channel carries for recorded batches, through the real channel layer."""

import asyncio
from collections.abc import Sequence
from typing import Any

from channels.layers import get_channel_layer

from sessions_app.announce import ChangeAnnouncer, SessionChange, send

END = {"type": "end.of.test"}


def announced(changes: Sequence[SessionChange], groups: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Announce the changes, and return by group the events that its members receive."""

    async def run() -> dict[str, list[dict[str, Any]]]:
        layer: Any = get_channel_layer()
        channels = {group: await layer.new_channel() for group in groups}
        for group, channel in channels.items():
            await layer.group_add(group, channel)
        announcer = ChangeAnnouncer()
        announcer.put(changes)
        await announcer.join()
        await announcer.stop()
        return {group: await _received(layer, group, channel) for group, channel in channels.items()}

    return asyncio.run(run())


async def _received(layer: Any, group: str, channel: str) -> list[dict[str, Any]]:
    await send(group, END)
    events = []
    while (event := await asyncio.wait_for(layer.receive(channel), 10)) != END:
        events.append(event)
    await layer.group_discard(group, channel)
    return events
