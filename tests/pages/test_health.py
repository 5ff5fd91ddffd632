"""/healthz reports which services answer."""

import asyncio
import json
import socket

import pytest
from django.test import AsyncClient
from pytest_django import Settings

from sessions_app import announce
from sessions_app.pages import health

pytestmark = pytest.mark.django_db(transaction=True)


async def test_health_is_ok_when_database_and_layer_answer(async_client: AsyncClient) -> None:
    answer = await async_client.get("/healthz")

    assert answer.status_code == 200
    assert json.loads(answer.content) == {"database": "ok", "layer": "ok"}
    assert "no-cache" in answer["Cache-Control"]


async def test_health_reports_a_failed_database(async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ConnectionRefusedError("postgres://user:secret@host")

    monkeypatch.setattr(health, "_ask_database", fail)

    answer = await async_client.get("/healthz")

    assert answer.status_code == 503
    assert json.loads(answer.content) == {"database": "ConnectionRefusedError", "layer": "ok"}


async def test_health_reports_missing_redis(async_client: AsyncClient, settings: Settings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.CHANNEL_LAYERS = {
            "default": {
                "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
                "CONFIG": {"hosts": [f"redis://127.0.0.1:{closed.getsockname()[1]}"]},
            }
        }

        answer = await async_client.get("/healthz")

    assert answer.status_code == 503
    assert json.loads(answer.content) == {"database": "ok", "layer": "ConnectionError"}


async def test_health_check_times_out(async_client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(group: str, event: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(announce, "send", never)
    monkeypatch.setattr(health, "ANSWERS_WITHIN_S", 0.05)

    answer = await async_client.get("/healthz")

    assert answer.status_code == 503
    assert json.loads(answer.content)["layer"].startswith("no answer")
