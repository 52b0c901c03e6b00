"""What a generated screen must say about itself, checked when its class is made."""

from typing import Any

from app.fab.interface import TenantInterface

_COLUMNS_OF = {
    "can_list": ("list_columns",),
    "can_show": ("show_columns", "show_fieldsets"),
    "can_add": ("add_columns", "add_fieldsets"),
    "can_edit": ("edit_columns", "edit_fieldsets"),
    "can_delete": ("show_columns", "show_fieldsets"),
}


def check_declaration(view: type[Any]) -> None:
    """FAB fills what is left unsaid with everything the table has; here it is an error.

    Raises:
        TypeError: permissions or columns are not said, or a search or an order would read a
            whole related table.
    """
    data = view.datamodel
    if not isinstance(data, TenantInterface):
        raise TypeError(f"{view.__name__} must reach its table through TenantInterface.")
    if view.base_permissions is None:
        raise TypeError(f"{view.__name__} must say its base_permissions.")
    for permission, names in _COLUMNS_OF.items():
        if permission in view.base_permissions and not any(getattr(view, name) for name in names):
            raise TypeError(f"{view.__name__} has {permission} but no {names[0]}.")
    _check_plain(view, "search_columns", view.search_columns or ())
    order = (view.base_order[0],) if view.base_order else ()
    _check_plain(view, "order_columns", (*(view.order_columns or ()), *order))


def _check_plain(view: type[Any], what: str, names: tuple[str, ...]) -> None:
    wrong = [name for name in names if not view.datamodel.is_plain(name)]
    if wrong:
        raise TypeError(f"{view.__name__}.{what} may name columns of its own table only: {wrong}")
