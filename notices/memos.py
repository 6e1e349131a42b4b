"""A memo as its reader gets it (DC19)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from notices.language import Translator, escape
from notices.letters import Letter, Skip
from services.access.errors import NotFound
from services.consents.states import has_consent
from services.roadmap.memos import MemoFacts, read_memo


def sent(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    try:
        memo = read_memo(session, memo_id=int(facts["memo_id"]))
    except NotFound:
        return Skip("the memo is gone")
    if not has_consent(session, int(facts["person_id"])):
        return Skip("no consent")
    return describe_memo(memo, t)


def describe_memo(memo: MemoFacts, t: Translator) -> Letter:
    lines = [t("<b>A memo for you: {title}</b>", title=memo.title)]
    lines += [escape(one) for one in (memo.body, memo.url) if one]
    return Letter("\n\n".join(lines))
