"""Choose the pricing policy of a session, and make the tariff that is stored with the session."""

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

# Nearest first: the policy's field, and its label.
SCOPES = {
    "station": "Charging Station",
    "site_area": "Site Area",
    "site": "Site",
    "company": "Company",
}
# The lookups from a policy to a scope of that type around its own.
_WITHIN = {
    ChargingStation: ("station",),
    SiteArea: ("site_area", "station__site_area"),
    Site: ("site", "site_area__site", "station__site_area__site"),
    Company: ("company", "site__company", "site_area__site__company", "station__site_area__site__company"),
}
EVERYWHERE = "Everywhere"
PolicyScope = ChargingStation | SiteArea | Site | Company


class PricingContext(NamedTuple):
    """Where, for whom and when a session started: this decides its policy.

    The station and the area may have moved since. Load `site` with its company.
    """

    station_id: int
    site_area_id: int
    site: Site
    driver: Driver | None
    at: datetime

    @property
    def scope_ids(self) -> dict[str, int]:
        """The ids of its scopes, by the policy's field."""
        ids = (self.station_id, self.site_area_id, self.site.pk, self.site.company_id)
        return dict(zip(SCOPES, ids, strict=True))


def pricing_context(draft: SessionDraft) -> PricingContext:
    """Return the context of a session that is being recorded."""
    site = Site.objects.select_related("company").get(pk=draft.site_id)
    driver = Driver.objects.get(pk=draft.driver_id) if draft.driver_id else None
    return PricingContext(draft.station_id, draft.site_area_id, site, driver, draft.state.started_at)


def load_session_to_price(session_id: int) -> ChargingSession:
    """Return a session with what its pricing context needs."""
    return ChargingSession.objects.select_related("driver", "station", "site__company").get(pk=session_id)


def tariff_for(context: PricingContext) -> tuple[PricingPolicy, Tariff] | None:
    """Return the policy and the tariff to store; None if the session stays unpriced.

    The nearest scope wins, then a named audience over everyone, then the latest `valid_from`. A policy
    in another currency than the company's never applies. Takes two queries.
    """
    policy = _candidates(context).filter(currency=context.site.company.currency).first()
    if policy is None:
        return None
    return policy, build_tariff(policy, place=scope_of(policy), driver=context.driver)


def scope_mismatches(policy: PricingPolicy, context: PricingContext) -> tuple[str, ...]:
    """Return why the policy does not apply to the session: `another place`, audience or time."""
    is_valid = policy.valid_from <= context.at and (policy.valid_to is None or context.at < policy.valid_to)
    mismatches = {
        "another place": any(getattr(policy, f"{name}_id") not in (None, pk) for name, pk in context.scope_ids.items()),
        "another audience": policy.audience not in ("", context.driver.kind if context.driver else ""),
        "another time": not is_valid,
    }
    return tuple(name for name, is_mismatch in mismatches.items() if is_mismatch)


def build_tariff(policy: PricingPolicy, *, place: PolicyScope | None, driver: Driver | None) -> Tariff:
    """Return the tariff that a session stores. The entity is the audience, else the scope `place`."""
    entity = driver if policy.audience else place
    stored = sorted(policy.components.all(), key=lambda component: (component.position, component.pk))
    return Tariff(
        policy_id=policy.pk,
        description=policy.description,
        entity_type=entity_type(policy),
        entity_id=entity.reference if entity else UNKNOWN,
        currency=policy.currency,
        valid_from=policy.valid_from,
        tax_percent=policy.tax_percent,
        components=tuple(to_component(component) for component in stored),
        min_price=policy.min_price,
        max_price=policy.max_price,
    )


def entity_type(policy: PricingPolicy) -> str:
    """Return the audience if one is named, else the kind of scope: Tenant, Site, Everywhere."""
    if policy.audience:
        return Driver.Kind(policy.audience).label
    return next((label for name, label in SCOPES.items() if getattr(policy, f"{name}_id")), EVERYWHERE)


def scope_of(policy: PricingPolicy) -> PolicyScope | None:
    """Return the scope of the policy; None is everywhere."""
    return next((getattr(policy, name) for name in SCOPES if getattr(policy, f"{name}_id")), None)


def currency_at(scope: PolicyScope) -> str:
    """Return the currency of every price in the scope: that of its company."""
    match scope:
        case ChargingStation():
            return scope.site_area.site.company.currency
        case SiteArea():
            return scope.site.company.currency
        case Site():
            return scope.company.currency
    return scope.currency


def zone_at(scope: PolicyScope | None) -> str:
    """Return the time zone of the scope; UTC for everywhere and for a company with several zones."""
    match scope:
        case ChargingStation():
            return scope.site_area.site.time_zone
        case SiteArea():
            return scope.site.time_zone
        case Site():
            return scope.time_zone
        case Company():
            zones = {site.time_zone for site in scope.sites.all()}
            return zones.pop() if len(zones) == 1 else "UTC"
    return "UTC"


def overlapping(policy: PricingPolicy) -> QuerySet[PricingPolicy]:
    """Return the other policies with the same scope, audience and currency that are valid at the same time."""
    same_scope = {f"{name}_id": getattr(policy, f"{name}_id") for name in SCOPES}
    policies = PricingPolicy.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=policy.valid_from),
        audience=policy.audience,
        currency=policy.currency,
        **same_scope,
    ).exclude(pk=policy.pk)
    return policies.filter(valid_from__lt=policy.valid_to) if policy.valid_to else policies


def in_other_currency(scope: PolicyScope, currency: str, *, at: datetime) -> QuerySet[PricingPolicy]:
    """Return the policies in the scope or below it that have another currency and end after `at`."""
    in_scope = Q()
    for path in _WITHIN[type(scope)]:
        in_scope |= Q(**{path: scope})
    return PricingPolicy.objects.filter(in_scope, Q(valid_to=None) | Q(valid_to__gt=at)).exclude(currency=currency)


def _candidates(context: PricingContext) -> QuerySet[PricingPolicy]:
    """Return the policies that apply, the best one first."""
    in_scope = Q(**dict.fromkeys(SCOPES, None))
    for name, pk in context.scope_ids.items():
        in_scope |= Q(**{name: pk})
    return (
        PricingPolicy.objects.filter(
            in_scope,
            Q(valid_to=None) | Q(valid_to__gt=context.at),
            valid_from__lte=context.at,
            audience__in=["", context.driver.kind] if context.driver else [""],
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
    """Return the component as the domain's type."""
    return Component(**{name: getattr(stored, name) for name in Component.__struct_fields__})
