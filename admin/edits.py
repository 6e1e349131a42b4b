"""Forms that correct what is stored: only the fields that were changed are written.

A form carries, signed, the values it was opened with. What somebody else changed meanwhile stays, and is
told; a field that both changed is shown with both values, and whoever sends the form chooses. A form that
changes nothing is said to change nothing: no service is called. What does not say what it was opened with is
refused, because it would put back what others have written.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from flask import current_app, flash, request
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup, escape

from admin.calls import refusals_shown, see
from admin.languages import label
from models.names import fold
from services.access.audit import find_last_author
from services.dates.full_dates import read_full_date

T = TypeVar("T")
OPENED_WITH, TAKE = "opened_with", "take_"
MINE, THEIRS = "mine", "theirs"
SHOWN = 200  # characters of a value in a sentence
Values = Mapping[str, str]
"""Fields of a form as it writes them; "" stands for an empty one and for a box that is not ticked."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed after the form was opened; `mine` where I changed it too."""

    name: str
    title: str
    was: str
    now: str
    mine: str
    who: str

    @property
    def told(self) -> str:
        facts = {"who": self.who, "field": self.title, "was": self.was or "–", "now": self.now or "–"}
        return label(
            "While you were editing, {who} changed “{field}”: it was “{was}”, now it is “{now}”.", **facts
        )


@dataclass(frozen=True, slots=True)
class Edit:
    """`form` is what the form shows, and what is to be stored once it is sent; `changed` names what differs
    from the record as it is now.
    """

    form: dict[str, str]
    changed: frozenset[str]
    conflicts: tuple[Difference, ...]
    theirs: tuple[Difference, ...]
    opened_with: str
    is_sent: bool
    is_unsigned: bool = False

    def carry_out(
        self, save: Callable[[], T], success: str | Callable[[T], str], *, is_new: bool = False
    ) -> bool:
        """Whether the form is done with: saved, or without a change. What `save` refuses is said.

        `is_new`: there is no record yet, so that even an empty form says something.
        """
        if not self.is_sent:
            return False
        if self.is_unsigned:
            flash(
                label(
                    "Nothing was saved: the form does not say which version it was opened with. "
                    "Please open the form again and make the change in it."
                ),
                "error",
            )
            return False
        if self.conflicts:
            self._tell_of_others()
            return False
        with refusals_shown():
            if not self.changed and not is_new:
                flash(label("Nothing was changed."), "notice")
            else:
                done = save()
                flash(success if isinstance(success, str) else success(done), "success")
            self._tell_of_others()
            return True
        return False

    def _tell_of_others(self) -> None:
        for one in self.theirs:
            flash(one.told, "notice")

    @property
    def head(self) -> Markup:
        """The part of the form that is not for the eye, and the fields that two have changed."""
        parts = [Markup('<input type="hidden" name="{}" value="{}">').format(OPENED_WITH, self.opened_with)]
        parts += [_ask(one) for one in self.conflicts]
        return Markup("\n").join(parts)


def take_edit(
    current: Values,
    titles: Mapping[str, str],
    *,
    subject: tuple[str, int],
    show: Callable[[str, str], str] | None = None,
    days: Collection[str] = (),
    form_name: str = "",
) -> Edit:
    """The form on `current`, or what was sent of it. `titles` name the fields for a person, `subject` is the
    record as the audit trail names it, `show` says a value of a field in words. Fields in `days` hold a day
    like 2026-10-01: the same day typed in another way is no change. Forms of one record are told apart by
    their fields, or by `form_name` where the fields are not known beforehand.
    """
    if request.method == "GET":
        return open_edit(current, subject=subject, form_name=form_name)
    current = {name: _plain(value) for name, value in current.items()}
    opened = _read_opened(current, subject, form_name)
    if opened is None:
        unsigned = open_edit(current, subject=subject, form_name=form_name)
        return replace(unsigned, is_sent=True, is_unsigned=True)
    was = {**current, **opened}
    mine = _read_sent(current, days)
    form = dict(current)
    conflicts: list[Difference] = []
    theirs: list[Difference] = []
    say = show or (lambda _name, value: value)
    who: str | None = None
    for name, now in current.items():
        is_theirs = was[name] != now
        is_mine = mine[name] not in (was[name], now) and request.form.get(TAKE + name) != THEIRS
        if is_mine:
            form[name] = mine[name]
        if is_theirs:
            who = who or see(find_last_author, subject=subject) or label("somebody")
            told_was, told_now, told_mine = (
                _short(say(name, value)) for value in (was[name], now, mine[name])
            )
            title = titles.get(name, name)
            found = Difference(name, title, told_was, told_now, told_mine, who)
            (conflicts if is_mine else theirs).append(found)
    changed = frozenset(name for name in current if form[name] != current[name])
    return Edit(
        form, changed, tuple(conflicts), tuple(theirs), _sign(current, subject, form_name), is_sent=True
    )


