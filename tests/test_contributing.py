"""The recipes of CONTRIBUTING.md work: each is followed on a copy of the tree, in the files that it names."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sessions_app.domain.quantities import SERIES
from tests.support.recipes import RECIPES
from tests.support.recipes.recipe import Edit, Recipe

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
TREE = ("sessions_app", "terrafuse", "templates", "static", "tests", "manage.py", "pyproject.toml")
Outcomes = dict[str, set[str]]  # of the tests of a file


def named_files(section: str) -> set[str]:
    text = GUIDE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def copy_tree(to: Path) -> Path:
    for name in TREE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
        else:
            shutil.copy(source, to / name)
    return to


def apply_edit(edit: Edit, root: Path) -> None:
    path = root / edit.file
    old = path.read_text() if path.exists() else ""
    assert edit.before in old
    path.write_text(old.replace(edit.before, edit.text + edit.before, 1))


def run(*arguments: str, root: Path) -> str:
    """Run Python in the tree, on a database of its own."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        environment.pop(name, None)
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def added_test(recipe: Recipe) -> str:
    return f"tests/test_added_{RECIPES.index(recipe)}.py"


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcomes, str]:
    """Follow all recipes on one copy of the tree; return how its tests end by file, and what they print."""
    root = copy_tree(tmp_path_factory.mktemp("followed"))
    for recipe in RECIPES:
        for edit in recipe.edits:
            apply_edit(edit, root)
        (root / added_test(recipe)).write_text(recipe.check)
    assert "Add field temperature_c" in run("manage.py", "makemigrations", "sessions_app", root=root)
    tests = [*map(added_test, RECIPES), *dict.fromkeys(test for recipe in RECIPES for test in recipe.also)]

    output = run("-m", "pytest", "-p", "no:cacheprovider", "-rA", *tests, root=root)

    outcomes: Outcomes = {}
    for outcome, file in re.findall(r"^(PASSED|FAILED|ERROR) ([^:\s]+)", output, re.MULTILINE):
        outcomes.setdefault(file, set()).add(outcome)
    return outcomes, output


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.section)
def test_recipe_adds_what_it_promises(recipe: Recipe, followed: tuple[Outcomes, str]) -> None:
    outcomes, output = followed

    for file in (added_test(recipe), *recipe.also):
        assert outcomes.get(file.split(":")[0]) == {"PASSED"}, output


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.section)
def test_recipe_touches_named_files_only(recipe: Recipe) -> None:
    named = named_files(recipe.section)

    assert [edit.file for edit in recipe.edits if not {edit.file, f"{Path(edit.file).parent}/"} & named] == []


# Records that lack something, and what the start says.
INCOMPLETE = {
    "row path": (
        Edit("sessions_app/domain/row.py", "    tariff: str\n", '    maker: Annotated[str, Stored("maker__name")]\n'),
        "SessionRow.maker in domain/row.py: models have no field 'maker__name'",
    ),
    "sort path": (
        Edit("sessions_app/domain/columns.py", '    name_column("site",', '    name_column("a", "A", sort="b"),\n'),
        "Column 'a' in domain/columns.py: models have no field 'b'",
    ),
    "no sort": (
        Edit("sessions_app/domain/columns.py", '    name_column("site",', '    time_column("a", "A", sort=None),\n'),
        "Column 'a' in domain/columns.py: give it either a path as `sort`, or sort=None and an entry of _EXPRESSIONS",
    ),
    "repeated column": (
        Edit("sessions_app/domain/columns.py", '    name_column("site",', '    time_column("site", "", sort=None),\n'),
        "Column 'site' in domain/columns.py: it needs a heading. Column 'site' in domain/columns.py: the key is used",
    ),
    "reading": (
        Edit("sessions_app/domain/meter.py", "\n    @property\n    def phases_w", "    heat_c: float | None = None\n"),
        "'heat_c' of Reading or SessionPoint has no record in domain/quantities.py.",
    ),
    "model": (
        Edit("sessions_app/models/sessions.py", "\n    # Computed by", "    heat_c = models.FloatField(null=True)\n"),
        "models.MeterSample and domain/quantities.py differ in heat_c",
    ),
    "axis": (
        Edit("sessions_app/pages/charts.py", "for _series in SERIES", 'AXES.pop("yaxis6")\n'),
        "Quantity 'voltage_v': AXES in pages/charts.py has no axis 'y6'.",
    ),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_tree(tmp_path_factory.mktemp("tree"))


@pytest.mark.parametrize(("edit", "message"), INCOMPLETE.values(), ids=list(INCOMPLETE))
def test_incomplete_record_stops_the_start(edit: Edit, message: str, tree: Path) -> None:
    apply_edit(edit, tree)

    output = run("manage.py", "check", root=tree)

    shutil.copy(ROOT / edit.file, tree / edit.file)
    assert message in output


def test_named_files_exist() -> None:
    files = {file for section in re.findall(r"^## (.+)$", GUIDE, re.MULTILINE) for file in named_files(section)}

    assert len(files) > 20
    assert [file for file in sorted(files) if not (ROOT / file).exists()] == []


def test_every_series_has_its_colour() -> None:
    css = (ROOT / "static" / "css" / "graph.css").read_text()

    for series in SERIES:
        assert f".series-{series.field} {{" in css
        assert f"  {series.colour}: " in css
