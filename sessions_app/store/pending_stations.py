"""Accept unknown stations that tried to connect."""

from django.db import transaction

from sessions_app.models import ChargingStation, Connector, PendingStation, SiteArea


@transaction.atomic
def pending_station_accept(pending: PendingStation, *, site_area: SiteArea) -> tuple[ChargingStation, bool]:
    """Create the station with the password that it presented, and delete the pending one.

    Return the station and whether it is new: a station with that identity may have been added
    meanwhile, and keeps its own password. A new station has one connector of unknown rating.
    """
    station, is_new = ChargingStation.objects.get_or_create(
        identity=pending.identity,
        defaults={"site_area": site_area, "password_digest": pending.password_digest},
    )
    if is_new:
        Connector.objects.create(station=station, number=1)
    pending.delete()
    return station, is_new
