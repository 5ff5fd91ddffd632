"""The registry of exports: its entries, and what each needs."""

import subprocess
import sys

import pytest
from django.http import QueryDict
from django.urls import reverse

from sessions_app.exports.registry import EXPORTS, describe_export
from sessions_app.exports.spec import InvalidExportQueryError
from sessions_app.models import Manager


@pytest.mark.parametrize("kind", sorted(EXPORTS))
def test_every_kind_has_a_file_and_a_background_job(kind: str) -> None:
    of = "7" if kind == "samples" else "history"
    assert reverse(EXPORTS[kind].url_name, args=[of, "csv"]) == f"/sessions/{of}/{EXPORTS[kind].file_stem}.csv"
    assert reverse("export-start", args=[kind, of]) == f"/exports/{kind}/{of}"


def test_unknown_kind_is_rejected() -> None:
    with pytest.raises(InvalidExportQueryError) as raised:
        describe_export("invoices", "history", QueryDict(), Manager())
    assert raised.value.problems == ["There is no export “invoices”."]


def test_csv_process_loads_no_pages() -> None:
    code = (
        "import sys; from django.core.management import load_command_class, get_commands;"
        "import django; django.setup();"
        "load_command_class(get_commands()['stream_export'], 'stream_export');"
        "print([name for name in sys.modules if name.startswith('sessions_app.pages')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
