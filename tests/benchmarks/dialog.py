"""Measures the session dialog in the system's Chromium: time until its graph is painted, and its size.

    python tests/benchmarks/dialog.py [--rounds 15] [--long 200000]

The last line is JSON. `warm_ms`: eye clicked → graph painted, library loaded, 2,000 readings (median).
`cold_ms`: the same for the first time, with an empty cache. `long_session_ratio`: the warm time of a
session of 200,000 readings over that of 2,000, in alternating rounds. `append_ms`: main thread time of a
new point at 8,640 readings. `payload_kb`: a day of 10-second readings, gzip.
"""

import argparse
import json
import math
import os
import shutil
import sys
import urllib.request
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from stand import create_database, drop_database, migrate, server, sign_in, use_database

NAME = f"terrafuse_bench_dialog_{os.getpid()}"
SHORT, DAY = 2_000, 8_640
EVERY_S = 10
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update")
# From the click to the frame after the graph was drawn.
CLOCK = """
    let clicked = 0;
    addEventListener("click", () => { clicked = performance.now(); window.painted = null; }, true);
    document.addEventListener("graph-drawn", (event) => {
      window.drawn = event.detail.graph;
      requestAnimationFrame(() => setTimeout(() => { window.painted ??= performance.now() - clicked; }));
    });
"""
# Adds and draws new points as the page does.
APPEND = """async (rounds) => {
    const graph = window.drawn, took = [];
    const { points, last } = JSON.parse(document.querySelector("[data-payload]").textContent);
    const row = Object.values(points).map((column) => column.at(-1));
    row[0] = last;
    for (let round = 0; round < rounds; round += 1) {
      row[0] += 1;
      row[1] += 10000;
      const began = performance.now();
      graph.append([[...row]]);
      await graph.draw();
      took.push(performance.now() - began);
      await new Promise((done) => setTimeout(done, 100));
    }
    return took;
}"""


def _power_w(number: int) -> float:
    """Return a plausible power in W: slow and fast waves, sometimes an idle hour."""
    if number % 2_000 > 1_640:
        return 20.0
    return 7_000 + 3_000 * math.sin(number / 700) + 97 * math.sin(number * 1.7) + (number * 7919 % 101)


def _samples(session_id: int, started_at: datetime, count: int) -> Any:
    energy_wh, idle_s = Decimal(0), 0
    for number in range(1, count + 1):
        power_w = round(_power_w(number), 1)
        energy_wh += Decimal(str(round(power_w * EVERY_S / 3600, 3)))
        idle_s += EVERY_S if power_w < 100 else 0
        limit_a = 32.0 if number % 3_000 < 1_500 else 16.0
        price = round(energy_wh * Decimal("0.00035"), 2)
        at = started_at + timedelta(seconds=number * EVERY_S)
        yield session_id, at, number, power_w, power_w, energy_wh, limit_a, idle_s, price


def make_session(readings: int, *, is_live: bool = False) -> int:
    """Create a session of that many readings, with the downsampled series of the recorder."""
    from sessions_app.models import ChargingSession, MeterSample
    from sessions_app.recording.downsampling import READINGS_PER_UPDATE, refresh_downsampled
    from sessions_app.store.bulk import insert_rows
    from tests.support import builders

    length = timedelta(seconds=(readings + 1) * EVERY_S)
    session = builders.session(
        on=builders.station(),
        driver=builders.driver(),
        started_at=datetime.now(UTC).replace(microsecond=0) - length,
        lasted=None if is_live else length,
        currency="AUD",
        reading_count=readings,
    )
    rows = list(_samples(session.pk, session.started_at, readings))
    fields = ("session", "at", "number", "power_w", "grid_power_w", "energy_wh", "limit_a", "idle_s", "price")
    insert_rows(MeterSample, fields, rows)
    ChargingSession.objects.filter(pk=session.pk).update(
        last_reading_at=rows[-1][1], energy_wh=rows[-1][5], idle_s=rows[-1][7], price=rows[-1][8]
    )
    if readings >= 2 * READINGS_PER_UPDATE:
        refresh_downsampled(session.pk)
    return session.pk


def _painted_ms(page: Any, session_id: int) -> float:
    page.get_by_role("link", name=f"View session {session_id}", exact=True).click()
    page.wait_for_function("() => window.painted")
    painted_ms = page.evaluate("() => window.painted")
    page.keyboard.press("Escape")
    page.wait_for_url("**/sessions/history/")
    page.locator("dialog").wait_for(state="hidden")
    return float(painted_ms)


def _page(browser: Any, url: str, cookie: str) -> Any:
    context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
    name, value = next(each.split("=", 1) for each in cookie.split("; ") if each.startswith("sessionid="))
    context.add_cookies([{"name": name, "value": value, "url": url}])
    page = context.new_page()
    page.add_init_script(CLOCK)
    return page


def _payload_kb(url: str, cookie: str, session_id: int) -> float:
    request = urllib.request.Request(
        f"{url}/sessions/{session_id}/figure/", headers={"Cookie": cookie, "Accept-Encoding": "gzip"}
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        return len(answer.read()) / 1000


def measure(browser: Any, url: str, cookie: str, session_ids: dict[str, int], rounds: int) -> dict[str, float]:
    """Return the figures."""
    colds = []
    for _ in range(3):
        page = _page(browser, url, cookie)
        page.goto("/sessions/history/")
        colds.append(_painted_ms(page, session_ids["short"]))
        page.context.close()
    page = _page(browser, url, cookie)
    page.goto("/sessions/history/")
    for session_id in (session_ids["short"], session_ids["long"]):
        _painted_ms(page, session_id)
    times: dict[str, list[float]] = {"short": [], "long": []}
    for _ in range(rounds):
        for name, taken in times.items():
            taken.append(_painted_ms(page, session_ids[name]))
    page.goto(f"/sessions/{session_ids['live']}/")
    page.locator("[data-graph][data-count]").wait_for()
    appended = page.evaluate(APPEND, rounds)
    return {
        "warm_ms": round(median(times["short"]), 1),
        "cold_ms": round(median(colds), 1),
        "long_session_ratio": round(median(times["long"]) / median(times["short"]), 2),
        "append_ms": round(median(appended), 1),
        "payload_kb": round(_payload_kb(url, cookie, session_ids["day"]), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--long", type=int, default=200_000, help="readings of the long session")
    options = parser.parse_args()
    create_database(NAME)
    try:
        use_database(NAME)
        figures = _run(options.rounds, options.long)
    finally:
        drop_database(NAME)
    targets = {"warm_ms": 300, "cold_ms": 2500, "long_session_ratio": 1.3, "append_ms": 50, "payload_kb": 60}
    for name, figure in figures.items():
        print(f"{name:<20} {figure:>8,.1f}   at most {targets[name]:g}")
    print(json.dumps(figures))


def _run(rounds: int, long: int) -> dict[str, float]:
    from django.core.management import call_command
    from playwright.sync_api import sync_playwright
    from stand import PASSWORD, SIGNS_IN

    migrate()
    call_command("collectstatic", interactive=False, verbosity=0)
    from sessions_app.models import Manager

    Manager.objects.create_superuser(SIGNS_IN["operator"], "olga@example.com", PASSWORD)
    session_ids = {"short": make_session(SHORT), "day": make_session(DAY), "long": make_session(long)}
    session_ids["live"] = make_session(DAY, is_live=True)
    chromium = shutil.which("chromium") or sys.exit("no Chromium on this machine: apt-get install chromium")
    with server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            return measure(browser, url, sign_in(url), session_ids, rounds)
        finally:
            browser.close()


if __name__ == "__main__":
    main()
