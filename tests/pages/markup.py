"""Elements and attributes of a page's HTML, selected by XPath."""

from typing import cast

from lxml import html


def parse(text: str) -> html.HtmlElement:
    return cast(html.HtmlElement, html.fromstring(text))


def elements(root: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    return cast(list[html.HtmlElement], root.xpath(path))


def attributes(root: html.HtmlElement, path: str) -> list[str]:
    return cast(list[str], root.xpath(path))
