"""How Django words what no formatter of ours does: the admin's own times."""
