"""Write a manager's chosen columns and saved views."""

from collections.abc import Iterable

from sessions_app.models import Manager, SavedView


def manager_save_columns(manager: Manager, *, tab: str, keys: Iterable[str]) -> None:
    """Save the columns that the manager has chosen for that table."""
    manager.columns = manager.columns | {tab: ",".join(keys)}
    # No save(): its signal would announce a change of what the manager may see.
    Manager.objects.filter(pk=manager.pk).update(columns=manager.columns)


def saved_view_save(manager: Manager, *, tab: str, name: str, query: str, is_shared: bool) -> SavedView:
    """Save the query under the name; replace the manager's earlier view of that name."""
    view, _ = SavedView.objects.update_or_create(
        manager=manager, tab=tab, name=name, defaults={"query": query, "is_shared": is_shared}
    )
    return view


def saved_view_delete(manager: Manager, view_id: int) -> bool:
    """Delete the manager's own view; return whether it existed."""
    count, _ = SavedView.objects.filter(manager=manager, pk=view_id).delete()
    return count > 0
