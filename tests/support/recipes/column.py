"""A column: the vendor of the station."""

from tests.support.recipes.recipe import Edit, Recipe

COLUMN = Recipe(
    "A column of the tables",
    (
        Edit(
            "sessions_app/domain/row.py",
            "    tariff: str\n",
            '    vendor: Annotated[str, Stored("station__vendor")]\n',
        ),
        Edit(
            "sessions_app/domain/columns.py",
            '    Column(\n        key="user"',
            '    name_column("vendor", "Vendor", sort="station__vendor", is_live=True),\n',
        ),
        Edit("tests/pages/test_sorting.py", ")\nRANKS =", '    "vendor",\n'),
        Edit(
            "tests/pages/test_sorting.py",
            "    where.save()\n    created",
            """    where.vendor = f"{'ABCDE'[at('vendor')]} Vendor"\n""",
        ),
    ),
    """
import pytest
from django.test import Client

from sessions_app.domain.columns import LIVE_CELLS, cells
from sessions_app.queries.rows import rows_by_id
from tests.support import builders
from tests.support.export_files import as_dict

pytestmark = pytest.mark.django_db(transaction=True)


def test_column_is_shown_sorted_live_and_exported(client: Client) -> None:
    client.force_login(builders.operator())
    for vendor in ("Zap & Co", "Amp"):
        session = builders.session(on=builders.station(vendor=vendor))
    page = client.get("/sessions/history/?columns=id,vendor&sort=vendor")
    assert [row.vendor for row in page.context["table"].data.data] == ["Amp", "Zap & Co"]
    assert 'title="Zap &amp; Co">Zap &amp; Co</td>' in page.text
    assert 'class="c-vendor name"' in page.text
    assert "vendor" in client.get("/sessions/in-progress/columns/").text
    row = rows_by_id([session.pk])[session.pk]
    assert cells(row, LIVE_CELLS, now=builders.NOON)["vendor"] == "Amp"
    for tab in ("history", "in-progress"):
        assert as_dict(row, tab)["Vendor"] == "Amp"
""",
    also=("tests/pages/test_sorting.py",),
)
