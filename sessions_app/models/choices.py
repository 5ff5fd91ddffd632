"""Choices of columns, from the enums of the domain."""

from enum import StrEnum


def enum_choices(*enums: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the members of the enums; the stored value is also the label."""
    return [(member.value, member.value) for enum in enums for member in enum]
