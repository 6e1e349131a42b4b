"""The last word to someone whose data are destroyed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.privacy import DestructionAct
from notices.language import Translator
from notices.letters import Letter, Skip


def erased(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """No name in it. The bot's messages of the last 48 hours are deleted after it."""
    act = session.get(DestructionAct, int(facts["act"]))
    if act is None:
        return Skip("no act")
    kept = [str(one["title"].get(t.locale, "")) for one in act.kept]
    lines = [
        t("Your data are destroyed, act No. {number}. This chat is no longer tied to you.", number=act.id),
        t(
            "My messages of the last 48 hours are deleted. Telegram lets me delete no earlier ones: please "
            "delete this chat yourself if you wish."
        ),
    ]
    if kept:
        lines.append(
            t("What the law wants kept, if there is such a paper:")
            + "\n"
            + "\n".join(t("• {title}", title=title) for title in kept)
        )
    return Letter("\n\n".join(lines), erases=tuple(facts.get("messages") or ()))
