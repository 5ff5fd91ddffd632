"""Speed of the two tables, and how it changes as history grows.

    python tests/benchmarks/pages.py --sessions 1000000

Creates two PostgreSQL databases, one of ten thousand sessions and one of the given size, and requests
the same pages from both: every sort, every filter, searches, the last page, the summary strip. Requests
alternate between the databases, so that other load on the machine affects both alike. Measures server
time, page rendering included. Its last line is one JSON object with the figures.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stand import ROOT, SIGNS_IN, create_database, drop_database, use_database

SHORT = 10_000


@dataclass
class Case:
    """A page that a manager requests."""

    kind: str
    query: str
    path: str = "/sessions/history/"


FILTERS = """
site=2 site=3&site=5 company=1 connector=B connector=C kind=tenant kind=visitor kind=staff range=today
range=last-7-days range=last-month range=this-year started_after=2024-06-01&started_before=2024-06-02
started_after=2030-01-01 idle_min=1 idle_min=60 idle_min=480 idle_min=1500 level=warning level=high
reason=Local reason=Reboot reason=EmergencyStop price=none
""".split()  # noqa: SIM905
WORDS = ("priya", "lucía", "gray+berg", "tom+1204", "S01-B", "A", "zzzz", "04A0", "nobody+here", "500")


def cases() -> list[Case]:
    """Return every sort, every filter, pairs of them, searches, and the last pages."""
    from sessions_app.lists.columns import available_columns
    from sessions_app.models import ChargingStation, Driver, SiteArea

    area = f"area={SiteArea.objects.order_by('pk').values_list('pk', flat=True)[3]}"
    filters = [
        *FILTERS,
        f"station={ChargingStation.objects.order_by('pk').values_list('pk', flat=True)[7]}",
        area,
        f"driver={Driver.objects.order_by('pk').values_list('pk', flat=True)[11]}",
    ]
    sorts = [f"sort={sign}{key}" for key in available_columns("history") for sign in ("", "-")]
    pairs = [f"{query}&{sort}" for query in filters for sort in ("sort=user", "sort=-price", "sort=site")]
    # A manager of one site of many sorts that site in every order.
    pairs += [f"{query}&{sort}" for query in ("site=2", area) for sort in sorts if f"{query}&{sort}" not in pairs]
    pairs += ["site=2&level=high", "kind=visitor&range=last-month", "level=high&reason=Reboot&sort=-duration"]
    return [
        *(Case("list", each) for each in ("", *sorts, *filters)),
        *(Case("pair", each) for each in pairs),
        *(Case("search", f"q={word}") for word in WORDS),
        *(Case("search", f"q=priya&{sort}") for sort in ("sort=price", "sort=-user")),
        *(Case("last", f"{sort}&page=last") for sort in sorts),
        *(Case("summary", each, "/sessions/history/summary/") for each in ("", *filters)),
    ]


class PageProcess:
    """A process that requests pages of one database: Django cannot switch its database."""

    def __init__(self, database: str, who: str) -> None:
        command = [sys.executable, __file__, "--answer", "--database", database, "--who", who]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = self.read()

    def read(self) -> Any:
        """Return the next value that the process prints."""
        assert self.process.stdout
        return json.loads(self.process.stdout.readline() or "null")

    def ms(self, case: Case) -> float:
        """Return the server's time for the case once, in milliseconds."""
        print(json.dumps([case.path, case.query]), file=self.process.stdin, flush=True)
        return float(self.read())

    def end(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def answer(who: str) -> None:
    """Print the cases; then read one case a line and print its time in milliseconds."""
    from django.test import Client

    from sessions_app.models import Manager

    client = Client()
    client.force_login(Manager.objects.get(username=SIGNS_IN[who]))
    about = {"cases": [vars(case) for case in cases()], "first_page_kb": first_page_kb()}
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        path, query = json.loads(line)
        address = f"{path}?{query}{'&' if query else ''}per_page=50&columns={COLUMNS}"
        began = time.perf_counter()
        response = client.get(address, headers={"Accept-Encoding": "gzip"})
        seconds = time.perf_counter() - began
        if response.status_code != 200:
            raise SystemExit(f"{address} answers {response.status_code}")
        print(seconds * 1000, flush=True)


COLUMNS = (
    "id,started_at,ended_at,reason,station,connector,duration,inactivity,consumption,price,"
    "company,site,site_area,user,peak_power"
)


def first_page_kb() -> float:
    """Return the compressed size of the first page without the graph library, in kB."""
    import re

    import brotli
    from django.contrib.staticfiles import finders
    from django.test import Client

    from sessions_app.models import Manager

    client = Client()
    client.force_login(Manager.objects.get(username=SIGNS_IN["manager"]))
    response = client.get("/sessions/in-progress/", headers={"Accept-Encoding": "gzip"})
    text = gzip.decompress(response.content).decode()
    pending = set(re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css|svg))"', text))
    shipped: dict[str, int] = {}
    while pending:
        name = pending.pop()
        source = finders.find(name)
        assert source
        content = Path(source).read_bytes()
        shipped[name] = len(brotli.compress(content))
        for module in re.findall(r'from "(\.[^"]+)"', content.decode()):
            path = (Path("/") / Path(name).parent / module).resolve().relative_to("/")
            pending |= {str(path)} - set(shipped)
    return (len(response.content) + sum(shipped.values())) / 1000


