"""What holds at a moment, of things in order of time."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import TypeVar

T = TypeVar("T")
by_at: Callable[[object], datetime] = attrgetter("at")
by_first: Callable[[Sequence[object]], datetime] = itemgetter(0)


def latest(items: Sequence[T], at: datetime, by: Callable[[T], datetime]) -> T | None:
    """Return the last item that begins by a moment, the moment included; None if there is none."""
    index = bisect_right(items, at, key=by)
    return items[index - 1] if index else None
