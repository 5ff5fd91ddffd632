"""Which pricing policy holds for a session, and the copy of it that the session keeps."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from sessions_app.domain.drafts import SessionDraft
from sessions_app.domain.pricing import Component, Tariff
from sessions_app.domain.wording import UNKNOWN
from sessions_app.models import (
    ChargingSession,
    ChargingStation,
    Company,
    Driver,
    PriceComponent,
    PricingPolicy,
    Site,
    SiteArea,
)

# From near to far: the policy's field, and what people call such a place.
SCOPES = {
    "station": "Charging Station",
    "site_area": "Site Area",
    "site": "Site",
    "company": "Company",
}
# From a policy to a place of that kind around its own.
_WITHIN = {
    ChargingStation: ("station",),
    SiteArea: ("site_area", "station__site_area"),
    Site: ("site", "site_area__site", "station__site_area__site"),
    Company: ("company", "site__company", "site_area__site__company", "station__site_area__site__company"),
}
EVERYWHERE = "Everywhere"
PolicyScope = ChargingStation | SiteArea | Site | Company


class PricingContext(NamedTuple):
    """Where, for whom and when a session began, which decides what policy holds for it.

    Its station and its area may have been moved since. `site` comes with its company.
    """

    station_id: int
    site_area_id: int
    site: Site
    driver: Driver | None
    at: datetime

    @property
    def places(self) -> dict[str, int]:
        """The ids of its places, by the policy's field."""
        own = (self.station_id, self.site_area_id, self.site.pk, self.site.company_id)
        return dict(zip(SCOPES, own, strict=True))


def pricing_context(draft: SessionDraft) -> PricingContext:
    """Return the context of a session that is being recorded."""
    site = Site.objects.select_related("company").get(pk=draft.site_id)
    driver = Driver.objects.get(pk=draft.driver_id) if draft.driver_id else None
    return PricingContext(draft.station_id, draft.site_area_id, site, driver, draft.state.started_at)


def load_session_to_price(session_id: int) -> ChargingSession:
    """Return a session with what its pricing context needs."""
    return ChargingSession.objects.select_related("driver", "station", "site__company").get(pk=session_id)


def tariff_for(begun: PricingContext) -> tuple[PricingPolicy, Tariff] | None:
    """Return the policy for a session, and the copy that it keeps; None: it stays unpriced.

    The nearest place wins, then a named audience over everyone, then the latest valid from. A policy
    in another currency than the company's never holds. Takes two queries, whatever the number of
    policies.
    """
    policy = _candidates(begun).filter(currency=begun.site.company.currency).first()
    if policy is None:
        return None
    return policy, build_tariff(policy, place=scope_of(policy), driver=begun.driver)


def scope_mismatches(policy: PricingPolicy, begun: PricingContext) -> tuple[str, ...]:
    """Return what the policy is meant for that such a session is not: `another place`, audience, time."""
    holds = policy.valid_from <= begun.at and (policy.valid_to is None or begun.at < policy.valid_to)
    found = {
        "another place": any(getattr(policy, f"{name}_id") not in (None, pk) for name, pk in begun.places.items()),
        "another audience": policy.audience not in ("", begun.driver.kind if begun.driver else ""),
        "another time": not holds,
    }
    return tuple(name for name, is_beyond in found.items() if is_beyond)


def build_tariff(policy: PricingPolicy, *, place: PolicyScope | None, driver: Driver | None) -> Tariff:
    """Return the policy as a session keeps it: the entity is its audience, else its place."""
    entity = driver if policy.audience else place
    stored = sorted(policy.components.all(), key=lambda each: (each.position, each.pk))
    return Tariff(
        policy_id=policy.pk,
        description=policy.description,
        entity_type=entity_type(policy),
        entity_id=entity.reference if entity else UNKNOWN,
        currency=policy.currency,
        valid_from=policy.valid_from,
        tax_percent=policy.tax_percent,
        components=tuple(to_component(each) for each in stored),
        min_price=policy.min_price,
        max_price=policy.max_price,
    )


def entity_type(policy: PricingPolicy) -> str:
    """Return the audience where one is named, else the kind of place: Tenant, Site, Everywhere."""
    if policy.audience:
        return Driver.Kind(policy.audience).label
    return next((word for name, word in SCOPES.items() if getattr(policy, f"{name}_id")), EVERYWHERE)


def scope_of(policy: PricingPolicy) -> PolicyScope | None:
    """Return where the policy holds; None is everywhere."""
    return next((getattr(policy, name) for name in SCOPES if getattr(policy, f"{name}_id")), None)


def currency_at(place: PolicyScope) -> str:
    """Return the currency of every price at the place: that of its company."""
    match place:
        case ChargingStation():
            return place.site_area.site.company.currency
        case SiteArea():
            return place.site.company.currency
        case Site():
            return place.company.currency
    return place.currency


def zone_at(place: PolicyScope | None) -> str:
    """Return the time zone of the place; UTC where it has sites in several, and everywhere."""
    match place:
        case ChargingStation():
            return place.site_area.site.time_zone
        case SiteArea():
            return place.site.time_zone
        case Site():
            return place.time_zone
        case Company():
            zones = {site.time_zone for site in place.sites.all()}
            return zones.pop() if len(zones) == 1 else "UTC"
    return "UTC"


def overlapping(policy: PricingPolicy) -> QuerySet[PricingPolicy]:
    """Return the other policies for the same place, audience and currency that hold at the same time."""
    same = {f"{name}_id": getattr(policy, f"{name}_id") for name in SCOPES}
    found = PricingPolicy.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=policy.valid_from),
        audience=policy.audience,
        currency=policy.currency,
        **same,
    ).exclude(pk=policy.pk)
    return found.filter(valid_from__lt=policy.valid_to) if policy.valid_to else found


def in_other_currency(place: PolicyScope, currency: str, *, at: datetime) -> QuerySet[PricingPolicy]:
    """Return the policies at the place, or within it, with prices in another currency that end after that."""
    here = Q()
    for way in _WITHIN[type(place)]:
        here |= Q(**{way: place})
    return PricingPolicy.objects.filter(here, Q(valid_to=None) | Q(valid_to__gt=at)).exclude(currency=currency)


def _candidates(begun: PricingContext) -> QuerySet[PricingPolicy]:
    """Return the policies that fit, the one that holds first."""
    here = Q(**dict.fromkeys(SCOPES, None))
    for name, pk in begun.places.items():
        here |= Q(**{name: pk})
    return (
        PricingPolicy.objects.filter(
            here,
            Q(valid_to=None) | Q(valid_to__gt=begun.at),
            valid_from__lte=begun.at,
            audience__in=["", begun.driver.kind] if begun.driver else [""],
        )
        .order_by(
            *(F(name).desc(nulls_last=True) for name in SCOPES),
            "-audience",
            "-valid_from",
            "-pk",
        )
        .select_related(*SCOPES)
        .prefetch_related("components")
    )


def to_component(stored: PriceComponent) -> Component:
    """Return the component as the domain has it."""
    return Component(**{name: getattr(stored, name) for name in Component.__struct_fields__})
