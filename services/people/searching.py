"""Finding people by what was typed of them: the one rule of every search for a person, a pair or a meeting.

The full names of an organisation are searched, so only where they are shown: whoever calls has checked
`Right.SEE_PEOPLE` or a stronger right. The chat searches nobody by it, in the pseudonymous mode or without.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, true

from models.names import search_words
from models.pairs import PairMember
from models.people import ChatAccount, Person


def is_found(search: str) -> ColumnElement[bool]:
    """Whether a selected Person is found: each word of `search` stands in the name or the position, in any
    order and as a part of a word; one letter alone is an initial and begins a word. No words find everybody.
    """
    return and_(true(), *map(_has_word, search_words(search)))


def is_pair_found(pair_id: Any, search: str) -> ColumnElement[bool]:
    """Whether each word of `search` is found at one of the two people of a pair."""
    return and_(
        true(),
        *(
            exists().where(PairMember.pair_id == pair_id, PairMember.person_id == Person.id, _has_word(word))
            for word in search_words(search)
        ),
    )


def has_chat() -> ColumnElement[bool]:
    """Whether a selected Person has a chat with the bot, reachable or not."""
    return exists().where(ChatAccount.person_id == Person.id).correlate(Person)


def _has_word(word: str) -> ColumnElement[bool]:
    return Person.search_key.contains(word if len(word) > 1 else f" {word}", autoescape=True)
