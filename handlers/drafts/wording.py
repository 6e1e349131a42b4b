"""What the card of a draft says: what was understood, what is missing, what one tap will do."""

from sqlalchemy.orm import Session

from notices.language import Translator, capitalised, escape
from notices.meetings import describe_kind, describe_when
from services.access.errors import N_
from services.documents.words import MEETING_FORMATS
from services.messages_read.drafts.cards import DraftCard
from services.messages_read.drafts.contents import Field, Item, Purpose
from services.messages_read.reading.readings import Warned

SHOWN = 200  # characters of a topic on the card; all of it is saved

TITLES = {
    Purpose.LOG: N_("<b>Write this meeting down?</b>"),
    Purpose.HELD: N_("<b>Mark this meeting as held?</b>"),
    Purpose.PLAN: N_("<b>Propose this meeting?</b>"),
    Purpose.MOVE: N_("<b>Move the meeting?</b>"),
    Purpose.MISS: N_("<b>Mark that it did not take place?</b>"),
    Purpose.CORRECT: N_("<b>Correct the record?</b>"),
    Purpose.DELETE: N_("<b>Delete the record?</b>"),
    Purpose.RESIGN: N_("<b>Leave the mentor's role?</b>"),
    Purpose.REPLACE: N_("<b>Ask for another partner?</b>"),
    Purpose.EXTEND: N_("<b>Ask for more time?</b>"),
    Purpose.UNSURE: N_("<b>A meeting</b>"),
}

SAVES = {
    Purpose.LOG: N_("Save"),
    Purpose.HELD: N_("Yes, we met"),
    Purpose.PLAN: N_("Propose"),
    Purpose.MOVE: N_("Propose the new time"),
    Purpose.MISS: N_("Yes, it did not"),
    Purpose.CORRECT: N_("Correct"),
    Purpose.DELETE: N_("Delete"),
    Purpose.RESIGN: N_("Tell the curator"),
    Purpose.REPLACE: N_("Ask the curator"),
    Purpose.EXTEND: N_("Ask the curator"),
}

REFUSES = {
    Purpose.LOG: N_("Not a meeting"),
    Purpose.PLAN: N_("Do not plan"),
}
REFUSES_ELSE = N_("No, leave it")

SENTENCES = {
    Warned.IMPOSSIBLE_DATE: N_("There is no such day in the calendar."),
    Warned.IMPOSSIBLE_TIME: N_("There is no such time."),
    Warned.DATE_AGAINST_TENSE: N_("The words speak of the past, but the day lies ahead, or the reverse."),
    Warned.WEEKDAY_AGAINST_DATE: N_("That day falls on another weekday."),
    Warned.AFTER_MIDNIGHT: N_(
        "It is past midnight: so long a meeting does not fit into today. Was it yesterday?"
    ),
    Warned.FAR_DAY: N_("That day is too far from today."),
    Warned.RECURRENCE: N_("You speak of a series: I write down the nearest meeting only."),
    Warned.SPAN_AGAINST_MINUTES: N_("The hours and the minutes do not agree."),
    Warned.SEVERAL_MEETINGS: N_("You speak of several meetings: please write the others by day as well."),
    Warned.UNKNOWN_PERSON: N_("One of the names is not of your pair."),
    Warned.HEALTH_DROPPED: N_("I leave words on health out: they are not kept here."),
    Warned.PUPIL_NAME_DROPPED: N_("I leave the pupil's name out: please write without names of pupils."),
}

QUESTIONS = {
    Field.TENSE: N_("Have you met already, or is it only planned?"),
    Field.PAIR: N_("With whom?"),
    Field.MEETING: N_("Which meeting is it?"),
    Field.DAY: N_("On which day? A button, or in Russian words: «сегодня», «13.10»."),
    Field.START: N_("At what time? You may also write your own, like 15:30."),
    Field.MINUTES: N_("How long did it take?"),
    Field.TOPIC: N_("What was it about? One line is enough. Your pair and the curator will see it."),
    Field.NEXT_STEP: N_("What comes next? One line is enough."),
    Field.KIND: N_("Which meeting was it?"),
    Field.FORMAT: N_("In person or online?"),
    Field.PLACE: N_("Where?"),
}


