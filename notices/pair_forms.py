"""Words about the form and the kind of a pair, its rules and its last day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.pairs import IN_WORK
from notices.language import Translator, escape
from notices.letters import Letter, Skip
from notices.pair_cards import read_card
from services.organizations.days import today_of
from services.pairs.cards import PairCard
from services.programmes.regulations import MentoringKind


def describe_form(card: PairCard, t: Translator) -> list[str]:
    """Lines in HTML: the form with its kind, then what the kind and the term mean for both."""
    described = card.described
    title = t(
        "Form: {form}. Kind: {kind}.",
        form=described.form.get(t.locale),
        kind=described.kind.title.get(t.locale),
    )
    rules = [*list_rules(described.kind, t), *describe_term(card, t)]
    return [title, *([escape(" ".join(rules))] if rules else [])]


def list_rules(kind: MentoringKind, t: Translator) -> list[str]:
    """What follows from a kind, a sentence each, as plain text; its term is told by `describe_term`."""
    found = []
    if kind.is_group:
        found.append(t.label("One mentor works with several mentees, and they meet together."))
    if kind.most_meetings is not None:
        found.append(
            t.plural(
                "There is {count} meeting: after it the pair has done its work.",
                "There are {count} meetings: after them the pair has done its work.",
                kind.most_meetings,
            )
        )
    if kind.is_on_request:
        found.append(t.label("Meetings are on request: whoever needs one proposes a time."))
    if kind.is_reverse:
        found.append(t.label("Here the younger colleague shares experience with the elder one."))
    if kind.is_online:
        found.append(t.label("Meetings are online, unless you agree otherwise."))
    return found


def describe_term(card: PairCard, t: Translator) -> list[str]:
    """The last day, or how long the work will last once both have agreed."""
    if card.ends_on is not None:
        return [t.label("The work lasts until {day}.", day=t.month_day(card.ends_on))]
    return list_term(card.described.kind, t) if card.accepted_at is None else []


def list_term(kind: MentoringKind, t: Translator) -> list[str]:
    """How long the work of such a kind lasts, as plain text; nothing where it has no term."""
    if kind.term_days is None:
        return []
    return [t.plural("The work lasts {count} day.", "The work lasts {count} days.", kind.term_days)]


def changed(session: Session, facts: Mapping[str, Any], t: Translator, _now: datetime) -> Letter | Skip:
    """The curator has changed form, kind or term of a pair that both know of."""
    card = read_card(session, facts)
    if card is None or card.status not in IN_WORK:
        return Skip("the pair has ended")
    partner = card.partner_of(int(facts["person_id"])).chat_name
    title = t("The curator has changed how your pair works ({partner}).", partner=partner)
    return Letter("\n".join([title, *describe_form(card, t)]))


def term_ends(session: Session, facts: Mapping[str, Any], t: Translator, now: datetime) -> Letter | Skip:
    """The last day is near."""
    card = read_card(session, facts)
    if card is None or card.status not in IN_WORK or card.ends_on is None:
        return Skip("the pair has ended or has no term")
    if card.ends_on < today_of(session, card.organization_id, now):
        return Skip("the last day has passed")
    return Letter(
        t(
            "The work of your pair ({partner}) lasts until {day}. Please hold the meetings that are still "
            "planned and log them. If you need more time, tell the curator.",
            partner=card.partner_of(int(facts["person_id"])).chat_name,
            day=t.month_day(card.ends_on),
        )
    )