def fill(name: str, sessions: int) -> None:
    """Create a database of that many sessions."""
    create_database(name)
    command = [sys.executable, str(ROOT / "tests/benchmarks/bulk.py"), name, "--sessions", str(sessions)]
    subprocess.run(command, check=True)


@dataclass
class Measured:
    """A case's median times in milliseconds: in the short history, and in the long one."""

    case: Case
    short: float
    long: float

    @property
    def growth(self) -> float:
        return self.long / self.short


def measure(case: Case, short: PageProcess, long: PageProcess, repeats: int) -> Measured:
    """Measure both in turn, after one warm-up request each."""
    times = [(short.ms(case), long.ms(case)) for _ in range(repeats + 1)][1:]
    return Measured(case, *(statistics.median(each) for each in zip(*times, strict=True)))


def figures(results: list[Measured]) -> dict[str, float]:
    """Return the figures of the last line.

    `growth_ratio` is the largest of a single filter or order, `pair_growth_ratio` the largest of a pair:
    a pair may match less than a page in one database and more than the count limit in the other.
    """

    def worst(*kinds: str) -> float:
        return round(max(each.long for each in results if each.case.kind in kinds), 1)

    def growth(kind: str) -> float:
        return round(max(each.growth for each in results if each.case.kind == kind), 2)

    return {
        "worst_median_ms": worst("list", "pair"),
        "growth_ratio": growth("list"),
        "pair_growth_ratio": growth("pair"),
        "search_worst_ms": worst("search"),
        "last_page_ms": worst("last"),
        "summary_ms": worst("summary"),
    }


def show(results: list[Measured]) -> None:
    """Print the slowest cases of each kind, and those that grow most."""

    def line(each: Measured) -> None:
        print(f"{each.growth:8.2f} {each.short:8.1f} {each.long:8.1f} ms  {each.case.kind} {each.case.query}")

    for kind in ("list", "pair", "search", "last", "summary"):
        cases = sorted((each for each in results if each.case.kind == kind), key=lambda each: each.long)
        print(f"{kind}: {len(cases)} cases, median {statistics.median(each.long for each in cases):.1f} ms")
        for each in cases[-8:]:
            line(each)
    print("what grows most")
    lists = [each for each in results if each.case.kind in {"list", "pair"}]
    for each in sorted(lists, key=lambda each: each.growth)[-20:]:
        line(each)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--who", default="manager", choices=sorted(SIGNS_IN))
    parser.add_argument("--database", help=argparse.SUPPRESS)
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        os.environ["TERRAFUSE_ALLOWED_HOSTS"] = "testserver"
        os.environ["TERRAFUSE_HASHED_STATIC"] = "False"  # measures the sources, not files collected by a demo
        use_database(options.database)
        answer(options.who)
        return
    sizes = {"terrafuse_pages_short": SHORT, "terrafuse_pages_long": options.sessions}
    for name, sessions in sizes.items():
        fill(name, sessions)
    short, long = (PageProcess(name, options.who) for name in sizes)
    all_cases = [Case(**each) for each in long.about["cases"]]
    results = [measure(case, short, long, options.repeats) for case in all_cases]
    for each in (short, long):
        each.end()
    for name in sizes:
        drop_database(name)
    show(results)
    print(json.dumps(figures(results) | {"first_page_kb": round(long.about["first_page_kb"], 1)}))


if __name__ == "__main__":
    main()
