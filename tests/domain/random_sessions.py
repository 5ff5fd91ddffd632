"""Random sessions of the kinds that stations send, some of them with a meter that lies."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.domain.reference import Connector, Message, MeterEvent, Session, Status
from tests.domain.reference.building import clock, reading, value

STATUSES = ("Charging", "SuspendedEV", "SuspendedEVSE", "Finishing")


def random_session(random: Random) -> Session:
    """Return a session of some minutes; all its times are whole seconds and the station's clock is right."""
    interval_s = random.choice([10, 30, 60, 60, 300])
    count = random.randint(0, 40)
    rating_w = random.choice([None, 3_700, 11_000, 22_000])
    resolution = random.choice([1, 1, 1, 100, 1000])
    kind = random.choice(["both", "register", "power", "apart", "mixed", "interval"])
    begin = random.choice([0, 1000, 5_000_000])
    wh, messages = Decimal(begin), []
    watts = random.choice([0, 50, 1_400, 7_200, 11_000])
    at = 0
    for number in range(count):
        at += interval_s + random.choice([0, 0, 0, 1, -1])
        if random.random() < 0.15:
            watts = random.choice([0, 50, 99, 100, 1_400, 7_200, 11_000, -5_000])
        wh += Decimal(max(0, watts) * interval_s) / 3600
        messages += _messages(
            random, kind, at, number=number, interval_s=interval_s, watts=watts, wh=wh // resolution * resolution
        )
    for _ in range(random.choice([0, 0, 0, 1, 2])):
        messages = _spoil(random, messages)
    stop_at = at + random.choice([0, 0, 1, 7, 60, 600])
    stop_wh = wh // 1 + random.choice([0, 0, 0, 1, 500, 40_000]) if random.random() < 0.9 else None
    start_wh = random.choice([begin, begin, begin, 0, None])
    statuses = [
        Status(clock(second), clock(second), random.choice(STATUSES))
        for second in sorted(random.sample(range(stop_at + 1), min(stop_at, random.choice([0, 0, 1, 3]))))
    ]
    has_stop = random.random() < 0.8
    return Session(
        MeterEvent(clock(0), clock(0), start_wh),
        messages,
        MeterEvent(clock(stop_at), clock(stop_at), stop_wh) if has_stop else None,
        statuses,
        Connector(rating_w, random.choice([1, 3]), random.choice([None, None, 5, 16])),
        now=None if has_stop else messages[-1].arrived if messages else clock(0),
    )


def _messages(
    random: Random, kind: str, at: int, *, number: int, interval_s: int, watts: int, wh: Decimal
) -> list[Message]:
    power, register = value("power", watts), value("register", wh)
    extra = [value("offered", random.choice([0, 5, 6, 16, 32]))] if random.random() < 0.1 else []
    match kind:
        case "both":
            return [reading(at, power, register, *extra)]
        case "register":
            return [reading(at, register, *extra)]
        case "power":
            return [reading(at, power, *extra)] + ([reading(at + 2, register)] if number % 15 == 14 else [])
        case "apart":
            return [reading(at, power), reading(at + 1, register, *extra)]
        case "interval":
            energy = round(Decimal(max(0, watts) * interval_s) / 3600, 3)
            return [reading(at, {"measurand": "Energy.Active.Import.Interval", "value": str(energy)}, *extra)]
    some = [each for each in (power, register, *extra) if random.random() < 0.6]
    return [reading(at, *some)] if some else []


def _spoil(random: Random, messages: list[Message]) -> list[Message]:
    if not messages:
        return messages
    at = random.randrange(len(messages))
    second = int((messages[at].arrived - clock(0)) / timedelta(seconds=1))
    match random.choice(["jump", "fall", "shift", "export", "lost"]):
        case "jump":
            return [*messages[:at], reading(second, register=900_000_000), *messages[at + 1 :]]
        case "fall":
            return [*messages[:at], reading(second, register=0), *messages[at + 1 :]]
        case "shift":
            lower = [value("register", 7 * number) for number in range(len(messages) - at)]
            moments = [each.arrived for each in messages[at:]]
            return messages[:at] + [
                Message(moment, moment, [register]) for moment, register in zip(moments, lower, strict=True)
            ]
        case "export":
            return [*messages[:at], reading(second, export=5_000), *messages[at + 1 :]]
    return messages[:at] + messages[at + 1 :]
