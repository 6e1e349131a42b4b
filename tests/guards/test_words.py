"""Every table of words is complete: its keys are the members of what it words, neither more nor fewer."""

from admin.words import ACTIONS, NOTICES
from models.audit import Action
from models.messages import NoticeKind


def test_every_act_of_the_journal_has_a_word() -> None:
    assert set(ACTIONS) == set(Action)


def test_every_kind_of_message_has_a_word() -> None:
    assert set(NOTICES) == set(NoticeKind)
