"""An export: which tag was shown for which session."""

from tests.support.recipes.recipe import Edit, Recipe

EXPORT = Recipe(
    "An export",
    (
        Edit(
            "sessions_app/exports/tags.py",
            "",
            '''"""The tags of sessions, and the columns of that export."""

from sessions_app.domain.row import SessionRow
from sessions_app.exports import cell_types
from sessions_app.exports.columns import FileColumn

TAG_COLUMNS: tuple[FileColumn[SessionRow], ...] = (
    FileColumn("id", "Session ID", cell_types.INTEGER, lambda row, now: row.id),
    FileColumn("id_tag", "IdTag", cell_types.TEXT, lambda row, now: row.id_tag),
)
''',
        ),
        Edit(
            "sessions_app/exports/registry.py",
            "@dataclass(frozen=True)\nclass ExportKind",
            '''def tags_export(params: QueryDict, tab: str, user: User) -> ExportSpec:
    """Return the tags of the sessions of the list. Raises InvalidExportQueryError."""
    filtered = _filter_list(params, tab, user)
    return ExportSpec(
        kind="tags",
        of=tab,
        params=params,
        title="Tags",
        stem=filtered.stem("tags", tab),
        columns=TAG_COLUMNS,
        records=partial(stream_rows, filtered.sessions),
        rows=partial(_count, filtered.sessions),
        now=timezone.now(),
        about=filtered.about("Tags of charging sessions", user),
    )


''',
        ),
        Edit(
            "sessions_app/exports/registry.py",
            '    "samples": ExportKind(',
            '    "tags": ExportKind("Tags", "export-tags", _TABS, "tags", tags_export),\n',
        ),
        Edit(
            "sessions_app/exports/registry.py",
            "from sessions_app.lists.chips",
            "from sessions_app.exports.tags import TAG_COLUMNS\n",
        ),
        Edit(
            "templates/sessions/_export.html",
            """    <a href="{% url 'exports' %}">""",
            """    <button class="button" formaction="{% url 'export-tags' tab 'csv' %}">Tags</button>\n""",
        ),
    ),
    """
from io import BytesIO
from time import monotonic, sleep
from urllib.request import Request, urlopen

import openpyxl
import pytest

from sessions_app.domain.export_state import ExportState
from sessions_app.exports.spec import DIRECT_ROWS
from sessions_app.models import ExportJob
from tests.support import builders
from tests.support.browser_client import session_cookie, sign_in
from tests.support.export_files import read_csv
from tests.support.serving import Server


@pytest.mark.django_db(transaction=True)
def test_export_is_downloaded_and_written_by_a_worker(server: Server, worker: None) -> None:
    olga = builders.operator()
    builders.session(id_tag_value="=TAG", energy_wh=1)
    builders.many_sessions(DIRECT_ROWS, on=builders.station(), id_tag_value="TAG")
    manager = sign_in(olga)
    assert "/sessions/history/tags.csv" in manager.get("/sessions/history/").text

    def download(address: str) -> bytes:
        return urlopen(Request(server.url + address, headers={"Cookie": session_cookie(olga)})).read()

    (row,) = read_csv(download("/sessions/history/tags.csv?q=%3DTAG"))
    assert row["IdTag"] == "'=TAG"  # no formula
    assert len(read_csv(download("/sessions/history/tags.csv"))) == DIRECT_ROWS + 1

    assert manager.get("/sessions/history/tags.xlsx").status_code == 200  # offers to prepare it
    assert manager.post("/exports/tags/history").status_code == 302
    deadline = monotonic() + 60
    while (job := ExportJob.objects.get()).is_active:
        assert monotonic() < deadline, job.state
        sleep(0.05)
    assert job.state == ExportState.READY, job.error
    sheets = openpyxl.load_workbook(BytesIO(download(f"/exports/{job.pk}/file")), read_only=True)
    assert sum(1 for _ in sheets["Tags"].rows) == DIRECT_ROWS + 2  # the header, too
""",
    also=("tests/pages/test_access.py::test_lists_and_files_hide_other_sites", "tests/exports/test_registry.py"),
)
