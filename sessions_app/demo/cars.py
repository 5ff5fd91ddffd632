"""Simulate how a car charges: the power it draws at each state of charge."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import msgspec

from sessions_app.domain.meter import Reading

STEP = timedelta(minutes=2)
TAPER_FROM = 93.0  # % from which the on-board charger slows down
STANDBY_W = 4.0


class Car(msgspec.Struct, frozen=True):
    """A car: its battery, its charging power, and the charge in % at which it stops."""

    battery_wh: float
    ac_w: float
    phases: int
    dc_w: float
    tells_charge: bool  # over AC most cars do not report their state of charge
    fills_to: float


CARS: tuple[Car, ...] = (
    Car(battery_wh=28_000, ac_w=3_600, phases=1, dc_w=0, tells_charge=False, fills_to=100),
    Car(battery_wh=39_000, ac_w=6_600, phases=1, dc_w=46_000, tells_charge=False, fills_to=100),
    Car(battery_wh=58_000, ac_w=11_000, phases=3, dc_w=120_000, tells_charge=True, fills_to=80),
    Car(battery_wh=60_000, ac_w=7_200, phases=1, dc_w=82_000, tells_charge=True, fills_to=90),
    Car(battery_wh=77_000, ac_w=11_000, phases=3, dc_w=135_000, tells_charge=True, fills_to=85),
    Car(battery_wh=52_000, ac_w=22_000, phases=3, dc_w=50_000, tells_charge=False, fills_to=100),
)


class Outlet(msgspec.Struct, frozen=True):
    """The output of a connector."""

    rating_w: int
    is_dc: bool

    @property
    def phases(self) -> int:
        """The number of phases of its rating; DC counts as one."""
        if self.is_dc:
            return 1
        return 1 if self.rating_w <= 7_400 else 3

    @property
    def rating_a(self) -> float:
        """The rating per phase in A."""
        return round(self.rating_w / (230 * self.phases), 1)


class Charge:
    """One car at one outlet from plug-in on; `advance` simulates time, `reading` reads the meter."""

    def __init__(
        self, car: Car, outlet: Outlet, *, at: datetime, battery: float, register_wh: float, seed: str
    ) -> None:
        self.car, self.outlet, self.at = car, outlet, at
        self.battery, self.register_wh, self.power_w = battery, register_wh, 0.0
        self.offered_a = outlet.rating_a
        self._rng = Random(seed)  # noqa: S311 - plausible noise, no secret
        self._plugged_in_at = at
        self._voltage_v = 234.0

    @property
    def is_full(self) -> bool:
        """Whether the car has stopped charging."""
        return self.battery >= self.car.fills_to

    def advance(self, until: datetime, *, offered_a: float) -> None:
        """Charge until that moment with at most the offered current per phase."""
        self.offered_a = offered_a
        while self.at < until:
            step = min(STEP, until - self.at)
            self.power_w = self._drawn_w()
            drawn_wh = self.power_w * step.total_seconds() / 3600
            self.register_wh += drawn_wh
            if self.power_w > STANDBY_W:
                self.battery = min(100.0, self.battery + drawn_wh * 0.92 / self.car.battery_wh * 100)
            self.at += step

    def reading(self) -> Reading:
        """Return the current reading of the meter."""
        phases = 1 if self.outlet.is_dc else min(self.car.phases, self.outlet.phases)
        current = None if self.outlet.is_dc else round(self.power_w / (self._voltage_v * phases), 2)
        return Reading(
            at=self.at,
            register_wh=Decimal(int(self.register_wh)),
            power_w=round(self.power_w, 1),
            offered_a=round(self.offered_a, 1),
            soc_percent=float(round(self.battery)) if self._reports_soc() else None,
            voltage_v=None if self.outlet.is_dc else round(self._voltage_v, 1),
            currents_a=(current, current if phases > 1 else None, current if phases > 1 else None),
        )

    def _reports_soc(self) -> bool:
        return self.outlet.is_dc or self.car.tells_charge

    def _drawn_w(self) -> float:
        self._voltage_v += 0.2 * (233 - self._voltage_v) + self._rng.gauss(0, 0.6)
        is_awake = self._is_awake()
        if self.is_full and not is_awake:
            return STANDBY_W
        limit_w = min(self.outlet.rating_w, self.offered_a * 230 * self.outlet.phases)
        if self.outlet.is_dc:
            drawn_w = min(limit_w, self.car.dc_w * _dc_share(self.battery))
        else:
            share = min(self.car.phases, self.outlet.phases) / self.outlet.phases
            drawn_w = min(limit_w * share, self.car.ac_w) * _ac_share(self.battery)
        drawn_w = 1_900 if is_awake else drawn_w
        plugged_s = (self.at - self._plugged_in_at).total_seconds()
        drawn_w *= min(1.0, 0.3 + plugged_s / 60)
        return max(STANDBY_W, min(self.outlet.rating_w, drawn_w * self._rng.gauss(1, 0.008)))

    def _is_awake(self) -> bool:
        """Return whether a full car draws power now, for a few minutes every three hours."""
        if not self.is_full or self.outlet.is_dc or self.car.ac_w < 10_000:
            return False
        return (self.at - self._plugged_in_at) % timedelta(hours=3) < timedelta(minutes=7)


def _ac_share(battery: float) -> float:
    """Return the share of full power: a plateau, then a taper near 100 %."""
    return 1.0 if battery < TAPER_FROM else max(0.12, 1 - (battery - TAPER_FROM) / 8)


def _dc_share(battery: float) -> float:
    """Return the share of full power: falling from 45 % on, slow above 80 %."""
    if battery < 45:
        return 1.0
    if battery < 80:
        return 1 - 0.62 * (battery - 45) / 35
    return max(0.06, 0.38 - 0.3 * (battery - 80) / 15)
