"""Static files under hashed names."""

import json
import re
from pathlib import Path

import pytest

from terrafuse.assets import HashedManifestStorage

STATIC = Path(__file__).resolve().parent.parent / "static"
SOURCES = sorted(path for path in STATIC.rglob("*") if path.suffix in {".js", ".css"})


def test_modules_import_each_other_by_hashed_names(tmp_path: Path) -> None:
    storage = HashedManifestStorage(location=str(tmp_path), base_url="/static/")
    paths = {}
    for source in (STATIC / "js").rglob("*.js"):
        name = str(source.relative_to(STATIC))
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(source.read_bytes())
        paths[name] = (storage, name)

    problems = [result for _, _, result in storage.post_process(paths) if isinstance(result, Exception)]

    assert not problems
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert set(names) == set(paths)
    for hashed in names.values():
        imported = re.findall(r"""^import [^"']*["']([./][^"']+)["'];""", (tmp_path / hashed).read_text(), re.MULTILINE)
        assert all(re.search(r"\.[0-9a-f]{12}\.js$", each) for each in imported)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(STATIC)))
def test_a_file_is_short_and_fits_120_columns(path: Path) -> None:
    lines = path.read_text().splitlines()

    assert len(lines) <= 250
    assert max(map(len, lines)) <= 120


def test_hidden_text_is_styled_once() -> None:
    rules = {path.name: path.read_text().count("clip-path: inset(50%)") for path in SOURCES}

    assert {name: count for name, count in rules.items() if count} == {"visually_hidden.css": 1}
