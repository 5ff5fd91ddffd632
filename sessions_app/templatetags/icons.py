"""Lucide's icons: one sprite per page, and references to it."""

from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import _render_icon

register = template.Library()

# Every icon in use.
ICON_NAMES = frozenset(
    {
        "zap",
        "eye",
        "ellipsis-vertical",
        "search",
        "plus",
        "x",
        "chevron-down",
        "chevron-up",
        "chevron-left",
        "chevron-right",
        "chevrons-right",
        "chevrons-left",
        "download",
        "bookmark",
        "columns-3",
        "list-filter",
        "building-2",
        "sun-moon",
        "user",
        "log-out",
        "triangle-alert",
        "octagon-alert",
        "plug-zap",
        "history",
        "circle-dot",
        "octagon-x",
        "link",
        "users",
        "ev-charger",
        "receipt",
        "file-down",
        "trash-2",
        "check",
        "clock",
        "settings",
        "play",
        "pause",
        "image-down",
        "zoom-out",
        "printer",
        "undo-2",
    }
)


@lru_cache(maxsize=1)
def _sprite() -> str:
    symbols = []
    for name in sorted(ICON_NAMES):
        svg = _render_icon(name, None)
        inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
        symbols.append(f'<symbol id="i-{name}" viewBox="0 0 24 24">{"".join(inner.split(chr(10)))}</symbol>')
    return f'<svg class="sprite" hidden aria-hidden="true">{"".join(symbols)}</svg>'


@register.simple_tag
def sprite() -> SafeString:
    """Return the sprite, once per page, before the icons."""
    return mark_safe(_sprite())  # noqa: S308 - the icons are part of a package


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a reference to an icon of the sprite."""
    if name not in ICON_NAMES:
        raise template.TemplateSyntaxError(f"{name} is not among the icons of the sprite.")
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"></use></svg>', name)
