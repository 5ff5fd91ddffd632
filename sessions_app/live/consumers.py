"""Browser sockets: pass live events on to the managers who may see them, and nothing else."""

import asyncio
from abc import abstractmethod
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.contrib.auth import HASH_SESSION_KEY
from django.utils.crypto import constant_time_compare

from sessions_app.access import visible_sites, visible_to
from sessions_app.announce import ALL_SITES, manager_group, session_group, site_group
from sessions_app.models import Manager

SIGNED_OUT = 4401
NOT_FOUND = 4404
UNEXPECTED_MESSAGE = 1008  # RFC 6455: policy violation
BEAT_EVERY_S = 20.0


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A socket of a signed-in manager, which joins the groups that they may see."""

    joined_groups: frozenset[str] = frozenset()
    close_without_groups = False
    heartbeat_task: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept the socket; if access is denied, close it with a code that says why.

        Join groups before accept(), so that no event falls between the first fetch and the first push.
        """
        close_code: int | None = SIGNED_OUT
        if self.scope["user"].is_authenticated:
            await self.channel_layer.group_add(manager_group(self.scope["user"].pk), self.channel_name)
            close_code = await self._join()
        await self.accept()
        if close_code:
            await self.close(close_code)
            return
        self.heartbeat_task = asyncio.create_task(self._send_heartbeats())

    async def _send_heartbeats(self) -> None:
        """Send heartbeats: without them browsers assume that the connection is lost."""
        while True:
            await asyncio.sleep(BEAT_EVERY_S)
            await self.send_json({"type": "beat"})

    async def disconnect(self, code: int) -> None:
        if self.heartbeat_task is not None:
            self.heartbeat_task.cancel()
        for group in self.joined_groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        if self.scope["user"].is_authenticated:
            await self.channel_layer.group_discard(manager_group(self.scope["user"].pk), self.channel_name)

    async def update_groups(self) -> None:
        """Rejoin groups after a change of access; close the socket if it is denied."""
        close_code = await self._join()
        if close_code:
            await self.close(close_code)

    async def _join(self) -> int | None:
        """Join and leave groups by the manager's current access; return a close code if it is denied."""
        allowed_groups = await self._allowed_groups()
        groups: frozenset[str] = allowed_groups or frozenset()
        for group in self.joined_groups - groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        for group in groups - self.joined_groups:
            await self.channel_layer.group_add(group, self.channel_name)
        self.joined_groups = groups
        if allowed_groups is None:
            return SIGNED_OUT
        return NOT_FOUND if self.close_without_groups and not groups else None

    @abstractmethod
    def visible_groups(self, manager: Manager) -> frozenset[str]:
        """Return the groups whose events the manager may see."""

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def _allowed_groups(self) -> frozenset[str] | None:
        """Return the reloaded manager's groups; None if inactive, deleted or signed out."""
        manager = Manager.objects.filter(pk=self.scope["user"].pk, is_active=True).first()
        if manager is None or not self._is_signed_in(manager):
            return None
        return self.visible_groups(manager)

    def _is_signed_in(self, manager: Manager) -> bool:
        """Return whether the browser's session still exists, and the password has not changed since."""
        session = self.scope["session"]
        auth_hash = str(session.get(HASH_SESSION_KEY, ""))
        return session.exists(session.session_key) and constant_time_compare(auth_hash, manager.get_session_auth_hash())

    async def access_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"type": "access.changed"})
        await self.update_groups()

    async def pass_on(self, event: dict[str, Any]) -> None:
        await self.send_json(event)

    session_changed = session_started = session_ended = session_points = pass_on

    async def receive(self, text_data: Any = None, bytes_data: Any = None, **kwargs: Any) -> None:
        """Close the socket: pages make their requests over HTTP, a page sends nothing."""
        await self.close(UNEXPECTED_MESSAGE)


class SessionsConsumer(LiveConsumer):
    """All sessions that the manager may see. The socket of a manager without a site stays open."""

    def visible_groups(self, manager: Manager) -> frozenset[str]:
        """Return the groups of the manager's sites; for an operator, one for all sites."""
        if manager.is_superuser:
            return frozenset({ALL_SITES})
        return frozenset(site_group(pk) for pk in visible_sites(manager).values_list("pk", flat=True))


class SessionConsumer(LiveConsumer):
    """One session's graph. The socket closes with `NOT_FOUND` if the manager may not see the session."""

    close_without_groups = True

    def visible_groups(self, manager: Manager) -> frozenset[str]:
        session_id = self.scope["url_route"]["kwargs"]["pk"]
        is_visible = visible_to(manager).filter(pk=session_id).exists()
        return frozenset({session_group(session_id)}) if is_visible else frozenset()
