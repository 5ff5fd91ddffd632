"""Stations that knocked: an operator lets them in."""

from django.db import transaction

from sessions_app.models import ChargingStation, Connector, PendingStation, SiteArea


@transaction.atomic
def pending_station_accept(knock: PendingStation, *, site_area: SiteArea) -> tuple[ChargingStation, bool]:
    """Make a station of the knock, with the password that it presented, and forget the knock.

    Returns the station and whether it is new: one of that identity may have been added meanwhile,
    and keeps its own password. It begins with one connector of unknown rating.
    """
    station, is_new = ChargingStation.objects.get_or_create(
        identity=knock.identity,
        defaults={"site_area": site_area, "password_digest": knock.password_digest},
    )
    if is_new:
        Connector.objects.create(station=station, number=1)
    knock.delete()
    return station, is_new
