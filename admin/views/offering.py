"""All drafts on one page: the messages once for both sides, then one confirmation that offers the chosen."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle, cycle_id_or_none
from admin.inputs import InputRefused, flag, ids, sent, text
from admin.languages import label, plural, sentence, translator
from admin.pages import Entry, Group, form_page
from admin.paging import read_asked
from admin.previews import TEXT_LIMIT, preview_of, same_lines
from admin.storage import now, session
from models.messages import NoticeKind
from models.pairs import PairStatus
from models.people import Role
from notices.catalogue import compose
from notices.letters import Letter, reword
from services.access.actors import Right
from services.access.errors import N_
from services.access.listing import Listed
from services.pairs.offering import (
    BATCH,
    Done,
    Draft,
    LeftOut,
    Recipient,
    discard_drafts,
    list_drafts,
    offer_drafts,
    read_recipients,
)
from services.pairs.verdicts import REASON_LIMIT

ON_A_PAGE = 80
MOST_LISTED = 3  # of those left out, above the page; beside each that is still a draft stands its reason
MARKS = {"name": N_("[name]"), "partner": N_("[who is offered]"), "until": N_("[date]")}
"""What stands in the words for what differs from person to person."""
NO_MESSAGE = "none"


@dataclass(frozen=True, slots=True)
class Sample:
    """What one side of every pair gets: as it looks for one of them, and the words that may be edited.

    `template` is what the curator wrote instead, with placeholders; None for the usual words.
    """

    role: Role
    name: str
    markup: Markup
    words: str
    usual: str
    buttons: tuple[str, ...]
    template: str | None


class OfferPage(SecuredPage):
    endpoint, url = "offering", "/pairs/offer"
    entry = Entry(Group.PAIRS, behind="pairs")

    @form_page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str | Response:
        if cycle_id_or_none() is None:
            return self.show("panel/roadmap_none.html")
        asked = read_asked(size=ON_A_PAGE)
        drafts = see(list_drafts, cycle_id=cycle().id, asked=asked)
        is_sent = request.method == "POST"
        chosen = ids("pair_id") if is_sent else [one.pair_id for one in drafts.rows if _is_ready(one)]
        with refusals_shown():
            if is_sent and not flag("look"):
                done = _discard(chosen) if flag("discard") else _offer(chosen, _read_samples(drafts, chosen))
                if done.done:
                    return redirect(self._next())
                drafts = see(list_drafts, cycle_id=cycle().id, asked=asked)
        return self.show(
            "panel/pair_offers.html",
            drafts=drafts,
            chosen=frozenset(chosen),
            obstacles={one.pair_id: sentence(one.obstacle) for one in drafts.rows if one.obstacle},
            reasons={one.pair_id: text(f"reason_{one.pair_id}") for one in drafts.rows},
            reason_limit=REASON_LIMIT,
            samples=_read_samples(drafts, chosen, is_strict=False),
            marks=[label(one) for one in MARKS.values()],
            is_silent=text("message") == NO_MESSAGE,
        )

    @staticmethod
    def _next() -> str:
        """Here while drafts are left, then the offers."""
        if see(list_drafts, cycle_id=cycle().id).count:
            return url_for("offering.index")
        return url_for("pairs.index", status=PairStatus.OFFERED.value)


def _is_ready(draft: Draft) -> bool:
    """Whether nothing more is wanted for the offer."""
    return draft.obstacle is None and not draft.gate.needs_reason


def _offer(chosen: Sequence[int], samples: Sequence[Sample]) -> Done:
    is_told = text("message") != NO_MESSAGE
    done = _act(
        offer_drafts,
        chosen,
        edited_texts={one.role: one.template for one in samples if one.template is not None},
        override_reasons={one: text(f"reason_{one}") for one in chosen},
        is_told=is_told,
    )
    count = len(done.done)
    if count and is_told:
        said = plural(
            "{count} pair is offered: both sides hear of it now.",
            "{count} pairs are offered: all sides hear of it now.",
            count,
        )
        flash(said, "success")
    elif count:
        said = plural(
            "{count} pair is offered without a message. Tell both in person; they answer by /pair.",
            "{count} pairs are offered without a message. Tell all in person; they answer by /pair.",
            count,
        )
        flash(said, "success")
    return done


def _discard(chosen: Sequence[int]) -> Done:
    done = _act(discard_drafts, chosen)
    if done.done:
        said = plural(
            "{count} draft is discarded. Nobody was told of it.",
            "{count} drafts are discarded. Nobody was told of them.",
            len(done.done),
        )
        flash(said, "success")
    return done


def _act(service: Callable[..., Done], chosen: Sequence[int], **facts: Any) -> Done:
    """One transaction for each few drafts; what is left out is said. Raises InputRefused."""
    if not chosen:
        raise InputRefused("pair_id", N_("Please tick at least one draft."))
    done: list[int] = []
    left_out: list[LeftOut] = []
    for start in range(0, len(chosen), BATCH):
        found = do(service, pair_ids=chosen[start : start + BATCH], **facts)
        done += found.done
        left_out += found.left_out
    _list_left_out(left_out)
    return Done(tuple(done), tuple(left_out))


def _list_left_out(left_out: Sequence[LeftOut]) -> None:
    for one in left_out[:MOST_LISTED]:
        said = label("Left out: a draft that was discarded meanwhile.")
        if one.names:
            said = label("Left out: {names}. {reason}", names=one.names, reason=sentence(one.refusal))
        flash(said, "error")
    if len(left_out) > MOST_LISTED:
        said = plural(
            "{count} more pair is left out; beside a draft stands why.",
            "{count} more pairs are left out; beside each draft stands why.",
            len(left_out) - MOST_LISTED,
        )
        flash(said, "error")


def _read_samples(drafts: Listed[Draft], chosen: Sequence[int], *, is_strict: bool = True) -> list[Sample]:
    """Of the first pair that is chosen. Raises InputRefused for words that cannot be sent, if `is_strict`."""
    rows = sorted(drafts.rows, key=lambda one: one.pair_id not in chosen)
    if not rows:
        return []
    recipients = see(read_recipients, pair_id=rows[0].pair_id)
    return [_sample(rows[0].pair_id, one, is_strict=is_strict) for one in recipients]


def _sample(pair_id: int, person: Recipient, *, is_strict: bool) -> Sample:
    """By the function that will make the words when they are sent."""
    letter = compose(
        session(),
        kind=NoticeKind.PAIR_OFFER,
        facts={"pair_id": pair_id, "person_id": person.person_id},
        t=translator(),
        now=now(),
    )
    assert isinstance(letter, Letter), letter
    field = f"text_{person.role.value}"
    marks = {name: label(mark) for name, mark in MARKS.items() if name in letter.fields}
    usual = _replace(letter.template, {f"{{{name}}}": mark for name, mark in marks.items()})
    typed = same_lines(sent().get(field, usual)) or usual
    template = None
    if typed != usual:
        template = _replace(typed, {mark: f"{{{name}}}" for name, mark in marks.items()})
        if is_strict:
            _check(field, typed, marks.values())
    return Sample(
        role=person.role,
        name=person.full_name,
        markup=preview_of(letter if template is None else reword(letter, template)),
        words=typed,
        usual=usual,
        buttons=tuple(action.label for row in letter.rows for action in row),
        template=template,
    )


def _check(field: str, typed: str, marks: Any) -> None:
    if len(typed) > TEXT_LIMIT:
        asked = N_("Please keep each message under {limit} characters.")
        raise InputRefused(field, asked, limit=TEXT_LIMIT)
    unknown = [one for one in re.findall(r"\[[^\]\n]*\]", typed) if one not in set(marks)]
    if unknown:
        asked = N_("Nothing can stand for {mark}. What is filled in: {marks}.")
        raise InputRefused(field, asked, mark=unknown[0], marks=", ".join(marks))


def _replace(words: str, pairs: Mapping[str, str]) -> str:
    for before, after in pairs.items():
        words = words.replace(before, after)
    return words
