"""How quick the two tables are, and whether that stays so as history grows.

    python tests/benchmarks/pages.py --sessions 1000000

Makes two PostgreSQL databases of its own, one of ten thousand sessions and one of the size asked for,
and asks each the same: every sort, every filter, searches, the last page, the summary strip. Server
time, in this process, page rendering included. Its last line is one JSON object with the figures.
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

SMALL = 10_000


@dataclass
class Case:
    """A question that a manager asks of the pages."""

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
    from sessions_app.models import ChargingStation, Driver, SiteArea
    from sessions_app.pages.columns import offered

    filters = [
        *FILTERS,
        f"station={ChargingStation.objects.order_by('pk').values_list('pk', flat=True)[7]}",
        f"area={SiteArea.objects.order_by('pk').values_list('pk', flat=True)[3]}",
        f"driver={Driver.objects.order_by('pk').values_list('pk', flat=True)[11]}",
    ]
    sorts = [f"sort={sign}{key}" for key in offered("history") for sign in ("", "-")]
    pairs = [f"{one}&{other}" for one in filters for other in ("sort=user", "sort=-price", "sort=site")]
    pairs += ["site=2&level=high", "kind=visitor&range=last-month", "level=high&reason=Reboot&sort=-duration"]
    return [
        *(Case("list", each) for each in ("", *sorts, *filters)),
        *(Case("pair", each) for each in pairs),
        *(Case("search", f"q={word}") for word in WORDS),
        *(Case("search", f"q=priya&{sort}") for sort in ("sort=price", "sort=-user")),
        *(Case("last", f"{sort}&page=last") for sort in sorts),
        *(Case("summary", each, "/sessions/history/summary/") for each in ("", *filters)),
    ]


def measure(*, repeats: int, who: str) -> dict[str, float]:
    """Return the median server time of every case in milliseconds, on that database."""
    from django.test import Client

    from sessions_app.models import Manager

    client = Client()
    client.force_login(Manager.objects.get(username=SIGNS_IN[who]))
    found = {}
    for case in cases():
        address = f"{case.path}?{case.query}{'&' if case.query else ''}per_page=50&columns={COLUMNS}"
        times = []
        for _ in range(repeats + 1):
            began = time.perf_counter()
            response = client.get(address, headers={"Accept-Encoding": "gzip"})
            times.append((time.perf_counter() - began) * 1000)
            if response.status_code != 200:
                raise SystemExit(f"{address} answers {response.status_code}")
        found[f"{case.kind} {case.query}"] = round(statistics.median(times[1:]), 1)
    return found


COLUMNS = (
    "id,started_at,ended_at,reason,station,connector,duration,inactivity,consumption,price,"
    "company,site,site_area,user,peak_power"
)


def first_page_kb() -> float:
    """Return what the first page ships, compressed, before the graph library."""
    import re

    import brotli
    from django.contrib.staticfiles import finders
    from django.test import Client

    from sessions_app.models import Manager

    client = Client()
    client.force_login(Manager.objects.get(username=SIGNS_IN["manager"]))
    response = client.get("/sessions/in-progress/", headers={"Accept-Encoding": "gzip"})
    text = gzip.decompress(response.content).decode()
    todo = set(re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css|svg))"', text))
    shipped: dict[str, int] = {}
    while todo:
        name = todo.pop()
        content = Path(finders.find(name)).read_bytes()
        shipped[name] = len(brotli.compress(content))
        for module in re.findall(r'from "(\.[^"]+)"', content.decode()):
            path = (Path("/") / Path(name).parent / module).resolve().relative_to("/")
            todo |= {str(path)} - set(shipped)
    return (len(response.content) + sum(shipped.values())) / 1000


def run(name: str, *, sessions: int, repeats: int, who: str) -> dict[str, Any]:
    """Measure a database of that size in a process of its own, since Django knows one database."""
    create_database(name)
    fill = [sys.executable, str(ROOT / "tests/benchmarks/bulk.py"), name, "--sessions", str(sessions)]
    subprocess.run(fill, check=True)
    command = [
        sys.executable,
        __file__,
        "--database",
        name,
        "--repeats",
        str(repeats),
        "--who",
        who,
        "--json",
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    drop_database(name)
    return json.loads(output.splitlines()[-1])


def growth(small: dict[str, Any], large: dict[str, Any], *kinds: str) -> dict[str, float]:
    """Return how many times as long each list takes in the long history, so that none hides in a median."""
    lists = [name for name in large["ms"] if name.split()[0] in kinds]
    return {name: round(large["ms"][name] / small["ms"][name], 2) for name in lists}


def figures(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """Return the figures that the last line holds.

    `growth_ratio` is that of the single filter or order that grows most, `pair_growth_ratio` that of two
    together: a pair may find less than a page of sessions here and more than are counted there.
    """

    def worst(*kinds: str) -> float:
        return max(ms for name, ms in large["ms"].items() if name.split()[0] in kinds)

    return {
        "worst_median_ms": worst("list", "pair"),
        "growth_ratio": max(growth(small, large, "list").values()),
        "pair_growth_ratio": max(growth(small, large, "pair").values()),
        "search_worst_ms": worst("search"),
        "last_page_ms": worst("last"),
        "summary_ms": worst("summary"),
        "first_page_kb": large["first_page_kb"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--who", default="manager", choices=sorted(SIGNS_IN))
    parser.add_argument("--database", help="measure this one, which is there and filled")
    parser.add_argument("--json", action="store_true", help="with --database: print one JSON object")
    options = parser.parse_args()
    if options.database:
        os.environ["TERRAFUSE_ALLOWED_HOSTS"] = "testserver"
        os.environ["TERRAFUSE_HASHED_STATIC"] = "False"  # a demo has collected them; here they are measured
        use_database(options.database)
        found = measure(repeats=options.repeats, who=options.who)
        if options.json:
            print(json.dumps({"ms": found, "first_page_kb": round(first_page_kb(), 1)}))
            return
        show(found)
        return
    sizes = {"repeats": options.repeats, "who": options.who}
    small = run("terrafuse_pages_small", sessions=SMALL, **sizes)
    large = run("terrafuse_pages_large", sessions=options.sessions, **sizes)
    show(large["ms"])
    show_growth(small, large)
    print(json.dumps(figures(small, large)))


def show_growth(small: dict[str, Any], large: dict[str, Any]) -> None:
    """Print how much each list grows, the worst last."""
    print("growth of each list, in the short and the long history")
    for name, ratio in sorted(growth(small, large, "list", "pair").items(), key=lambda each: each[1]):
        print(f"{ratio:8.2f}  {small['ms'][name]:8.1f} ms {large['ms'][name]:8.1f} ms  {name}")


def show(found: dict[str, float]) -> None:
    """Print the slowest cases of each kind."""
    for kind in ("list", "pair", "search", "last", "summary"):
        cases = [(ms, name) for name, ms in found.items() if name.split()[0] == kind]
        print(f"{kind}: {len(cases)} cases, median {statistics.median(ms for ms, _ in cases):.1f} ms")
        for ms, name in sorted(cases, reverse=True)[:8]:
            print(f"{ms:8.1f} ms  {name}")


if __name__ == "__main__":
    main()
