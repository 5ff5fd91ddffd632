"""A page: the sites of a manager."""

from tests.support.recipes.recipe import Edit, Recipe

PAGE = Recipe(
    "A page",
    (
        Edit(
            "sessions_app/pages/my_sites.py",
            "",
            '''"""The sites of a manager."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sessions_app.pages.requests import PageRequest
from sessions_app.queries.sites import load_visible_sites


@never_cache
@require_safe
def my_sites(request: PageRequest) -> HttpResponse:
    """Show the names of the sites that the manager sees."""
    return render(request, "my_sites.html", {"sites": load_visible_sites(request.user).sites})
''',
        ),
        Edit(
            "templates/my_sites.html",
            "",
            """{% extends "base.html" %}
{% block title %}Sites{% endblock %}
{% block content %}
  <ul>{% for site in sites %}<li>{{ site.name }}</li>{% endfor %}</ul>
{% endblock %}
""",
        ),
        Edit("sessions_app/urls.py", '    path("healthz"', '    path("sites/", my_sites.my_sites, name="my-sites"),\n'),
        Edit("sessions_app/urls.py", "\n\nclass TabConverter", "\nfrom sessions_app.pages import my_sites\n"),
        Edit(
            "templates/_nav.html",
            "  </ul>",
            """    <li><a title="Sites" href="{% url 'my-sites' %}"><span>Sites</span></a></li>\n""",
        ),
    ),
    """
import pytest
from django.test import Client

from tests.support import builders

pytestmark = pytest.mark.django_db(transaction=True)


def test_page_shows_visible_sites_after_sign_in(client: Client) -> None:
    site = builders.site("Harbour Towers")
    builders.site("Elsewhere")
    assert client.get("/sites/").status_code == 302
    client.force_login(builders.manager(of=[site]))
    page = client.get("/sites/").text
    assert "<li>Harbour Towers</li>" in page
    assert "Elsewhere" not in page
    assert 'href="/sites/"' in client.get("/sessions/history/").text
""",
    also=("tests/pages/test_access.py::test_lists_and_files_hide_other_sites",),
)
