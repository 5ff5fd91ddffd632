"""Examples of the recipes of CONTRIBUTING.md, a module each."""

from tests.support.recipes.column import COLUMN
from tests.support.recipes.export import EXPORT
from tests.support.recipes.ocpp_action import OCPP_ACTION
from tests.support.recipes.page import PAGE
from tests.support.recipes.quantity import QUANTITY

RECIPES = (COLUMN, QUANTITY, OCPP_ACTION, EXPORT, PAGE)
