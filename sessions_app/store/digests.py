"""Writes the digests of long sessions' curves."""

from collections.abc import Iterable

import msgspec

from sessions_app.domain.curve import Curve
from sessions_app.models import CurveDigest


def digest_keep(session_id: int, *, upto: int, curve: Curve) -> None:
    """Keep the curve of a session up to that reading, in place of an earlier one."""
    text = msgspec.json.encode(curve).decode()
    CurveDigest.objects.update_or_create(session_id=session_id, defaults={"upto": upto, "curve": text})


def digests_drop(session_ids: Iterable[int]) -> None:
    """Drop the digests of sessions whose earlier points have changed."""
    CurveDigest.objects.filter(session_id__in=list(session_ids)).delete()
