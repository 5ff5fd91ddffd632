"""Only an operator changes the price of a session."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from sessions_app import announce
from sessions_app.domain import events
from sessions_app.domain.drafts import EventBatch
from sessions_app.domain.flags import Flag
from sessions_app.domain.meter import Reading
from sessions_app.domain.transactions import issued_id
from sessions_app.models import (
    ActionAudit,
    ChargingSession,
    ChargingStation,
    MeterSample,
    PricingPolicy,
    SiteArea,
)
from sessions_app.queries.event_batch import load_session_batch
from sessions_app.queries.price_view import price_view
from sessions_app.recording import record, repricing, stored_sessions
from tests.support.builders import NOON, company, driver, id_tag, operator, policy, session, site, station

pytestmark = pytest.mark.django_db


def charged(at: ChargingStation | None = None, *, stopped: bool = True) -> ChargingSession:
    """Record a session of 12 kWh in two hours, reading by reading."""
    where = at or station()
    tag = id_tag(of=driver())
    [begun], _ = record([
        events.Started(
            station_id=where.pk, at=NOON, connector=1, id_tag=tag.value, meter_start_wh=Decimal(0)
        )
    ])  # fmt: skip
    transaction = str(begun.transaction_id)
    for quarter in range(1, 9):
        at_quarter = NOON + timedelta(minutes=15 * quarter)
        reading = Reading(at=at_quarter, register_wh=Decimal(1500 * quarter), power_w=6_000.0)
        record([
            events.Measured(
                station_id=where.pk, at=at_quarter, connector=1, transaction=issued_id(transaction), readings=(reading,)
            )
        ])  # fmt: skip
    if stopped:
        end = NOON + timedelta(hours=2)
        record([
            events.Stopped(
                station_id=where.pk, at=end, transaction=issued_id(transaction), meter_stop_wh=Decimal(12_000)
            )
        ])  # fmt: skip
    return ChargingSession.objects.get(pk=begun.transaction_id)


def costs(policy: PricingPolicy, price: str) -> None:
    component = policy.components.get()
    component.price = Decimal(price)
    component.save()
    policy.save()


def test_edited_policy_leaves_started_sessions_unchanged() -> None:
    applied = policy()
    running = charged(stopped=False)
    costs(applied, "0.50")
    record([
        events.Stopped(
            station_id=running.station_id,
            at=NOON + timedelta(hours=2),
            transaction=issued_id(str(running.pk)),
            meter_stop_wh=Decimal(12_000),
        )
    ])  # fmt: skip
    assert ChargingSession.objects.get(pk=running.pk).price == Decimal("4.20")
    assert charged().price == Decimal("6.00")


def test_repricing_recomputes_the_price_and_writes_an_audit() -> None:
    applied = policy()
    before = charged()
    costs(applied, "0.50")
    olga = operator()

    repricing.reprice_session(before.pk, by=olga, at=NOON + timedelta(days=1))

    after = ChargingSession.objects.get(pk=before.pk)
    assert (before.price, after.price) == (Decimal("4.20"), Decimal("6.00"))
    assert (after.energy_wh, after.ended_at, after.reading_count) == (
        before.energy_wh,
        before.ended_at,
        before.reading_count,
    )
    assert price_view(after).total == "$6.00"
    assert not price_view(after).was_changed
    prices = MeterSample.objects.filter(session=after).order_by("at").values_list("price", flat=True)
    assert [str(price) for price in prices][-2:] == ["5.250", "6.000"]
    audit = ActionAudit.objects.get()
    assert (audit.manager, audit.action, audit.session_id, audit.outcome) == (
        olga,
        "reprice",
        after.pk,
        "repriced",
    )
    assert audit.detail == "$4.20 by “Default Pricing” → $6.00 by “Default Pricing”"


def test_a_preview_changes_nothing() -> None:
    applied = policy()
    before = charged()
    costs(applied, "0.50")
    seen = repricing.preview_repricing(before.pk)
    assert (seen.old_text, seen.new_text) == ("$4.20", "$6.00")
    assert ChargingSession.objects.get(pk=before.pk).price == Decimal("4.20")
    assert not ActionAudit.objects.exists()


def test_session_in_progress_continues_on_its_new_policy_copy() -> None:
    applied = policy()
    running = charged(stopped=False)
    costs(applied, "0.50")
    repricing.reprice_session(running.pk, by=operator(), at=NOON + timedelta(hours=2))
    last = Reading(at=NOON + timedelta(hours=3), register_wh=Decimal(20_000), power_w=6_000.0)
    record([
        events.Measured(
            station_id=running.station_id,
            at=last.at,
            connector=1,
            transaction=issued_id(str(running.pk)),
            readings=(last,),
        )
    ])  # fmt: skip
    assert ChargingSession.objects.get(pk=running.pk).price == Decimal("10.00")


def test_repricing_announces_a_session_in_progress(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    announced: dict[str, Any] = {}

    async def send(group: str, event: Any) -> None:
        announced.setdefault(group, event)

    monkeypatch.setattr(announce, "send", send)
    applied = policy()
    running = charged(stopped=False)
    costs(applied, "0.50")

    with django_capture_on_commit_callbacks(execute=True):
        repricing.reprice_session(running.pk, by=operator(), at=NOON + timedelta(hours=2))

    assert announced[announce.site_group(running.site_id)]["cells"]["price"] == "$6.00"
    assert announced[announce.session_group(running.pk)]["redraw"]


def test_unpriced_session_gets_a_price_and_loses_its_flag() -> None:
    before = charged()
    assert before.flags & Flag.NO_PRICE
    assert before.price is None
    policy()
    repricing.reprice_session(before.pk, by=operator(), at=NOON + timedelta(days=1))
    after = ChargingSession.objects.get(pk=before.pk)
    assert (after.price, after.currency, after.flags & Flag.NO_PRICE) == (Decimal("4.20"), "AUD", 0)


def test_chosen_policy_overrides_the_applicable_one() -> None:
    policy()
    before = charged()
    chosen = policy({"dimension": "FLAT", "price": Decimal(3)}, description="Goodwill", audience="staff")
    assert repricing.preview_repricing(before.pk, chosen).new_text == "$3.00"


def test_policy_in_another_currency_is_refused() -> None:
    policy()
    before = charged()
    yen = policy(currency="JPY", audience="staff")
    assert repricing.preview_repricing(before.pk, yen).refusal == "Prices at this site are in AUD."


def test_moved_area_leaves_its_sessions_at_their_site() -> None:
    where = station()
    here = where.site_area
    sydney = policy(site=here.site)
    before = charged(where)
    tokyo = site(of=company(currency="JPY"), time_zone="Asia/Tokyo")
    policy(site=tokyo, currency="JPY", description="Tokyo")
    SiteArea.objects.filter(pk=here.pk).update(site=tokyo)
    costs(sydney, "0.50")

    preview = repricing.preview_repricing(before.pk)

    assert (preview.new_text, preview.new_policy) == ("$6.00", "Default Pricing")
    assert preview.label.endswith("3 Mar 2026 23:00")
    assert repricing.preview_repricing(before.pk, sydney).mismatches == ()


def test_session_without_applicable_policy_stays_unchanged() -> None:
    before = charged()
    repriced = repricing.reprice_session(before.pk, by=operator(), at=NOON + timedelta(days=1))
    assert repriced.refusal
    assert ChargingSession.objects.get(pk=before.pk).price is None
    assert ActionAudit.objects.get().outcome == "refused"


def test_session_without_readings_stays_unchanged() -> None:
    policy()
    imported = session(price=Decimal("2.50"), currency="AUD")
    repriced = repricing.reprice_session(imported.pk, by=operator(), at=NOON + timedelta(days=1))
    assert repriced.refusal
    kept = ChargingSession.objects.get(pk=imported.pk)
    assert (kept.price, kept.energy_wh) == (Decimal("2.50"), Decimal("7410.000"))


def test_repricing_refuses_a_result_different_from_the_preview() -> None:
    applied = policy()
    before = charged()
    costs(applied, "0.50")
    previewed = repricing.preview_repricing(before.pk)
    costs(applied, "0.60")

    repriced = repricing.reprice_session(before.pk, by=operator(), at=NOON + timedelta(days=1), previewed=previewed)

    assert repriced.refusal == "The price has changed since the preview."
    assert ChargingSession.objects.get(pk=before.pk).price == Decimal("4.20")
    assert ActionAudit.objects.get().outcome == "refused"


def test_preview_tells_whether_repricing_changes_anything() -> None:
    applied = policy()
    before = charged()
    as_it_was = repricing.preview_repricing(before.pk)
    costs(applied, "0.50")
    assert (as_it_was.is_changed, repricing.preview_repricing(before.pk).is_changed) == (False, True)


def test_preview_names_the_scope_mismatches_of_a_policy() -> None:
    where = station()
    before = charged(where)
    beyond = {
        each.description: repricing.preview_repricing(before.pk, each).mismatches
        for each in (
            policy(description="Fits", site=where.site_area.site, audience="tenant"),
            policy(description="Elsewhere", site=site()),
            policy(description="For staff", audience="staff"),
            policy(description="Later", valid_from=NOON + timedelta(seconds=1)),
            policy(description="Before", valid_to=NOON),
        )
    }
    assert beyond == {
        "Fits": (),
        "Elsewhere": ("another place",),
        "For staff": ("another audience",),
        "Later": ("another time",),
        "Before": ("another time",),
    }


def test_reading_after_the_preview_does_not_block_repricing(monkeypatch: pytest.MonkeyPatch) -> None:
    applied = policy()
    running = charged(stopped=False)
    costs(applied, "0.50")
    reading = Reading(at=NOON + timedelta(minutes=135), register_wh=Decimal(13_500), power_w=6_000.0)

    def desk_after_a_reading(session_id: int) -> EventBatch:
        record([
            events.Measured(
                station_id=running.station_id,
                at=reading.at,
                connector=1,
                transaction=issued_id(str(session_id)),
                readings=(reading,),
            )
        ])  # fmt: skip
        return load_session_batch(session_id)

    monkeypatch.setattr(stored_sessions, "load_session_batch", desk_after_a_reading)

    preview = repricing.preview_repricing(running.pk)

    assert preview.refusal == ""
    assert (preview.old, preview.new) == (Decimal("4.73"), Decimal("6.75"))
