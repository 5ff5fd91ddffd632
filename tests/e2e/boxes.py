"""Where elements are on a page, in CSS pixels."""

from playwright.sync_api import FloatRect, Locator


def bounding_box(locator: Locator) -> FloatRect:
    """Return the box of a visible element; fail the test if the element is not visible."""
    box = locator.bounding_box()
    assert box is not None
    return box
