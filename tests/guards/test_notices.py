"""The table of notices: every kind has a class and words; buttons work from any message (decision 2)."""

import ast
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from models.engine import Database
from models.messages import NoticeKind
from notices.buttons import SCREENS
from notices.catalogue import NOTICES, NoticeClass, compose
from notices.language import LOCALES, load_translators
from notices.letters import Skip
from tests.guards.tree import nodes, python_files

LONGEST_KIND = 64  # the outbox column


class Nothing(dict[str, Any]):
    """Facts whose ids lead nowhere: the record was erased after the notice was queued."""

    def __missing__(self, _key: str) -> int:
        return 987_654_321

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self or default is None else default


@pytest.mark.parametrize("kind", NOTICES)
def test_every_kind_names_its_class(kind: str) -> None:
    assert isinstance(NOTICES[kind].notice_class, NoticeClass)
    assert len(kind) <= LONGEST_KIND


@pytest.mark.parametrize("locale", LOCALES)
def test_a_notice_whose_record_is_gone_is_skipped_with_a_reason(
    database: Database, now: datetime, locale: str
) -> None:
    t = load_translators()[locale]
    with database.reading() as session:
        for kind in NOTICES:
            composed = compose_or_fail(session, kind, t, now)
            assert isinstance(composed, Skip), kind
            assert composed.reason


def compose_or_fail(session: Session, kind: str, t: Any, now: datetime) -> object:
    return compose(session, kind=kind, facts=Nothing(), t=t, now=now)


def test_every_kind_that_can_be_queued_stands_in_the_table() -> None:
    assert set(NOTICES) == set(NoticeKind) - {NoticeKind.SCREEN_CURRENT}


def test_buttons_of_notices_work_from_any_message() -> None:
    """Whatever the person did since: only classes that are for notices may stand under one."""
    screens = {one.__name__: one for one in SCREENS}
    made = {
        (ast.unparse(node.func), f"{path}:{node.lineno}")
        for path in python_files("notices")
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in screens
    }
    assert made
    assert not {place for name, place in made if not screens[name].is_for_notices}
