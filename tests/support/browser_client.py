"""A manager's browser without JavaScript: signed in to Django, or to the real server."""

from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.test import Client
from lxml import html

from sessions_app.models import Manager


def sign_in(manager: Manager, **options: Any) -> Client:
    """Return a client in which the manager has signed in, without the form; `options` are those of Client."""
    client = Client(**options)
    client.force_login(manager)
    return client


def session_cookie(manager: Manager) -> str:
    """Sign the manager in, and return the Cookie header of their browser."""
    return f"sessionid={sign_in(manager).cookies['sessionid'].value}"


def submit_form(url: str, page: str, form: str, *, cookie: str, **values: str) -> None:
    """Open a page of the server at `url`, and submit one of its forms, named by its id or its action.

    Its fields keep what the page filled in, but for `values`.
    """
    opened = urlopen(Request(url + page, headers={"Cookie": cookie}))
    token = opened.headers["Set-Cookie"].split(";")[0]
    document: Any = html.document_fromstring(opened.read())
    (result,) = [each for each in document.forms if form in (each.get("id"), each.action)]
    fields = [*result.form_values(), *values.items()]
    headers = {"Cookie": f"{cookie}; {token}", "Referer": url}
    urlopen(Request(url + (result.action or page), urlencode(fields).encode(), headers))