def describe_draft(session: Session, card: DraftCard, t: Translator) -> str:
    """The card's text without its question."""
    is_cancelling = card.item.purpose is Purpose.MISS and card.is_ahead
    title = t("<b>Cancel this meeting?</b>") if is_cancelling else t(TITLES[card.item.purpose])
    if card.total > 1:
        title += "  " + t("{number} of {total}", number=card.at + 1, total=card.total)
    lines = [title, *_lines(session, card, t)]
    told = [*_remarks(session, card, t), *_sentences(card, t)]
    return "\n".join(lines) + ("\n\n" + "\n".join(told) if told else "")


def label_save(card: DraftCard, t: Translator) -> str:
    """What the one tap is called."""
    if card.item.purpose is Purpose.MISS and card.is_ahead:
        return t.label("Yes, cancel it")
    if card.twin is not None and card.planned is None:
        return t.label("Save one more")
    return t.label(SAVES[card.item.purpose])


def describe_length(item: Item, t: Translator) -> str:
    minutes = t.minutes(item.minutes or 0)
    return t("about {minutes}", minutes=minutes) if item.is_about else minutes


def _lines(session: Session, card: DraftCard, t: Translator) -> list[str]:
    purpose = card.item.purpose
    if purpose is Purpose.CORRECT:
        return _corrections(session, card, t)
    if purpose in {Purpose.HELD, Purpose.MISS, Purpose.DELETE}:
        return _existing(session, card, t)
    if purpose in {Purpose.RESIGN, Purpose.REPLACE, Purpose.EXTEND}:
        return _request(card, t)
    lines = []
    if purpose is Purpose.MOVE and card.meeting is not None:
        lines.append(t("Instead of: {when}", when=describe_when(session, card.meeting, t)))
    lines += [line for line in (_when(card.item, card.today.year, t), _length(card.item, t)) if line]
    partners = card.partners
    if purpose is Purpose.MOVE and card.meeting is not None:
        names = [one.chat_name for one in card.candidates if one.pair_id == card.meeting.pair_id]
    else:
        names = [one.chat_name for one in partners]
    if names:
        lines.append(t("With: {names}", names=", ".join(names)))
    lines += _details(session, card, t)
    return lines


def _when(item: Item, this_year: int, t: Translator) -> str:
    if item.day is None:
        return t.clock(item.start) if item.start else ""
    day = capitalised(t.day(item.day, with_year=item.day.year != this_year))
    if item.start is None:
        return f"<b>{day}</b>"
    span = t.clock(item.start) + (f"–{t.clock(item.end)}" if item.end else "")
    return f"<b>{day}, {span}</b>"


def _length(item: Item, t: Translator) -> str:
    return describe_length(item, t) if item.minutes is not None else ""


def _details(session: Session, card: DraftCard, t: Translator) -> list[str]:
    item, lines = card.item, []
    how = []
    if card.kind is not None and card.partners:
        how.append(describe_kind(session, card.cycle_id, card.kind, t))
    if item.format is not None:
        how.append(t.label(MEETING_FORMATS[item.format]))
    if item.place:
        how.append(item.place)
    if how:
        lines.append(escape(", ".join(how)))
    if item.topic:
        lines.append(t("Topic: {topic}", topic=_shorten(item.topic)))
    if item.next_step:
        lines.append(t("Next: {step}", step=_shorten(item.next_step)))
    return lines


def _existing(session: Session, card: DraftCard, t: Translator) -> list[str]:
    meeting = card.meeting
    if meeting is None:
        return []
    names = [one.chat_name for one in card.candidates if one.pair_id == meeting.pair_id]
    lines = [
        f"<b>{capitalised(describe_when(session, meeting, t))}</b>",
        t("With: {names}", names=", ".join(names)),
    ]
    if meeting.held_minutes is not None and card.item.purpose is Purpose.DELETE:
        lines.append(t.minutes(meeting.held_minutes))
        if meeting.topic:
            lines.append(t("Topic: {topic}", topic=_shorten(meeting.topic)))
    return lines


