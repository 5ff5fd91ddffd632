"""Speed and memory of exports, and their effect on page times.

    python tests/benchmarks/exports.py --sessions 1000000

Creates its own PostgreSQL database (`--database NAME` uses an existing one and keeps it), starts the
server on it, downloads all of History as CSV, requests a workbook, and measures the first page of History
at the same time. Its last line is one JSON object with the figures.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stand import create_database, drop_database, migrate, server, sign_in, use_database

LIST = "/sessions/history/"
BLOCK = 1 << 20


def request(url: str, cookie: str, form: dict[str, str] | None = None) -> Any:
    data = None if form is None else urllib.parse.urlencode(form).encode()
    csrf = re.search(r"csrftoken=([^;]+)", cookie)
    token = {"X-CSRFToken": csrf[1]} if csrf else {}
    return urllib.request.urlopen(urllib.request.Request(url, data, {"Cookie": cookie} | token))


def download(url: str, cookie: str) -> dict[str, float]:
    """Read a CSV to its end: return rows, seconds, seconds to the first byte, and MB."""
    began = time.perf_counter()
    response = request(url, cookie)
    first = response.read(1)
    first_s = time.perf_counter() - began
    lines, size = 0, len(first)
    while block := response.read(BLOCK):
        lines += block.count(b"\n")
        size += len(block)
    seconds = time.perf_counter() - began
    return {"rows": lines - 1, "s": seconds, "first_byte_s": first_s, "mb": size / 1e6}


def page_ms(url: str, cookie: str, *, keep_going: Callable[[int], bool]) -> list[float]:
    """Return the times of repeated requests for the page, in ms, with a short pause between."""
    times: list[float] = []
    while keep_going(len(times)):
        began = time.perf_counter()
        request(url + LIST, cookie).read()
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.05)
    return times


def memory_mb(pid: int, what: str = "VmHWM") -> float:
    """Return the peak (VmHWM) or the present (VmRSS) memory of a process; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    match = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(match[1]) / 1024 if match else 0.0


def processor_s(pid: int) -> float:
    """Return the processor time of a process in seconds; other load on the machine does not change it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def forget_peak(pid: int) -> None:
    """Reset the peak to the present memory of the process."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def copy_rate(rows: int) -> float:
    """Return the upper bound: PostgreSQL's own COPY of the same query, in rows a second."""
    from django.db import connection

    from sessions_app.domain.row import ROW_PATHS
    from sessions_app.models import ChargingSession
    from sessions_app.queries.ordering import ordered

    sessions = ordered(ChargingSession.objects.exclude(ended_at=None))
    query, params = sessions.values_list(*ROW_PATHS.values()).query.sql_with_params()
    with connection.cursor() as cursor:
        text = cursor.mogrify(query, params)
        began = time.perf_counter()
        with cursor.copy(f"COPY ({text}) TO STDOUT") as copy:
            for _ in copy:
                pass
    return rows / (time.perf_counter() - began)


@contextmanager
def downloading(url: str, cookie: str) -> Iterator[subprocess.Popen[str]]:
    """Download in another process, so that only the server's work is measured."""
    command = [sys.executable, __file__, "--download", url, "--cookie", cookie]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def measure_csv(url: str, cookie: str, pid: int) -> dict[str, float]:
    """Download all of History, with shown and with all columns; record the memory of server and child."""
    shown = f"{url}{LIST}export.csv"
    idle_mb = memory_mb(pid, "VmRSS")
    forget_peak(pid)
    with downloading(f"{shown}?columns=all", cookie) as export:
        peak_mb = cpu_s = 0.0
        while export.poll() is None:
            peak_mb = max([peak_mb, *(memory_mb(each) for each in children(pid))])
            cpu_s = max([cpu_s, *(processor_s(each) for each in children(pid))])
            time.sleep(0.05)
        everything = json.loads(export.communicate()[0])
    best = max((download(shown, cookie) for _ in range(2)), key=lambda each: each["rows"] / each["s"])
    return {
        "rows": best["rows"],
        "csv_rows_per_s": best["rows"] / best["s"],
        "csv_all_columns_rows_per_s": everything["rows"] / everything["s"],
        "csv_all_columns_rows_per_cpu_s": everything["rows"] / cpu_s,
        "csv_first_byte_s": max(best["first_byte_s"], everything["first_byte_s"]),
        "csv_peak_mb": peak_mb,
        "csv_server_grows_mb": memory_mb(pid) - idle_mb,
        "csv_mb": best["mb"],
    }


