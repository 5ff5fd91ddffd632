"""Reading writes nothing: no GET of any address changes a row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern

from sessions_app.domain.station_states import Action, CommandOutcome
from sessions_app.models import ActionAudit
from tests.pages.test_access import CLOSED, addresses, name
from tests.support import builders

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:StreamingHttpResponse")]


class Writes(list[str]):
    """Records the statements that change rows."""

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split(maxsplit=1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            self.append(sql)
        return execute(sql, params, many, context)


@pytest.mark.parametrize("pattern", CLOSED, ids=name)
def test_get_writes_nothing(client: Client, pattern: URLPattern) -> None:
    session = builders.session(lasted=None)
    overdue = ActionAudit(pk=1, action=Action.STOP_CHARGING, session=session, outcome=CommandOutcome.WAITING)
    overdue.at = builders.NOON
    overdue.save(force_insert=True)
    client.force_login(builders.manager(of=[session.site]))

    with connection.execute_wrapper(writes := Writes()):
        for address in addresses(pattern, session.pk):
            client.get(address)

    assert writes == []
