"""What we use of other packages although it is not public there: a new version may change it without a word.

| package | borrowed                                                  | used in                            |
| ------- | --------------------------------------------------------- | ---------------------------------- |
| plotly  | `package_data/plotly.min.js`, the browser's library       | terrafuse/assets.py                |
| plotly  | `frame._fullLayout._size`: the plot's place in its frame  | static/js/session/plot_area.js     |
| plotly  | the id of the map library's style sheet                   | static/js/session/plotly.js        |
| plotly  | the id of the style element that gets its rules           | templates/base.html                |
| lucide  | `_render_icon(name, size)`: an icon as SVG text           | sessions_app/templatetags/icons.py |
| uvicorn | `ping_interval` and `conn` of the object that `send` is of | terrafuse/socket_limits.py         |
| django  | `_js_module_import_aggregation_patterns`                  | terrafuse/assets.py                |

One test for each. Where one fails after an upgrade, look at the place in the last column.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.contrib.staticfiles.storage import HashedFilesMixin
from lucide import IconDoesNotExist, _render_icon
from playwright.sync_api import Browser, Page
from websockets.asyncio.client import connect

from terrafuse.assets import PLOTLY

ROOT = Path(__file__).resolve().parent.parent
DRAW = """async () => {
    const frame = document.querySelector("#frame");
    const size = { width: 500, height: 300, autosize: false, margin: { l: 40, r: 60, t: 20, b: 30 } };
    await Plotly.react(frame, [{ x: [1, 2], y: [3, 4] }], size);
}"""


@pytest.fixture
def plot(browser: Browser) -> Iterator[Page]:
    """Give a page with a drawn graph, and with our style element and our id of the script."""
    script_id = re.search(r'MAP_STYLES = "(\w+)"', (ROOT / "static/js/session/plotly.js").read_text())
    style = re.search(r'<style id="[^"]+"', (ROOT / "templates/base.html").read_text())
    assert script_id
    assert style
    page = browser.new_page()
    page.set_content(f'{style[0]}></style><div id="frame"></div><script id="{script_id[1]}"></script>')
    page.add_script_tag(path=PLOTLY / "plotly.min.js")
    page.evaluate(DRAW)
    yield page
    page.close()


def test_plotly_ships_its_browser_library() -> None:
    assert (PLOTLY / "plotly.min.js").stat().st_size > 1_000_000


@pytest.mark.browser
def test_plotly_tells_where_the_plot_is(plot: Page) -> None:
    box = plot.evaluate("() => document.querySelector('#frame')._fullLayout?._size")

    assert box, "Plotly has no _fullLayout._size any more"
    assert {name: box[name] for name in "ltwh"} == {"l": 40, "t": 20, "w": 400, "h": 250}


@pytest.mark.browser
def test_plotly_adds_no_style_element(plot: Page) -> None:
    styles = plot.evaluate("() => [...document.querySelectorAll('style')].map((style) => style.id)")

    assert styles == ["plotly.js-style-global"], "the content security policy would refuse the others"


@pytest.mark.browser
def test_plotly_writes_into_our_style_element(plot: Page) -> None:
    rules = plot.evaluate("() => document.querySelector('style').sheet.cssRules.length")

    assert rules > 0


def test_lucide_renders_an_icon_by_its_name() -> None:
    svg = _render_icon("zap", None)

    assert re.fullmatch(r"<svg\b[^>]*>.*<path\b.*</svg>", svg, re.DOTALL)
    with pytest.raises(IconDoesNotExist):
        _render_icon("no-such-icon", None)


async def test_uvicorn_sends_by_a_method_of_the_connection() -> None:
    limits: list[Any] = []

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        connection: Any = getattr(send, "__self__", None)
        limits.extend((connection.ping_interval, connection.conn.max_message_size))
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})

    server = uvicorn.Server(
        uvicorn.Config(
            application, port=0, ws="websockets-sansio", ws_ping_interval=7.0, ws_max_size=5_000, lifespan="off"
        )
    )
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    async with connect(f"ws://127.0.0.1:{port}/") as socket:
        await socket.wait_closed()
    await server.shutdown()

    assert limits == [7.0, 5_000]


def test_django_finds_the_imports_of_a_module() -> None:
    _, patterns = vars(HashedFilesMixin)["_js_module_import_aggregation_patterns"]
    imports = ['import { a } from "./a.js";', 'import "./a.js";', 'export { a } from "./a.js";']

    found = [any(re.search(pattern[0], line) for pattern in patterns) for line in imports]

    assert found == [True, True, True]
