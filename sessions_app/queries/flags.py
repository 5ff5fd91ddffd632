"""The reasons why a session needs a look as a condition."""

from django.db.models import F, Q, Value
from django.db.models.lookups import GreaterThan


def flag_condition(flags: int) -> Q:
    """Return the condition that a session has any of these flags.

    `flags ≠ 0` is the condition of the partial index `session_to_look_at`: PostgreSQL does not derive it from the bits.
    """
    return ~Q(flags=0) & Q(GreaterThan(F("flags").bitand(int(flags)), Value(0)))
