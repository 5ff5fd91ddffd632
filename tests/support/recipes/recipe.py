"""What a newcomer writes who follows a recipe, and the tests that see it work."""

from typing import NamedTuple


class Edit(NamedTuple):
    """New text before an existing one, or a new file."""

    file: str
    before: str
    text: str


class Recipe(NamedTuple):
    """A section of CONTRIBUTING.md, the edits of an example, and a test of it with its imports.

    `also` are tests of the tree that may fail where the section leaves out a file.
    """

    section: str
    edits: tuple[Edit, ...]
    check: str
    also: tuple[str, ...] = ()
