"""A value of an enum of the domain is written once: elsewhere the code names its member."""

import ast
import json
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import pytest

from sessions_app.domain.inactivity import Level
from sessions_app.domain.tabs import Tab
from sessions_app.models import SavedView
from tests.test_states import TEXTS

APP = Path(__file__).resolve().parent.parent / "sessions_app"
ENUMS: dict[type[Enum], str] = {  # and the file that defines it
    Level: "domain/inactivity.py",
    Tab: "domain/tabs.py",
}
OTHER_MEANINGS = {  # equal texts that mean something else
    ("demo/processes.py", "warning"),  # uvicorn's log level
    ("templatetags/icons.py", "history"),  # an icon
}


def texts(path: Path) -> Iterator[str]:
    """Yield the text constants of a file, whole ones, as they are compared and stored."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_no_literal_repeats_a_member(enum: type[Enum]) -> None:
    values = {member.value for member in enum} - {""}
    names = {str(path.relative_to(APP)): path for path in sorted(APP.rglob("*.py")) if "migrations" not in path.parts}
    del names[ENUMS[enum]]  # fails if the table names the wrong file

    repeated = {(name, text) for name, path in names.items() for text in texts(path) if text in values}

    assert repeated - OTHER_MEANINGS == set()


def test_no_template_compares_with_a_literal() -> None:
    """A template asks its object: `tab.is_in_progress`."""
    values = TEXTS | {member.value for enum in ENUMS for member in enum}
    templates = sorted((APP.parent / "templates").rglob("*.html"))

    compared = {
        (path.name, text) for path in templates for text in re.findall(r"""[=!]= *["']([^"']+)["']""", path.read_text())
    }

    assert ("_chip.html", "q") in compared  # comparisons are found
    assert {(name, text) for name, text in compared if text in values} == set()


def test_scripts_know_the_levels_in_their_order() -> None:
    script = (APP.parent / "static" / "js" / "live.js").read_text()

    assert f"const LEVELS = {json.dumps(list(Level))};" in script


def test_models_take_their_choices_from_the_domain() -> None:
    choices = SavedView._meta.get_field("tab").choices
    assert choices is not None
    assert [value for value, _ in choices] == list(Tab)