def open_edit(current: Values, *, subject: tuple[str, int], form_name: str = "") -> Edit:
    """The form as it stands on a page that was not sent by it."""
    current = {name: _plain(value) for name, value in current.items()}
    return Edit(dict(current), frozenset(), (), (), _sign(current, subject, form_name), is_sent=False)


def box(field: str, *, is_on: bool) -> dict[str, str]:
    """A single box."""
    return ticked(field, ("1",), ("1",) if is_on else ())


def ticked(field: str, known: Iterable[object], chosen: Iterable[object]) -> dict[str, str]:
    """Boxes of one name as fields of their own: two people who tick different ones do not meet."""
    marked = {str(one) for one in chosen}
    return {f"{field}:{one}": "1" if str(one) in marked else "" for one in known}


def chosen_of(form: Values, field: str) -> list[str]:
    """The ticked ones of `ticked`, in their order."""
    return [name.partition(":")[2] for name, value in form.items() if value and name.startswith(f"{field}:")]


def _read_sent(current: Values, days: Collection[str]) -> dict[str, str]:
    """A text field that the form does not have stays as it is; a box that is not sent is not ticked."""
    sent: dict[str, str] = {}
    for name, value in current.items():
        field, separator, one = name.partition(":")
        if separator:
            sent[name] = "1" if one in request.form.getlist(field) else ""
        else:
            sent[name] = _plain(request.form[name]) if name in request.form else value
        if name in days:
            sent[name] = _same_day(sent[name])
    return sent


def _same_day(typed: str) -> str:
    """A day as the record has it; what is no day stays as it was typed, for the service to refuse."""
    folded = fold(typed)
    try:
        return read_full_date(folded).isoformat()
    except ValueError:
        return typed


def _plain(value: str) -> str:
    return "\n".join(line.rstrip() for line in value.replace("\r\n", "\n").split("\n")).strip()


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else value[:SHOWN].rstrip() + "…"


def _serializer(values: Values, subject: tuple[str, int], form_name: str) -> URLSafeSerializer:
    """A signature of this form of this record: it says nothing for another one."""
    fields = form_name or sorted({name.partition(":")[0] for name in values})
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt=f"edit {subject} {fields}")


def _sign(values: Values, subject: tuple[str, int], form_name: str) -> str:
    return str(_serializer(values, subject, form_name).dumps(dict(values)))


def _read_opened(current: Values, subject: tuple[str, int], form_name: str) -> dict[str, str] | None:
    """What the form was opened with; None of a form that says nothing of it or was tampered with."""
    try:
        found = _serializer(current, subject, form_name).loads(request.form.get(OPENED_WITH, ""))
    except BadSignature:
        return None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else None


def _ask(one: Difference) -> Markup:
    choice = Markup(
        '<label class="choice"><input type="radio" name="{}" value="{}" required><span>{}</span></label>'
    )
    kept = label("Leave “{value}”", value=one.now or "–")
    own = label("Write mine: “{value}”", value=one.mine or "–")
    return Markup('<div class="said caution"><p>{}</p><div class="scale">{}{}</div></div>').format(
        escape(one.told),
        choice.format(TAKE + one.name, THEIRS, kept),
        choice.format(TAKE + one.name, MINE, own),
    )
