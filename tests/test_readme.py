"""The README and the documents in the tree agree with the tree."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
TOP = ("terrafuse", "sessions_app", "templates", "static", "tests")
DOCUMENTS = {
    str(path.relative_to(ROOT)): path.read_text()
    for path in sorted([*ROOT.glob("*.md"), *(each for name in TOP for each in (ROOT / name).rglob("*.md"))])
}
OPERATIONS = DOCUMENTS["terrafuse/deploy/OPERATIONS.md"]
PATH = re.compile(r"(?<![\w/])((?:sessions_app|terrafuse|tests|templates|static)/[\w/.]*\w)")
PATHS = sorted({path for text in DOCUMENTS.values() for path in PATH.findall(text)})


def section(heading: str) -> str:
    return README.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def mapped(indent: str) -> set[str]:
    tree = section("The map").split("```")[1]
    return set(re.findall(rf"^{indent}([a-z_]+(?:/|\.py))(?:\s|$)", tree, re.MULTILINE))


def existing(folder: Path) -> set[str]:
    folders = {f"{path.name}/" for path in folder.iterdir() if path.is_dir() and any(path.rglob("*.*"))}
    modules = {path.name for path in folder.glob("*.py")}
    return {name for name in folders | modules if not name.startswith(("__", "."))}


def test_map_names_every_folder_and_module_of_the_app() -> None:
    assert mapped("  ") == existing(ROOT / "sessions_app")


def test_map_names_the_top_folders() -> None:
    assert mapped("") == {"terrafuse/", "sessions_app/", "templates/", "static/", "tests/"}
    assert all((ROOT / name).is_dir() for name in mapped(""))


def test_map_is_in_import_order() -> None:
    contract = (ROOT / "pyproject.toml").read_text().split("layers = [")[1].split("]")[0]
    layers = re.findall(r'"([^"]+)"', contract)[::-1]
    tree = re.findall(r"^  ([a-z_]+)", section("The map").split("```")[1], re.MULTILINE)
    position = {name: number for number, layer in enumerate(layers) for name in re.findall(r"\w+", layer)}

    order = [position[name] for name in tree if name != "migrations"]

    assert order == sorted(order)


@pytest.mark.parametrize("path", PATHS)
def test_named_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_settings_table_is_complete() -> None:
    named = set(re.findall(r"^\| `([A-Z_]+)`", OPERATIONS, re.MULTILINE))
    settings = (ROOT / "terrafuse" / "settings.py").read_text()

    assert named == set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))


def test_every_benchmark_is_named() -> None:
    runnable = {
        path.name
        for path in (ROOT / "tests" / "benchmarks").glob("*.py")
        if path.name not in {"bulk.py", "bulk_sql.py", "stand.py"}  # shared by the benchmarks
    }

    benchmarks = DOCUMENTS["tests/benchmarks/BENCHMARKS.md"]

    assert set(re.findall(r"^\| `tests/benchmarks/(\w+\.py)", benchmarks, re.MULTILINE)) == runnable | {"bulk.py"}


def test_every_document_is_linked() -> None:
    linked = set(re.findall(r"\]\(([\w/]+\.md)\)", README))

    assert linked == set(DOCUMENTS) - {"README.md"}


def test_quoted_log_texts_exist() -> None:
    code = "".join(path.read_text() for path in (ROOT / "sessions_app").rglob("*.py"))
    quoted = re.findall(r'log: "([^"]+)"', OPERATIONS)

    assert quoted
    assert [text for text in quoted if text not in code] == []


@pytest.mark.parametrize("command", sorted(set(re.findall(r"manage\.py (\w+_\w+)", README))))
def test_named_command_exists(command: str) -> None:
    assert (ROOT / "sessions_app" / "management" / "commands" / f"{command}.py").exists()
