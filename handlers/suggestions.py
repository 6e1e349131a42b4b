"""What a mentor puts to the curator about the mentee: chosen by a button, told in own words (E27, E28)."""

from datetime import datetime

from aiogram import Router
from aiogram.types import Message
from sqlalchemy.orm import Session

from handlers.filters import Flow, Typed
from handlers.talk import Talk
from handlers.taps import Taps
from models.pairs import MEETING
from models.people import Role
from models.suggestions import SuggestionKind
from notices.buttons import PairDo, PairTap, SuggestDo, SuggestTap
from notices.language import Translator
from notices.letters import Action, Letter
from notices.suggestions import KINDS
from services.access.errors import N_, NotAllowed, NotFound
from services.delivery.conversations import Participant
from services.pairs.cards import PairCard, read_pair
from services.pairs.suggestions import suggest

router = Router(name="suggestions")
on_suggest = Taps(router, SuggestTap)
on_suggest.opens(SuggestDo.OPEN, "suggest", here=True)
on_suggest.opens(SuggestDo.CHOOSE, "suggest.text", here=True)

ASKS = {
    SuggestionKind.ENCOURAGE: N_(
        "For what, and how would you encourage {name}? Please write in a few words."
    ),
    SuggestionKind.CONTEST: N_("Which contest suits {name}, and why? Please write in a few words."),
    SuggestionKind.INVOLVE: N_(
        "Who could help {name}, and with what? The curator asks this colleague for consent first."
    ),
    SuggestionKind.FILE: N_(
        "What do you need to know from the personal file of {name}? The curator shows it by the set "
        "procedure, and notes that you saw it."
    ),
}


@router.message(Flow("suggest.text"), Typed())
async def take_text(message: Message, talk: Talk) -> None:
    pair_id, kind = int(talk.chat.data["pair_id"]), SuggestionKind(talk.chat.data["kind"])
    talk.go("pair")
    await talk.act(suggest, actor=talk.actor, pair_id=pair_id, kind=kind, text=message.text or "")
    await talk.show(talk.t("Passed on to the curator. I will write what is decided."))


def kind_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    card = _own_pair(session, chat)
    if card is None:
        return None
    rows = [
        (Action(t.label(text), SuggestTap(SuggestDo.CHOOSE, card.id, kind)),) for kind, text in KINDS.items()
    ]
    return Letter(
        t("What shall I pass on to the curator about {name}?", name=card.mentees_party.chat_name),
        (*rows, (Action(t.label("Back"), PairTap(PairDo.SHOW)),)),
    )


def text_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    card = _own_pair(session, chat)
    if card is None:
        return None
    asked = t(ASKS[SuggestionKind(chat.data["kind"])], name=card.mentees_party.chat_name)
    return Letter(asked, ((Action(t.label("Back"), SuggestTap(SuggestDo.OPEN, card.id)),),))


def _own_pair(session: Session, chat: Participant) -> PairCard | None:
    """The pair, while it meets and this person is its mentor."""
    actor = chat.actor
    try:
        card = read_pair(session, actor=actor, pair_id=int(chat.data["pair_id"]))
    except (NotAllowed, NotFound):
        return None
    is_own = card.role_of(chat.person_id) is Role.MENTOR and card.status in MEETING
    return card if is_own else None
