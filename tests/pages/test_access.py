"""Objects of other sites do not exist for a manager, at any address and with any method."""

from collections.abc import Callable
from contextlib import suppress
from itertools import product
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from sessions_app.exports.registry import EXPORTS
from sessions_app.models import Manager
from sessions_app.urls import urlpatterns
from tests.support import builders

OPEN = {"healthz", "sign-in", "sign-out"}
PATTERNS = [pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)]
CLOSED = [pattern for pattern in PATTERNS if pattern.name not in OPEN]
TABS = ("in-progress", "history")
# Values of URL arguments besides a session id; some arguments accept both.
NAMED: dict[str, tuple[object, ...]] = {
    "pk": (),
    "of": TABS,
    "tab": TABS,
    "suffix": ("csv", "xlsx"),
    "kind": tuple(EXPORTS),
    "what": ("station", "driver"),
    "audit_pk": (1,),
    "job_id": (uuid4(),),
}
# The test client warns about consuming async streams synchronously.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:StreamingHttpResponse")]


def arguments(pattern: URLPattern) -> list[str]:
    return list(pattern.pattern.regex.groupindex) or list(getattr(pattern.pattern, "converters", {}))


def addresses(pattern: URLPattern, pk: int) -> list[str]:
    """Return the addresses of a pattern, for that session where it has a session id."""
    names = arguments(pattern)
    assert set(names) <= set(NAMED), "A new argument: add its values to NAMED."
    choices = [(*NAMED[name], pk) if name in {"pk", "of"} else NAMED[name] for name in names]
    urls = []
    for values in product(*choices):
        with suppress(NoReverseMatch):
            address = reverse(pattern.name, kwargs=dict(zip(names, values, strict=True)))
            if pattern.pattern.match(address.removeprefix("/")):
                urls.append(address)
    assert urls
    return urls


def names_an_object(pattern: URLPattern) -> bool:
    """Return whether the addresses name an object, which may not exist."""
    return "job_id" in arguments(pattern) or any("4711" in each for each in addresses(pattern, 4711))


OF_OBJECTS = [pattern for pattern in CLOSED if names_an_object(pattern)]
OF_LISTS = [pattern for pattern in CLOSED if not names_an_object(pattern)]


def name(pattern: URLPattern) -> str:
    return str(pattern.name)


@pytest.mark.parametrize("pattern", CLOSED, ids=name)
def test_anonymous_visitor_is_sent_to_sign_in(client: Client, pattern: URLPattern) -> None:
    session = builders.session()

    for address in addresses(pattern, session.pk):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code == 302
            assert answer["Location"].startswith(reverse("sign-in"))


@pytest.mark.parametrize("pattern", OF_OBJECTS, ids=name)
def test_objects_of_other_sites_do_not_exist(client: Client, pattern: URLPattern) -> None:
    theirs = [builders.session(), builders.session(lasted=None)]
    client.force_login(builders.manager(of=[builders.site()]))

    for session in (*theirs, None):
        for address in addresses(pattern, session.pk if session else 10**6):
            answers = {client.get(address).status_code, client.post(address).status_code}
            assert 404 in answers
            assert answers <= {404, 405}


@pytest.mark.parametrize("make_user", [builders.viewer, builders.manager])
def test_lists_and_files_hide_other_sites(client: Client, make_user: Callable[..., Manager]) -> None:
    theirs = builders.site("Their Towers")
    driver = builders.driver("Hidden Driver", site=theirs)
    where = builders.station("HIDDEN-1", at=theirs)
    builders.session(on=where, driver=driver)
    builders.session(on=where, connector=2, driver=driver, lasted=None)
    client.force_login(make_user(of=[builders.site("Our Quay")]))

    for pattern in OF_LISTS:
        for address in addresses(pattern, 0):
            answer = client.get(address, {"columns": "all"} if "export" in address else {})
            text = b"".join(answer).decode(errors="replace")
            assert not [word for word in ("Hidden", "HIDDEN", "Their Towers") if word in text]


def test_filter_by_hidden_object_is_invalid(client: Client) -> None:
    theirs = builders.session(driver=builders.driver())
    client.force_login(builders.manager(of=[builders.site()]))
    assert theirs.driver_id
    hidden = {
        "site": theirs.site_id,
        "company": theirs.site.company_id,
        "area": theirs.site_area_id,
        "station": theirs.station_id,
        "driver": theirs.driver_id,
    }

    for filter_name, value in hidden.items():
        unknown = client.get(reverse("export", args=["history", "csv"]), {filter_name: 10**6})
        answer = client.get(reverse("export", args=["history", "csv"]), {filter_name: value})
        assert answer.status_code == unknown.status_code == 400


def test_deactivated_manager_is_signed_out(client: Client) -> None:
    dana = builders.manager(of=[builders.session().site])
    client.force_login(dana)
    dana.is_active = False
    dana.save()

    assert client.get(reverse("history")).status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example.com/", "//evil.example.com", "javascript:alert(1)"])
def test_sign_in_does_not_redirect_to_other_sites(client: Client, target: str) -> None:
    builders.manager()

    answer = client.post(reverse("sign-in"), {"username": "dana", "password": "secret-of-the-tests", "next": target})

    assert answer["Location"] == reverse("in-progress")


def test_every_post_needs_the_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    session = builders.session(lasted=None)
    strict.force_login(builders.operator())

    for pattern in PATTERNS:
        for address in addresses(pattern, session.pk):
            assert strict.post(address).status_code in {403, 405}
