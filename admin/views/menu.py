"""The menu and the tabs, made from what the views declare (admin.pages)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from flask import request, url_for
from flask_login import current_user

import admin.views
from admin.access import LIST, Secured, SecuredPage
from admin.cycles import cycle_id_or_none, pairs_title
from admin.languages import label
from admin.pages import GROUPS, Group
from admin.tables import SecuredTable


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page of the menu. Of one with `tabs` the address is that of the first tab."""

    endpoint: str
    name: str
    url: str
    is_here: bool
    tabs: tuple["MenuItem", ...] = ()


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A part of the menu with what this account may open in it; the address is that of its first item."""

    key: str
    name: str
    url: str
    is_here: bool
    items: tuple[MenuItem, ...]


@cache
def views() -> tuple[type[Secured], ...]:
    """Every view of the modules of this folder, in the order of their group."""
    found = {
        kind
        for module in iter_modules(admin.views.__path__, f"{admin.views.__name__}.")
        for kind in vars(import_module(module.name)).values()
        if isinstance(kind, type) and issubclass(kind, Secured) and "endpoint" in vars(kind)
    }
    groups = list(Group)
    return tuple(
        sorted(found, key=lambda one: (groups.index(one.entry.group), one.entry.order, one.endpoint))
    )


def pages() -> list[SecuredPage | SecuredTable]:
    """A new instance of every view but the first page, which Flask-Admin wants by itself."""
    return [view() for view in views() if issubclass(view, (SecuredPage, SecuredTable))]


def menu() -> list[MenuGroup]:
    """What this account may open, by groups; a group of nothing is left out."""
    found = []
    for group, name in GROUPS.items():
        own = [view for view in views() if view.entry.group is group]
        items = tuple(_item(view, own) for view in own if not view.entry.behind and _may_open(view))
        if items:
            is_here = any(request.blueprint == view.endpoint for view in own)
            title = pairs_title() if group is Group.PAIRS else label(name)
            found.append(MenuGroup(group.value, title, items[0].url, is_here, items))
    return found


def tabs() -> tuple[MenuItem, ...]:
    """The tabs of the item that this page belongs to."""
    items = (item for group in menu() for item in group.items)
    return next((item.tabs for item in items if item.is_here), ())


def _item(view: type[Secured], own: Iterable[type[Secured]]) -> MenuItem:
    behind = [one for one in own if one.entry.behind == view.endpoint]
    shown = [one for one in (view, *behind) if one.entry.title and _may_open(one) and _is_running(one)]
    is_here = request.blueprint in {one.endpoint for one in (view, *behind)}
    tabs = tuple(_plain(one) for one in shown) if len(shown) > 1 or view not in shown else ()
    first = tabs[0] if tabs else _plain(view)
    return MenuItem(view.endpoint, _name(view, is_tab=False), first.url, is_here, tabs)


def _plain(view: type[Secured]) -> MenuItem:
    return MenuItem(
        view.endpoint,
        _name(view, is_tab=True),
        url_for(f"{view.endpoint}.{_index(view)}"),
        is_here=request.blueprint == view.endpoint,
    )


def _name(view: type[Secured], *, is_tab: bool) -> str:
    """The programme's own word for pairs; a page with tabs is one of them under a name of its own."""
    if view.endpoint == "pairs":
        return pairs_title()
    return label(view.entry.tab if is_tab and view.entry.tab else view.entry.title)


def _index(view: type[Secured]) -> str:
    return LIST if issubclass(view, SecuredTable) else "index"


def _may_open(view: type[Secured]) -> bool:
    found = view.declared(_index(view))
    return found is not None and bool(current_user.has(found.right))


def _is_running(view: type[Secured]) -> bool:
    return not view.entry.needs_programme or cycle_id_or_none() is not None
