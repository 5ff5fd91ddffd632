"""Writes the digests of long sessions' curves."""

from collections.abc import Iterable

import msgspec

from sessions_app.domain.curve import Curve
from sessions_app.models import DownsampledSeries


def downsampled_save(session_id: int, *, last_number: int, curve: Curve) -> None:
    """Keep the curve of a session up to that reading, in place of an earlier one."""
    text = msgspec.json.encode(curve).decode()
    DownsampledSeries.objects.update_or_create(
        session_id=session_id, defaults={"last_number": last_number, "curve": text}
    )


def downsampled_delete(session_ids: Iterable[int]) -> None:
    """Drop the digests of sessions whose earlier points have changed."""
    DownsampledSeries.objects.filter(session_id__in=list(session_ids)).delete()
