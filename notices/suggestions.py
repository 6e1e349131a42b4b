"""Words about what a mentor put to the curator."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.suggestions import SuggestionKind
from notices.language import Translator, escape
from notices.letters import Letter, Skip
from services.access.actors import Channel, system
from services.access.errors import N_, NotFound
from services.pairs.suggestions import read_suggestion

KINDS = {
    SuggestionKind.ENCOURAGE: N_("Encourage the mentee"),
    SuggestionKind.CONTEST: N_("Recommend for a contest"),
    SuggestionKind.INVOLVE: N_("Involve a colleague"),
    SuggestionKind.FILE: N_("See the personal file"),
}


def decided(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    try:
        found = read_suggestion(
            session, actor=system(Channel.SCHEDULER), suggestion_id=int(facts["suggestion_id"])
        )
    except NotFound:
        return Skip("the suggestion is gone")
    said = t("The curator agrees.") if found.is_granted else t("The curator does not support it.")
    lines = [f"<b>{escape(t.label(KINDS[found.kind]))}</b>", f"«{escape(found.text)}»", said]
    if found.note:
        lines.append(escape(found.note))
    return Letter("\n".join(lines))
