"""Writes what managers keep of the tables: columns and saved views."""

from collections.abc import Iterable

from sessions_app.models import Manager, SavedView


def manager_save_columns(manager: Manager, *, tab: str, keys: Iterable[str]) -> None:
    """Keep the columns that the manager wants to see in that table."""
    manager.columns = manager.columns | {tab: ",".join(keys)}
    # No save(): whoever listens to that takes it for a change of what the manager may see.
    Manager.objects.filter(pk=manager.pk).update(columns=manager.columns)


def saved_view_save(manager: Manager, *, tab: str, name: str, query: str, is_shared: bool) -> SavedView:
    """Save the query under the name, in place of what the manager had under it."""
    view, _ = SavedView.objects.update_or_create(
        manager=manager, tab=tab, name=name, defaults={"query": query, "is_shared": is_shared}
    )
    return view


def saved_view_delete(manager: Manager, view_id: int) -> bool:
    """Remove the manager's own view; return whether there was one."""
    removed, _ = SavedView.objects.filter(manager=manager, pk=view_id).delete()
    return removed > 0