def _corrections(session: Session, card: DraftCard, t: Translator) -> list[str]:
    """What was → what will be, only where it differs."""
    meeting, right = card.meeting, card.correction
    if meeting is None:
        return []
    lines = _existing(session, card, t)
    changes = []
    if right.minutes is not None:
        before = t.minutes(meeting.held_minutes or 0)
        changes.append(t("Length: {before} → <b>{after}</b>", before=before, after=t.minutes(right.minutes)))
    if right.day is not None:
        before, after = t.day(meeting.local_start.date()), t.day(right.day)
        changes.append(t("Day: {before} → <b>{after}</b>", before=before, after=after))
    if right.clock is not None:
        before = t.clock(meeting.local_start.time()) if meeting.has_clock_time else "–"
        changes.append(t("Time: {before} → <b>{after}</b>", before=before, after=t.clock(right.clock)))
    if right.topic is not None:
        before = _shorten(meeting.topic) if meeting.topic else "–"
        after = _shorten(right.topic) if right.topic else "–"
        changes.append(t("Topic: {before} → <b>{after}</b>", before=before, after=after))
    if right.kind is not None:
        before = describe_kind(session, card.cycle_id, meeting.kind, t)
        after = describe_kind(session, card.cycle_id, right.kind, t)
        changes.append(t("Kind: {before} → <b>{after}</b>", before=before, after=after))
    return [*lines, *(changes or [t("Nothing differs yet: please tell what is right instead.")])]


def _request(card: DraftCard, t: Translator) -> list[str]:
    names = ", ".join(one.chat_name for one in card.partners)
    lines = [t("With: {names}", names=names)] if names else []
    day = card.item.day
    if card.item.purpose is Purpose.RESIGN and card.earliest_leave is not None:
        if day is not None:
            lines.append(t("From: {day}", day=t.day(day, with_year=True)))
        lines.append(
            t(
                "By law three working days' notice is enough: the earliest day is {day}. No reason is due.",
                day=t.day(card.earliest_leave),
            )
        )
        if day is not None and day < card.earliest_leave:
            lines.append(t("The day you name is earlier: the curator will speak with you about it."))
        lines.append(t("The curator looks for a colleague to take over."))
    elif card.item.purpose is Purpose.REPLACE:
        lines.append(t("The curator will speak with you and decide."))
    else:
        if day is not None:
            lines.append(t("Until: {day}", day=t.day(day, with_year=True)))
        lines.append(t("The curator will ask the other side as well and decide."))
    lines.append(t("I tell nobody but the curator."))
    return lines


def _remarks(session: Session, card: DraftCard, t: Translator) -> list[str]:
    """What the tables say to it."""
    found = []
    if card.planned is not None:
        when = describe_when(session, card.planned, t)
        found.append(t("It goes into the planned meeting: {when}.", when=when))
    if card.twin is not None and card.planned is None:
        minutes = t.minutes(card.twin.held_minutes or 0)
        found.append(t("A meeting of that day is written down already: {minutes}.", minutes=minutes))
    if card.item.has_lost_meeting:
        found.append(t("I find no planned meeting to move, so this will be a new one."))
    if len(card.partners) > 1 and card.item.purpose is Purpose.LOG:
        found.append(t("It will stand in the journal of each pair."))
    if card.item.purpose is Purpose.MISS and card.is_ahead:
        found.append(t("The other side will hear of it at once."))
    if card.item.purpose is Purpose.DELETE:
        found.append(t("The meeting will not count any more."))
    if card.can_join:
        found.append(t("This card takes the place of the one before."))
    return found


def _sentences(card: DraftCard, t: Translator) -> list[str]:
    warnings = card.warnings
    found = [t(SENTENCES[one]) for one in warnings.read if one in SENTENCES]
    if warnings.is_sunday:
        found.append(t("Mind: this is a Sunday."))
    if warnings.is_before_pair:
        found.append(t("Mind: your pair did not exist on that day yet."))
    if warnings.is_long:
        found.append(t("This is eight hours or more."))
    if warnings.has_overlap:
        found.append(t("Mind: you already have another meeting at that time."))
    if warnings.is_over_a_year:
        found.append(t("Together it would be more than twelve months, which is the usual limit."))
    return found


def _shorten(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN].rstrip() + "…"
