"""Browser sockets: pass on what is announced to those who may see it, and nothing else."""

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
NOT_THERE = 4404
BEAT_EVERY_S = 20.0


class LiveConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A socket of a signed-in manager, in the groups of what he may see now."""

    groups_now: frozenset[str] = frozenset()
    must_hear = False  # whether a socket with nothing to hear is closed
    beating: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Accept a manager; refusing tells the browser why by the close code.

        He is in his groups before his browser knows that the socket is open: what it fetches then and
        what it hears from then on leave no gap.
        """
        refusal: int | None = SIGNED_OUT
        if self.scope["user"].is_authenticated:
            await self.channel_layer.group_add(manager_group(self.scope["user"].pk), self.channel_name)
            refusal = await self._join()
        await self.accept()
        if refusal:
            await self.close(refusal)
            return
        self.beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        """Say now and then that the connection is there: browsers take silence for its loss."""
        while True:
            await asyncio.sleep(BEAT_EVERY_S)
            await self.send_json({"type": "beat"})

    async def disconnect(self, code: int) -> None:
        """Leave all groups."""
        if self.beating is not None:
            self.beating.cancel()
        for group in self.groups_now:
            await self.channel_layer.group_discard(group, self.channel_name)
        if self.scope["user"].is_authenticated:
            await self.channel_layer.group_discard(manager_group(self.scope["user"].pk), self.channel_name)

    async def watch(self) -> None:
        """Look again what the manager may see; a socket with nothing left to hear is closed."""
        refusal = await self._join()
        if refusal:
            await self.close(refusal)

    async def _join(self) -> int | None:
        """Join what the manager may see now, leave what he no longer may; return why to close, if so."""
        found = await self._groups()
        groups: frozenset[str] = found or frozenset()
        for group in self.groups_now - groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        for group in groups - self.groups_now:
            await self.channel_layer.group_add(group, self.channel_name)
        self.groups_now = groups
        if found is None:
            return SIGNED_OUT
        return NOT_THERE if self.must_hear and not groups else None

    @abstractmethod
    def watched(self, manager: Manager) -> frozenset[str]:
        """Return the groups that the manager may hear now."""

    @database_sync_to_async  # type: ignore[untyped-decorator]
    def _groups(self) -> frozenset[str] | None:
        """Return the groups by a fresh look at the manager; None when he is gone, or has signed out."""
        manager = Manager.objects.filter(pk=self.scope["user"].pk, is_active=True).first()
        if manager is None or not self._is_signed_in(manager):
            return None
        return self.watched(manager)

    def _is_signed_in(self, manager: Manager) -> bool:
        """Return whether the browser's session is still there, and of the manager's password."""
        kept = self.scope["session"]
        known = str(kept.get(HASH_SESSION_KEY, ""))
        return kept.exists(kept.session_key) and constant_time_compare(known, manager.get_session_auth_hash())

    async def access_changed(self, event: dict[str, Any]) -> None:
        """Take a change of the manager's memberships."""
        await self.send_json({"type": "access.changed"})
        await self.watch()

    async def pass_on(self, event: dict[str, Any]) -> None:
        """Send the event as it is."""
        await self.send_json(event)

    session_changed = session_started = session_ended = session_points = pass_on

    async def receive(self, text_data: Any = None, bytes_data: Any = None, **kwargs: Any) -> None:
        """Nothing is asked over this socket, and nothing that is sent is read: pages ask over HTTP."""


class SessionsConsumer(LiveConsumer):
    """All sessions that the manager may see; one without a site hears nothing, and waits."""

    def watched(self, manager: Manager) -> frozenset[str]:
        """Return the groups of his sites; an operator has one for all."""
        if manager.is_superuser:
            return frozenset({ALL_SITES})
        return frozenset(site_group(pk) for pk in visible_sites(manager).values_list("pk", flat=True))


class SessionConsumer(LiveConsumer):
    """One session's graph; closed as not there where the manager may not see it."""

    must_hear = True

    def watched(self, manager: Manager) -> frozenset[str]:
        """Return the group of the session."""
        session_id = self.scope["url_route"]["kwargs"]["pk"]
        is_visible = visible_to(manager).filter(pk=session_id).exists()
        return frozenset({session_group(session_id)}) if is_visible else frozenset()
