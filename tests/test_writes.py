"""Only `store` writes rows: the contract, read from the code of sessions_app."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parent.parent / "sessions_app"
WRITES = {
    "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "create_user", "create_superuser",
    "save", "delete", "executemany",
}  # fmt: skip
ASYNC_WRITES = {f"a{name}" for name in WRITES | {"update"}}
WRITING_SQL = ("INSERT", "UPDATE", "DELETE", "COPY", "TRUNCATE")
ALLOWED = {
    ("admin/base.py", "obj.save"): "the admin saves through its ModelForms; only the changed fields",
    ("admin/base.py", "form.save"): "as above",
    ("admin/stations.py", "super().save"): "as above; the form adds the password's digest",
    ("admin/pricing.py", "form.instance.save"): "as above; the policy of changed components",
    ("exports/xlsx.py", "workbook.save"): "a file, not a row",
}


def writes(text: str) -> Iterator[str]:
    """Yield each call that writes rows, as text.

    The `update` of a queryset has keywords only; that of a dict or a set has none.
    """
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name = node.func.attr
        is_queryset_update = name == "update" and bool(node.keywords) and not node.args
        sql = ast.unparse(node.args[0]).lstrip("f'\"").upper() if name in {"execute", "copy"} and node.args else ""
        if name in WRITES | ASYNC_WRITES or is_queryset_update or sql.startswith(WRITING_SQL):
            yield ast.unparse(node.func)


def compared(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> set[str]:
    """Return the columns that the function's querysets filter by, also in functions of its module."""
    columns: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "filter":
            columns |= {(keyword.arg or "").split("__")[0] for keyword in node.keywords}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
            columns |= compared(functions[node.func.id], functions)
    return columns


@pytest.mark.parametrize(("module", "column"), [("audits", "outcome"), ("exports", "state")])
def test_state_changes_are_compare_and_set(module: str, column: str) -> None:
    tree = ast.parse((APP / "store" / f"{module}.py").read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    changing = [
        function
        for function in functions.values()
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update"
        if column in {keyword.arg for keyword in node.keywords}
    ]

    assert changing
    assert [function.name for function in changing if column not in compared(function, functions)] == []


def test_only_store_writes() -> None:
    names = {str(path.relative_to(APP)): path for path in sorted(APP.rglob("*.py"))}
    readers = {name: path for name, path in names.items() if not name.startswith(("store/", "migrations/"))}

    found = {(name, call) for name, path in readers.items() for call in writes(path.read_text())}

    assert found - set(ALLOWED) == set()
    assert set(ALLOWED) - found == set()  # no reason outlives its call


def test_recording_reads_through_queries_only() -> None:
    modules = [*(APP / "recording").glob("*.py"), APP / "recorder.py"]

    assert len(modules) > 10
    assert [path.name for path in modules if ".objects" in path.read_text()] == []


@pytest.mark.parametrize(
    ("line", "is_write"),
    [
        ("Site.objects.filter(pk=1).update(name='x')", True),
        ("Site(name='x').save()", True),
        ("await sites.adelete()", True),
        ("cursor.execute(f'UPDATE {table} SET x = 1')", True),
        ("cursor.execute('SELECT 1')", False),
        ("{}.update({'a': 1})", False),
        ("Site.objects.filter(pk=1)", False),
    ],
)
def test_contract_recognises_writes(line: str, is_write: bool) -> None:
    text = f"async def run():\n    {line}"

    assert bool(list(writes(text))) == is_write
