"""`manage.py add_station`: add one or more stations with connectors and a password."""

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, transaction

from sessions_app.models import ChargingStation, Site
from sessions_app.store.places import site_first_add, station_add

MAX_CONNECTORS = 64


class Command(BaseCommand):
    help = "Add a charging station at a site, by default the first. To repeat the command changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", help="last part of the station's OCPP address")
        parser.add_argument("--count", type=int, help="add that many stations: ID-001, ID-002, …")
        parser.add_argument("--site", metavar="NAME", help="the site's name, or COMPANY/NAME")
        parser.add_argument("--connectors", type=int, default=2)
        parser.add_argument("--power-kw", type=float, default=22, help="rated power of each connector")
        parser.add_argument("--password", help="for Basic Auth; by default a new station gets a random one")
        parser.add_argument("--accept-unknown-tags", action="store_true", help="authorise any tag")

    def handle(self, *args: Any, **options: Any) -> None:
        _check_options(options)
        try:
            with transaction.atomic():
                self._add(options)
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0]
            raise CommandError(f"Database error ({reason}). Have you run `manage.py migrate`?") from error

    def _add(self, options: dict[str, Any]) -> None:
        site = _site(options["site"])
        count = options["count"]
        identities = [f"{options['id']}-{n:03}" for n in range(1, count + 1)] if count else [options["id"]]
        existing = {
            station.identity: station
            for station in ChargingStation.objects.select_related("site_area__site").filter(identity__in=identities)
        }
        for identity in identities:
            station = existing.get(identity)
            if station and options["site"] and station.site_area.site != site:
                raise CommandError(f"{identity} already belongs to {station.site_area.site}.")
            self._add_one(identity, station, site, options)

    def _add_one(self, identity: str, existing: ChargingStation | None, site: Site, options: dict[str, Any]) -> None:
        has_password = existing is not None and existing.password_digest != ""
        new_password = None if has_password or options["password"] else secrets.token_hex(16)
        station_add(
            identity=identity,
            site=site,
            connectors=options["connectors"],
            max_power_w=round(options["power_kw"] * 1000),
            password=options["password"] or new_password,
            accepts_unknown_tags=options["accept_unknown_tags"],
        )
        state = f"already exists at {existing.site_area.site}" if existing else f"added at {site}"
        password = f", password {new_password}" if new_password else ""
        self.stdout.write(f"{identity} {state}{password}")


def _check_options(options: dict[str, Any]) -> None:
    if not options["id"].strip() or len(options["id"]) > 240:
        raise CommandError("The station ID must have 1 to 240 characters.")
    if options["count"] is not None and not 1 <= options["count"] <= 10_000:
        raise CommandError("--count must be a number from 1 to 10000.")
    if not 1 <= options["connectors"] <= MAX_CONNECTORS:
        raise CommandError(f"--connectors must be a number from 1 to {MAX_CONNECTORS}.")
    if not 0.1 <= options["power_kw"] <= 4_000:
        raise CommandError("--power-kw must be a number from 0.1 to 4000.")
    if options["password"] == "":
        raise CommandError("--password must not be empty.")


def _site(name: str | None) -> Site:
    """Return the site with that name or COMPANY/NAME. Without a name return the first; create it if none exists."""
    sites = Site.objects.select_related("company").order_by("pk")
    if not sites.exists():
        return site_first_add(name or "My site")
    if name is None:
        return sites[0]
    matches = [site for site in sites if name in {site.name, f"{site.company.name}/{site.name}"}]
    if len(matches) == 1:
        return matches[0]
    if matches:
        names = ", ".join(f"{site.company.name}/{site.name}" for site in matches)
        raise CommandError(f"{len(matches)} sites are named {name}; choose one of: {names}.")
    raise CommandError(f"There is no site {name}. Sites: {', '.join(site.name for site in sites[:20])}.")