def measure_xlsx(url: str, cookie: str, pid: int, *, since: str) -> dict[str, float]:
    """Request a workbook as the page does, and watch the worker."""
    from sessions_app.domain.export_state import ExportState
    from sessions_app.models import ExportJob

    form = {"started_after": since}
    quiet = statistics.median(page_ms(url, cookie, keep_going=lambda n: n < 40))
    request(f"{url}/exports/sessions/history", cookie, form).read()
    job = ExportJob.objects.latest("created_at")
    peak_mb, times = 0.0, []
    while job.is_active:
        peak_mb = max([peak_mb, *(memory_mb(each) for each in children(pid))])
        if job.rows_done:
            times += page_ms(url, cookie, keep_going=lambda n: n < 5)
        else:
            time.sleep(0.1)
        job.refresh_from_db()
    if job.state != ExportState.READY or job.started_at is None or job.finished_at is None:
        raise SystemExit(f"The workbook is {job.state}: {job.error}")
    seconds = (job.finished_at - job.started_at).total_seconds()
    request(f"{url}/exports/{job.pk}/drop", cookie, {}).read()
    return {
        "xlsx_rows": job.rows_total,
        "xlsx_rows_per_s": job.rows_total / seconds,
        "xlsx_peak_mb": peak_mb,
        "xlsx_page_slowdown": statistics.median(times) / quiet,
    }


def measure_pages(url: str, cookie: str) -> dict[str, float]:
    """Compare the page's time while a CSV of everything leaves with its time when nothing else runs."""
    page_ms(url, cookie, keep_going=lambda n: n < 10)
    quiet = statistics.median(page_ms(url, cookie, keep_going=lambda n: n < 60))
    with downloading(f"{url}{LIST}export.csv?columns=all", cookie) as export:
        time.sleep(0.5)
        busy = page_ms(url, cookie, keep_going=lambda n: n < 150 and export.poll() is None)
    busy_ms = statistics.median(busy)
    return {"page_ms": quiet, "page_busy_ms": busy_ms, "page_slowdown": busy_ms / quiet, "pages": len(busy)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--database", help="an existing database")
    parser.add_argument("--since", default="", help="first day of the workbook; else a fifth of History")
    parser.add_argument("--download", help=argparse.SUPPRESS)
    parser.add_argument("--cookie", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.download:
        print(json.dumps(download(options.download, options.cookie)))
        return
    name = options.database or "terrafuse_bench_exports"
    if not options.database:
        create_database(name)
    use_database(name)
    try:
        if not options.database:
            from bulk import fill

            migrate()
            fill(sessions=options.sessions)
        figures = measure(options.since)
    finally:
        if not options.database:
            from django.db import connection

            connection.close()
            drop_database(name)
    for key, value in figures.items():
        print(f"  {key:28} {value:12,.2f}")
    print(json.dumps({key: round(value, 3) for key, value in figures.items()}))


def measure(since: str) -> dict[str, float]:
    from django.utils import timezone

    from sessions_app.models import ChargingSession

    first = ChargingSession.objects.order_by("started_at").values_list("started_at", flat=True)[0]
    fifth = since or f"{timezone.now() - (timezone.now() - first) / 5:%Y-%m-%d}"
    with server() as url:
        cookie = sign_in(url)
        (pid,) = (each for each in children(os.getpid()) if "uvicorn" in _command(each))
        figures = measure_csv(url, cookie, pid)
        figures |= measure_pages(url, cookie)
        figures |= measure_xlsx(url, cookie, pid, since=fifth)
    ceiling = copy_rate(int(figures["rows"]))
    figures["copy_rows_per_s"] = ceiling
    figures["csv_of_copy"] = figures["csv_rows_per_s"] / ceiling
    return figures


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


if __name__ == "__main__":
    main()
