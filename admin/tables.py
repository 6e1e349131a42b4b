"""Read-only tables of Flask-Admin, cut and sorted as every other list of the panel."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flask import g, request
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Query

from admin.access import LIST, UNUSED, Secured, current_account, current_actor
from admin.numbers import read_number
from admin.pages import Declared
from admin.paging import read_asked
from admin.storage import db, session
from services.access.actors import Right
from services.access.listing import Keys, Listed, list_page


class SecuredTable(Secured, ModelView):
    """A read-only table of one organisation's rows.

    The organisation limits get_query, get_count_query and get_one alike: otherwise a row leaks by its id.
    """

    model: Any
    right: ClassVar[Right]
    """The right to read the list; pages of single rows declare their own."""
    can_create = can_edit = can_delete = can_export = can_view_details = False
    column_display_actions = False
    list_template = "panel/table.html"
    selects: ClassVar[Mapping[str, Callable[[], Mapping[str, str]]]] = {}
    """Columns with a drop-down above the table: what may be chosen, and its words."""
    exported: ClassVar[bool] = False
    """Whether the export of the same name can give out what is shown, by its state."""
    search_title: ClassVar[str] = ""
    """What the parameter "search" looks for, where the table narrows itself by it."""
    intro: ClassVar[str] = ""
    empty: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__(self.model, db, name=self.entry.title, endpoint=self.endpoint, url=self.url)
        # Flask-Admin registers its editing and exporting addresses even when they are switched off.
        self._urls: list[Any] = [known for known in self._urls if known[1] not in UNUSED]

    @classmethod
    def declared(cls, name: str) -> Declared | None:
        """Flask-Admin's own list declares nothing: the table does."""
        return Declared(cls.right, None) if name == LIST else super().declared(name)

    sorts: ClassVar[Keys]
    """The columns behind each key that the table may be sorted by, the usual one first."""

    def narrow(self, query: Select[Any]) -> Select[Any]:
        """Rows of the account's organisation; a table adds what it filters by."""
        here = current_account().organization_id
        current_actor().check_right(self.right, here)  # no service reads these rows
        query = query.where(self.model.organization_id == here)
        for name, choices in self.selects.items():
            chosen = request.args.get(name)
            if chosen in choices():
                query = query.where(getattr(self.model, name) == chosen)
        return query

    def get_list(self, *_facts: Any, **_named: Any) -> tuple[int | None, list[Any]]:
        """The page that the address asks for, the newest first as a rule."""
        asked = read_asked(is_descending=True)
        g.listed = list_page(session(), self.narrow(select(self.model)), keys=self.sorts, asked=asked)
        return g.listed.count, list(g.listed.rows)

    @staticmethod
    def listed() -> Listed[Any]:
        """What `get_list` found in this request."""
        found: Listed[Any] = g.listed
        return found

    def get_query(self) -> Query[Any]:
        """Flask-Admin's way to single rows: of the same ones."""
        here = self.narrow(select(self.model)).with_only_columns(self.model.id)
        rows: Query[Any] = session().query(self.model).filter(self.model.id.in_(here))
        return rows

    def get_count_query(self) -> Query[Any]:
        return self.get_query().with_entities(func.count(self.model.id))

    def get_one(self, id: Any) -> Any:  # noqa: A002  # Flask-Admin's name
        number = read_number(str(id))
        return self.get_query().filter(self.model.id == number).one_or_none() if number is not None else None
