"""An independent, slow and plain reference of the rules that give a session's figures.

It is written from the product's rules, not from the product's code. It keeps all numbers as fractions and
decides charging, held back or idle for each second. Where the rules leave something open, it reads them as
follows. A reading is what counts at one moment. "The stop" of a session without a stop message is now, or
the last reading where the session has been closed.

One clock
1  An event without a stated time has the moment of its arrival, which is never shifted.
2  All that arrives at one instant is one arrival; its lag = arrival − the newest time stated in it. What is
   marked offline shows no lag. Start, stop, readings and statuses of the session all count.
3  A run is a maximal sequence of consecutive arrivals, taken from the first on, whose lags differ by at
   most 3 s from each other. It shows the clock when its last arrival is 5 s or more after its first. One of
   two arrivals does not where the arrivals on both sides of it have less lag.
4  The offset of a run is its smallest lag, when that is ≥ 120 s (behind) or < −3 s (ahead); else 0.
5  A stated time is shifted by the run in whose span it arrived, else the last run before, else the first
   run after: the first of these for which stated + offset ≤ arrival + 3 s. Without one it counts as stated.
   So a queue shows no offset, but is on the same clock as what the station said before.
6  The flag "station clock off" has the largest offset in seconds, from 2 minutes on; behind is positive.

Values
7  Numbers are decimals with blanks taken off; not finite, beyond ±10^12, or format SignedData: dropped. A
   unit that begins with k (any case) is × 1000 for Energy.* and Power.*; any other or none is the base
   unit. 2.x: × 10^multiplier. Registers and intervals below 0 and SoC outside 0 to 100 are dropped.
8  Of one measurand at one moment counts the lowest (location is not Outlet, then location by name;
   Periodic, Clock, Trigger, others by name). All phases come from that same location and context.
9  A total is the value without a phase, else L1 + L2 + L3 as far as told. L1-N is L1. N counts for nothing.
10 Inlet is dropped for a measurand that has an Outlet value at any moment of the session (missing is
   Outlet).
11 Transaction.Begin and .End are in no reading. The first Begin is the start's register and the last End
   the stop's, where these have none of their own (a negative meterStart or meterStop is none).
12 A reading with moment < start is not of the session. One with moment > stop counts for no figure.
13 Below 2.x: where one readable message has a transaction id, those without one are left out.
14 Values of one moment form one reading, whatever the messages. Of two with the same rank and phase the
   first that arrived counts, then the first in the list.
15 Intervals count only in a session whose readings up to the stop have no register value.

Register
16 cap = 1.5 × rating; without a rating 1.5 × the highest power told up to the stop, if that is ≥ 100 W;
   else 500 kW. The sample interval is a setting (60 s where unknown), never learned from the session.
17 An increase d over t seconds is plausible when 0 ≤ d ≤ cap × (t + sample interval) ÷ 3600; bounds
   included. A fall of less than 1 Wh is rounding: an increase of 0, and the higher value stays.
18 The values in order are: the start's, the readings' up to the stop, the stop's. The first one is the
   base.
19 A value counts from the last trusted value if that increase is plausible over the time since then; else
   from the value directly before it, over the time since that one. It is then trusted.
20 It must also keep the sum plausible over the time since the start. So sum ≤ cap × (time + one interval).
21 Else it is a base: lower than the value directly before it is "register fell", higher "register jumped",
   with that difference and moment. It is not trusted until the next value counts from it.
22 What lies between the last trusted value and a base that a later value counts from has no energy at all.
23 An interval covers the time since the interval before (or the start); an implausible one is not counted
   and is flagged "register jumped". Start and stop values are not in the chain of intervals.
24 A session is reset when a value counted from a base that fell, until one counts from a base that jumped.

Stop − start
25 It counts when it is plausible (17) over start to stop, whether or not any flag was raised,
26 unless the session is reset (24) and the stop's own value was counted in the chain; else the sum counts.
27 The sum contains the stop's own increase where that is counted, and no estimate.
28 "stop and readings differ": |sum − (stop − start)| > 100 Wh and > 1 % of the energy that counts, also
   when stop − start is implausible or negative.
29 Where stop − start counts and differs from the sum by less than 1 Wh (rounding), the steps stay. Where the
   sum is at least half of it, every step is × (stop − start) ÷ sum; else
   the readings' register is left aside: one step from start to stop. Plausibility, stands and the power of
   the register always use the unscaled steps.

Power and energy
30 Told power is Power.Active.Import; else Σ amps × volts of L1 to L3 at that moment (a phase without its
   own voltage: the unphased, else the mean of the phases, else the mean of the line voltages ÷ √3); else
   unphased amps × that voltage × phases of the connector, or × 1 where that is beyond 1.5 × the rating.
   Only export told at ≥ 100 W is an import of 0.
31 It counts from its moment to the next reading with power. A reading without power ends it when at least
   max(sample interval, shortest time between two told powers so far) has passed since it was told.
32 For spreading a step, and for a time that is estimated: straight lines between the powers told in it and
   the one in force at its beginning; constant before the first, after the last and up to a moment that ends
   it; 0 after that. Each end is put within 0 to cap. What comes later changes nothing.
33 A step is spread by (32) where that has any area in the step, else evenly. Energy at t is
   right-continuous; a step of no length is whole at its moment.
34 Power at a reading: told; where none was told before, that of the register (42); where told power ended:
   that of the register if it was told since then, else 0 for SuspendedEV, SuspendedEVSE, Finishing,
   Available, else –.
35 Peak: the highest told, not scaled and not capped, at least 0; the register's (42) only where none was
   told.
36 The area of (32) is the energy (≈) before the first register value and from the last trusted one to the
   stop, in progress and without a stop message to the last reading. Nothing is ≈ once stop − start counts.
37 Power in a restriction: told, while it counts; else the mean over whole steps, in groups that end at a
   step with energy and last a sample interval or more; a short last group has the mean before. Idle stands
   (40) are 0 and split the groups; so do stretches without energy (22).

The register stands
38 A stand begins where a step with energy ended (or at a base) and ends where the next such step begins.
39 Step = the smallest increase so far, with the one that ends the stand; 100 Wh before the first. Pace =
   the energy over time of the last two increases before, each from the begin of its stand to its own end,
   without those that end an idle stand; 1,380 W (6 A × 230 V) before the first; at least 100 W.
40 A stand is idle when it is longer than 2 × step ÷ pace; then from its beginning.
41 After the last register value an idle stand continues. Other times between values are the step's.
42 Power of the register at a reading: 0 in an idle stand after its beginning; else energy over time of the
   last two increases (39), both later than the last idle stand, the increase that ended it and the last
   uncounted stretch; else –. The stop's own value makes no power.

Charging, held back, idle
43 A second has the state of its beginning. Charging is what is neither of the others.
44 Charging first: export ≥ 100 W or import ≤ −100 W in force, or an export register that rises at ≥ 100 W.
45 Power is below 100 W strictly. In force means rule 31.
46 Held back next: SuspendedEVSE, or limit < 6 A; and told power in force < 100 W, or where none is in
   force, the moment not in a step of the register with energy.
47 Idle next: told power in force < 100 W; or no power in force and SuspendedEV, Finishing or an idle stand.
   Without any of these (nothing known) a car charges.
48 Limit: the last told Current.Offered (unphased, else the lowest phase above 0, else 0), or Power.Offered
   ÷ volts told (else 230) ÷ phases (else 1); else the limit set; else rating ÷ 230 ÷ phases.
49 A status holds until the next, also from before the start; of two at one moment the later arrival.
50 Idle seconds in a row count from 120 on (included); shorter ones are charging. Held back splits a run;
   the stop does not.
51 From the stop to the first Available at or after it all is idle, and the end is that moment; without
   Available the end is the stop.
52 An absence of more than 300 s with stop < back ≤ Available: the end is max(stop, last heard), flagged. An
   Available stated inside the absence is known, and holds.

Results
53 Duration = end − start = charging + held back + idle (the last part of a second counts as one). A stop
   before the start is at the start, flagged "negative time".
54 Energy is rounded half up to 0.001 Wh, only where it is given out.
55 "power beyond 1.5 × the rating": told > 1.5 × rating. "over 24 hours idle": > 86,400 s. "no energy":
   ended with 0.
56 Without a stop message an ended session ends at its last reading, else at its start.
"""

from tests.domain.reference.inputs import Absence, Connector, Flag, Message, MeterEvent, Session, Status
from tests.domain.reference.result import Result
from tests.domain.reference.working import work_out

__all__ = ["Absence", "Connector", "Flag", "Message", "MeterEvent", "Result", "Session", "Status", "work_out"]
