"""/privacy: what was consented to and when, and taking each consent back in two taps.

See docs/domain.md#personal-data.
"""

from contextlib import suppress
from datetime import datetime

from aiogram import Router
from sqlalchemy.orm import Session

from handlers.menu import to_menu
from handlers.talk import Talk
from handlers.taps import Taps
from models.consents import ConsentKind, ConsentMedium
from models.privacy import DutyKind
from notices.buttons import ContinueDo, ContinueTap, HomeDo, HomeTap, PrivacyDo, PrivacyTap
from notices.language import Translator, escape
from notices.letters import Action, Letter
from services.access.errors import N_
from services.consents.duties import find_due_day
from services.consents.retention import RetainedFacts, list_retained
from services.consents.states import ConsentMissing, ConsentState
from services.delivery.conversations import Participant
from services.joining.consent_overview import Standing, list_standings
from services.joining.withdrawing import withdraw_consent
from services.organizations.days import day_of
from services.organizations.school_days import read_calendar

router = Router(name="privacy")
on_privacy = Taps(router, PrivacyTap)
on_privacy.opens(PrivacyDo.OPEN, "privacy")
on_privacy.opens(PrivacyDo.ASK_ALL, "privacy.confirm")
on_privacy.opens(PrivacyDo.ASK_ONE, "privacy.one")

GIVEN = frozenset({ConsentState.GIVEN, ConsentState.OUTDATED})
STATES = {
    ConsentState.NONE: N_("not given"),
    ConsentState.GIVEN: N_("given on {moment}"),
    ConsentState.OUTDATED: N_("given on {moment} to an earlier text"),
    ConsentState.DECLINED: N_("declined on {moment}"),
    ConsentState.WITHDRAWN: N_("taken back on {moment}"),
    ConsentState.EXPIRED: N_("its term ended on {moment}"),
}
STOPS = {
    ConsentKind.DISSEMINATION: N_("At once: nothing new about you is published, the curator hears of it."),
    ConsentKind.PHOTO_VIDEO: N_("At once: no more pictures are taken of you, the curator hears of it."),
    ConsentKind.LONG_TERM_BANK: N_(
        "At once: you are no longer invited to the next programmes. The present one goes on."
    ),
}


@on_privacy(PrivacyDo.WITHDRAW_ALL)
async def withdraw(_tap: PrivacyTap, talk: Talk) -> None:
    talk.go(None)
    with suppress(ConsentMissing):  # tapped twice: the screen says what the first tap did
        await talk.act(withdraw_consent, actor=talk.actor)
    await talk.show()


@on_privacy(PrivacyDo.WITHDRAW_ONE)
async def take_back(tap: PrivacyTap, talk: Talk) -> None:
    talk.go("privacy")
    t = talk.t
    try:
        done = await talk.act(withdraw_consent, actor=talk.actor, kind=tap.kind)
    except ConsentMissing:  # tapped twice
        await talk.show()
        return
    note = t("This consent is taken back, the others stand.")
    if done.duty is DutyKind.UNPUBLISH and done.due_on is not None:
        note = t(
            "This consent is taken back, the others stand. What is published goes by {day} at the latest.",
            day=t.month_day(done.due_on),
        )
    await talk.show(note)


def privacy_screen(session: Session, chat: Participant, t: Translator, _now: datetime) -> Letter | None:
    standings = _standings(session, chat, t)
    given = next((one for one in reversed(standings) if one.is_decisive and one.state in GIVEN), None)
    others = [one for one in standings if not one.is_decisive and _concerns(one)]
    if given is None and not any(one.can_be_taken_back for one in others):
        return None
    parts: list[str] = []
    rows: list[tuple[Action, ...]] = []
    if given is not None:
        parts += [
            _describe_given(given, t),
            t(
                "Only the curator, the head and the psychologist of your organisation see your data; your "
                "pair sees what the line under a question says. You may take the consent back at any time."
            ),
        ]
        rows.append((Action(t.label("Take my consent back"), PrivacyTap(PrivacyDo.ASK_ALL)),))
    if others:
        lines = [f"• {escape(one.title)} – {_describe_state(one, t)}" for one in others]
        parts.append(t("<b>Other consents</b>, each by itself:") + "\n" + "\n".join(lines))
        for one in others:
            if one.can_be_taken_back:
                action = Action(
                    t.label("Take back: {title}", title=one.title), PrivacyTap(PrivacyDo.ASK_ONE, one.kind)
                )
            else:
                action = Action(
                    t.label("Read: {title}", title=one.title), ContinueTap(ContinueDo.CONSENT, kind=one.kind)
                )
            rows.append((action,))
    rows.append((to_menu(t),))
    return Letter("\n\n".join(parts), tuple(rows))


