"""Words about requests: what is asked of the other side, what was decided, what waits for too long."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.requests import RequestKind, RequestStatus
from notices.buttons import AskedDo, AskedTap
from notices.language import Translator, escape
from notices.letters import Action, Letter, Skip
from services.access.actors import Channel, system
from services.access.errors import N_, NotFound
from services.documents.words import REQUEST_KINDS
from services.organizations.days import day_of, timezone_of
from services.pairs.requests.reading import RequestCard, read_request


@dataclass(frozen=True, slots=True)
class Told:
    """What a decision says to who asked."""

    kind: RequestKind
    text: str
    is_granted: bool
    note: str = ""
    effective_on: date | None = None
    order_number: str = ""
    order_on: date | None = None


GRANTED = {
    RequestKind.REPLACEMENT: N_("It is decided: your pair ends, and another partner is looked for."),
    RequestKind.UNFIT: N_("It is decided: your pair ends, and another partner is looked for."),
    RequestKind.RELEASE: N_("You are released from the mentor's duties in this pair."),
    RequestKind.EXTENSION: N_("It is decided: the pair goes on."),
    RequestKind.COMPLETION: N_("It is decided: the pair completes its work. Thank you!"),
    RequestKind.LESSON: N_("It is decided: you are released from the lesson, somebody stands in for you."),
    RequestKind.INVOLVE: N_("It is decided: the colleague will help, and has agreed to it."),
    RequestKind.FILE: N_("It is decided: you have been shown the personal file."),
}
AGREED = N_("The curator agrees.")
REFUSED = N_("The curator does not support your request.")


def decided(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To who asked: what was decided; of a question the answer itself."""
    card = _read(session, facts)
    if card is None or card.status not in {RequestStatus.GRANTED, RequestStatus.REFUSED}:
        return Skip("the request is gone")
    if card.rule.is_of_two:
        who = ", ".join(one.chat_name for one in card.others)
        return Letter(
            t("<b>{who} answers your question</b>", who=who)
            + f"\n«{escape(card.text)}»\n\n{escape(card.note)}"
        )
    return describe_decision(
        Told(
            kind=card.kind,
            text=card.text,
            is_granted=card.status is RequestStatus.GRANTED,
            note=card.note,
            effective_on=card.effective_on,
            order_number=card.order_number,
            order_on=card.order_on,
        ),
        t,
    )


def describe_decision(told: Told, t: Translator) -> Letter:
    """The same before it is decided, for whoever decides to read."""
    lines = [f"<b>{escape(t.label(REQUEST_KINDS[told.kind]))}</b>"]
    if told.text:
        lines.append(f"«{escape(told.text)}»")
    lines.append(t(GRANTED.get(told.kind, AGREED) if told.is_granted else REFUSED))
    if told.is_granted and told.effective_on is not None:
        words = N_("Until {day}.") if told.kind is RequestKind.EXTENSION else N_("From {day}.")
        lines.append(t(words, day=t.day(told.effective_on, with_year=True)))
    if told.order_number and told.order_on is not None:
        lines.append(
            t(
                "Order No. {number} of {day}.",
                number=told.order_number,
                day=told.order_on.strftime("%d.%m.%Y"),
            )
        )
    if told.note:
        lines.append(escape(told.note))
    return Letter("\n".join(lines))


def asked(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To another side: whether it consents. The reason was meant for the staff and is not told."""
    card = _read(session, facts)
    if card is None or not card.is_waiting:
        return Skip("the request is settled")
    if card.kind is RequestKind.EXTENSION:
        words = t(
            "{who} would like your pair to go on until <b>{day}</b>. Do you agree?",
            who=card.asker.chat_name,
            day=t.day(card.wanted_on, with_year=True) if card.wanted_on else t.label("a later day"),
        )
    else:
        words = t(
            "{who} would like to complete the work of your pair earlier than planned. Do you agree?",
            who=card.asker.chat_name,
        )
    return Letter(
        words + "\n" + t("Nothing changes until the curator has decided."),
        (
            (
                Action(t.label("Yes, I agree"), AskedTap(AskedDo.AGREE, card.id)),
                Action(t.label("No"), AskedTap(AskedDo.REFUSE, card.id)),
            ),
        ),
    )


def question(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """A question of the one side to the other, with a button to answer it."""
    card = _read(session, facts)
    if card is None or not card.is_waiting:
        return Skip("the question is answered")
    return Letter(
        t("<b>{who} asks you</b>", who=card.asker.chat_name) + f"\n«{escape(card.text)}»",
        ((Action(t.label("Write an answer"), AskedTap(AskedDo.REPLY, card.id)),),),
    )


def late(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """To the staff: a request waits for longer than it should. What was written is read in the panel only."""
    card = _read(session, facts)
    if card is None or not card.is_waiting:
        return Skip("the request is settled")
    day = t.month_day(day_of(card.due_at, timezone_of(session, card.organization_id)))
    if card.rule.is_of_two:
        return Letter(
            t(
                "A question of a pair has had no answer since {day}: {who}. A word to the other side helps.",
                day=day,
                who=" – ".join(one.chat_name for one in card.sides),
            )
        )
    return Letter(
        t(
            "A request waits for a decision since {day}: {kind}, {who}. {owner} decides it in the panel.",
            day=day,
            kind=t.label(REQUEST_KINDS[card.kind]),
            who=" – ".join(one.chat_name for one in card.sides),
            owner=card.owner or t.label("the curator"),
        )
    )


def _read(session: Session, facts: Mapping[str, Any]) -> RequestCard | None:
    with suppress(NotFound):
        return read_request(session, actor=system(Channel.SCHEDULER), request_id=int(facts["request_id"]))
    return None
