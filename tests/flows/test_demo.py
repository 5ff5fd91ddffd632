"""The demo starts from nothing, shows charging cars, and leaves no process behind."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.support.demo_process import Demo, copy_checkout, free_port


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    running = Demo(copy_checkout(tmp_path), free_port())
    yield running
    running.end()


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in Linux's /proc")
def test_demo_shows_charging_cars_and_ends_its_children(demo: Demo) -> None:
    output = demo.until_it_says("Ctrl-C")
    assert f"{demo.url}/" in output
    assert "operator" in output
    deadline = monotonic() + 30
    while not re.search(r"HT-B1-0\d", page := demo.page("/sessions/in-progress/")):
        assert monotonic() < deadline, page
        sleep(0.2)
    assert "HT-B1-0" in demo.page("/sessions/history/")
    children = demo.children()
    assert len(children) == 3  # the worker, the server, the stations

    assert demo.end() == 0
    assert not any(is_alive(pid) for pid in children)
    assert "Traceback" not in demo.output
    assert demo.output.rstrip().endswith("The data is kept in var/ for next time.")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in Linux's /proc")
def test_the_demo_ends_when_its_server_dies(demo: Demo) -> None:
    demo.until_it_says("Ctrl-C")
    worker, server, stations = demo.children()

    os.kill(server, signal.SIGKILL)

    assert demo.process.wait(20) == 1
    assert "exited unexpectedly" in demo.output
    assert not is_alive(worker)
    assert not is_alive(stations)


def test_port_in_use_is_reported_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        demo = Demo(copy_checkout(tmp_path), port)

        assert demo.process.wait(20) == 1
    assert demo.output == f"CommandError: Port {port} is in use. Choose another: make demo PORT={port + 1}\n"