def _standings(session: Session, chat: Participant, t: Translator) -> tuple[Standing, ...]:
    actor = chat.actor
    return list_standings(session, actor=actor, person_id=chat.person_id, locale=t.locale)


def _concerns(standing: Standing) -> bool:
    """The written consent to mentoring is the employer's paper: it is shown once it is signed."""
    return standing.kind is not ConsentKind.MENTORING or standing.state in GIVEN


def _describe_given(given: Standing, t: Translator) -> str:
    assert given.decided_at is not None
    facts = {"moment": t.moment(given.decided_at, given.timezone), "version": given.decided_version}
    if given.medium is ConsentMedium.PAPER:
        return t(
            "Your consent to personal data processing of {moment}, text version {version}, is on paper "
            "with the curator.",
            **facts,
        )
    return t(
        "On {moment} you gave your consent to personal data processing, text version {version}.", **facts
    )


def _describe_state(standing: Standing, t: Translator) -> str:
    if standing.decided_at is None:
        return t(STATES[ConsentState.NONE])
    said = t(STATES[standing.state], moment=t.moment(standing.decided_at, standing.timezone))
    if standing.term_until is None:
        return said
    return t("{state}, until {day}", state=said, day=f"{standing.term_until:%d.%m.%Y}")


def confirm_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    standings = _standings(session, chat, t)
    if not any(one.is_decisive and one.state in GIVEN for one in standings):
        return None
    until = find_due_day(DutyKind.ERASURE, day_of(now, chat.zone))
    text = t(
        "<b>Take the consent back?</b>\n\n"
        "At once: your participation, your pair and all reminders end, unsent questionnaires close, the "
        "curator hears of it.\n"
        "By {until}: your data will be destroyed, except what the law wants kept.",
        until=t.month_day(until),
    )
    return Letter(
        "\n\n".join(
            (text, *_describe_retained(session, chat, t), t("It has no consequences for your work."))
        ),
        (
            (Action(t.label("Yes, take it back"), PrivacyTap(PrivacyDo.WITHDRAW_ALL)),),
            (Action(t.label("No, leave it"), HomeTap(HomeDo.SHOW)),),
        ),
    )


def _describe_retained(session: Session, chat: Participant, t: Translator) -> list[str]:
    kept = list_retained(session, organization_id=chat.organization_id)
    if not kept:
        return []
    lines = [_describe_retained_paper(one, t) for one in kept]
    return [t("What stays, if there is such a paper, and why:") + "\n" + "\n".join(lines)]


def _describe_retained_paper(kept: RetainedFacts, t: Translator) -> str:
    title, ground = kept.title.get(t.locale), kept.ground.get(t.locale)
    if kept.years is None:
        return t("• {title} ({ground})", title=title, ground=ground)
    years = t.plural("{count} year", "{count} years", kept.years)
    return t("• {title}: {years} ({ground})", title=title, years=years, ground=ground)


def one_screen(session: Session, chat: Participant, t: Translator, now: datetime) -> Letter | None:
    """What follows when one of the other consents is taken back."""
    kind = chat.data.get("kind", "")
    standing = next((one for one in _standings(session, chat, t) if one.kind.value == kind), None)
    if standing is None or not standing.can_be_taken_back or standing.kind not in STOPS:
        return None
    parts = [t("<b>Take back: {title}?</b>", title=standing.title), t(STOPS[standing.kind])]
    if standing.kind is not ConsentKind.LONG_TERM_BANK:
        calendar = read_calendar(session, organization_id=chat.organization_id)
        until = find_due_day(DutyKind.UNPUBLISH, day_of(now, chat.zone), calendar)
        parts.append(
            t(
                "By {until}, within three working days: the curator takes down what is there already.",
                until=t.month_day(until),
            )
        )
    parts.append(
        t("What stays: the record that the consent was given and taken back. The other consents stand.")
    )
    return Letter(
        "\n\n".join(parts),
        (
            (Action(t.label("Yes, take it back"), PrivacyTap(PrivacyDo.WITHDRAW_ONE, standing.kind)),),
            (Action(t.label("No, leave it"), PrivacyTap(PrivacyDo.OPEN)),),
        ),
    )
