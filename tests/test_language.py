"""The words of the code: one name for one thing, plain English, short test names.

It measures what can be measured. `python tests/test_language.py` prints the figures.
"""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = [path for folder in ("sessions_app", "terrafuse") for path in sorted((ROOT / folder).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
BROWSER_CODE = [path for kind in ("js", "css") for path in sorted((ROOT / "static").rglob(f"*.{kind}"))]

MAX_TEST_NAME = 60
MAX_PHRASES_PER_1000_WORDS = 1.0
MAX_LONG_TEMPLATE_LINES = 0.01
MAX_README_LINES = 140
MAX_SHARED_NAMES = 8

# Public names that two modules may define, each with its reason.
SHARED_NAMES: dict[str, str] = {
    "Command": "Django finds a management command by this name.",
    "register": "Django finds template filters by this name.",
    "logger": "The usual name of a module's logger.",
    "urlpatterns": "Django finds addresses by this name.",
}

# Signs of a mannered style, not its substance.
PHRASES = (
    "whoever", "nobody", "anew", "whatever it", "is but", "as they stand", "lets go", "let in", "of which",
    "so many", "by itself", "goes on", "on the way", "stands", "has a say", "what it", "in people's words",
    "beside", "of late", "all the same", "would else", "in earnest", "a word for",
)  # fmt: skip
PHRASE = re.compile(rf"\b(?:{'|'.join(map(re.escape, PHRASES))})\b", re.IGNORECASE)

# The glossary: each term and the name that the code gives it.
GLOSSARY = {
    "Company": "Company",
    "Site": "Site",
    "Site Area": "SiteArea",
    "Charging Station": "ChargingStation",
    "Connector": "Connector",
    "Driver": "Driver",
    "IdTag": "IdTag",
    "Charging session": "ChargingSession",
    "Meter sample": "MeterSample",
    "Pricing policy": "PricingPolicy",
    "price component": "PriceComponent",
    "Manager": "Manager",
}


def public_names(path: Path) -> Iterator[str]:
    """Yield the names that a module defines at its top level, without those that begin with _."""
    for node in ast.parse(path.read_text()).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names = [node.name]
            case ast.Assign():
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("_"))


def shared_names() -> dict[str, list[str]]:
    """Return the public names that more than one module of the application defines, with the modules."""
    modules = defaultdict(set)
    for path in APP:
        if "migrations" not in path.parts:
            for name in public_names(path):
                modules[name].add(str(path.relative_to(ROOT)))
    return {name: sorted(paths) for name, paths in modules.items() if len(paths) > 1}


def prose(path: Path) -> str:
    """Return the docstrings and comments of a file."""
    text = path.read_text()
    if path.suffix == ".js":
        parts = re.findall(r"/\*(.*?)\*/|(?<!:)//([^\n]*)", text, re.DOTALL)
        return " ".join(block or line for block, line in parts)
    if path.suffix == ".css":
        return " ".join(re.findall(r"/\*(.*?)\*/", text, re.DOTALL))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, documented)]
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return " ".join([*docstrings, *comments])


def names_of_tests(path: Path) -> Iterator[str]:
    """Yield the names of the tests in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name


def phrases_per_1000_words(paths: list[Path]) -> float:
    """Return how mannered the prose of the files is."""
    text = " ".join(" ".join(prose(path).split()) for path in paths)
    return 1000 * len(PHRASE.findall(text)) / max(1, len(text.split()))


def long_template_lines() -> float:
    """Return the share of template lines over 120 characters."""
    lines = [line for path in TEMPLATES for line in path.read_text().splitlines()]
    return sum(len(line) > 120 for line in lines) / len(lines)


def test_public_name_has_one_meaning() -> None:
    protocol = ast.walk(ast.parse((ROOT / "sessions_app/ingest/protocol.py").read_text()))
    members = {node.name for node in protocol if isinstance(node, ast.FunctionDef)}  # every OCPP version has them
    allowed = members | SHARED_NAMES.keys()
    assert {name: paths for name, paths in shared_names().items() if name not in allowed} == {}


def test_exceptions_are_few_and_in_use() -> None:
    in_use = {name for name in SHARED_NAMES if name in shared_names()}
    assert len(SHARED_NAMES) <= MAX_SHARED_NAMES
    assert in_use == set(SHARED_NAMES)


@pytest.mark.parametrize("paths", [APP, TESTS, BROWSER_CODE], ids=["app", "tests", "static"])
def test_prose_is_plain(paths: list[Path]) -> None:
    assert phrases_per_1000_words(paths) <= MAX_PHRASES_PER_1000_WORDS


def test_test_names_are_short() -> None:
    assert [name for path in TESTS for name in names_of_tests(path) if len(name) > MAX_TEST_NAME] == []


@pytest.mark.parametrize(("term", "name"), GLOSSARY.items(), ids=list(GLOSSARY))
def test_glossary_term_exists_in_code(term: str, name: str) -> None:
    assert any(name in public_names(path) for path in (ROOT / "sessions_app" / "models").glob("*.py")), term


def test_template_lines_are_short() -> None:
    assert long_template_lines() <= MAX_LONG_TEMPLATE_LINES


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= MAX_README_LINES


if __name__ == "__main__":
    for label, files in (("application", APP), ("tests", TESTS), ("static", BROWSER_CODE)):
        print(f"mannered phrases per 1,000 words, {label}: {phrases_per_1000_words(files):.2f}")
    print(f"public names with two meanings: {len(shared_names())}")
    long_names = sum(len(name) > MAX_TEST_NAME for path in TESTS for name in names_of_tests(path))
    print(f"test names over {MAX_TEST_NAME} characters: {long_names}")
    print(f"template lines over 120 characters: {long_template_lines():.1%}")
    print(f"README lines: {len((ROOT / 'README.md').read_text().splitlines())}")
