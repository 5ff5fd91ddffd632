"""Write the downsampled series of long sessions."""

from collections.abc import Iterable

import msgspec

from sessions_app.domain.curve import Curve
from sessions_app.models import DownsampledSeries


def downsampled_save(session_id: int, *, last_number: int, curve: Curve) -> None:
    """Save a session's downsampled curve up to sample `last_number`; replace the previous one."""
    text = msgspec.json.encode(curve).decode()
    DownsampledSeries.objects.update_or_create(
        session_id=session_id, defaults={"last_number": last_number, "curve": text}
    )


def downsampled_delete(session_ids: Iterable[int]) -> None:
    """Delete the series of sessions whose earlier samples have changed."""
    DownsampledSeries.objects.filter(session_id__in=list(session_ids)).delete()
