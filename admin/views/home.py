"""The first page: what waits for the curator, oldest first."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_admin import AdminIndexView
from flask_login import current_user

from admin.access import Secured
from admin.calls import see
from admin.cycles import cycle_id_or_none
from admin.languages import label, locale, number
from admin.pages import Entry, Group, page
from models.messages import OutboxStatus
from models.people import Role
from services.access.actors import Right
from services.access.errors import N_
from services.access.listing import Asked, Listed
from services.accounts.news import read_account_news
from services.accounts.record_closures import list_closures
from services.curator.blocks import Block
from services.curator.figures import Figures, read_figures
from services.curator.overview import Section, read_sections
from services.delivery.outbox import count_notices
from services.organizations.register import read_organization
from services.pairs.standings import Standing, read_standings
from services.pairs.verdicts import Unconcluded, list_unconcluded
from services.results.ratings import read_ratings
from services.results.sheets import latest_level

URGENT = (Block.HELP_WANTED, Block.WORDS, Block.LOW_RATING, Block.MISMATCH)
"""What waits for nothing else: people first, then a contradiction about a fact."""
MOST_UNCONCLUDED = 20
OF_PAPERS = frozenset({Block.ORDERS, Block.PAPERS})


@dataclass(frozen=True, slots=True)
class Zones:
    """What waits, by how soon it must be seen to; within each zone the oldest first."""

    now: tuple[Section, ...]
    week: tuple[Section, ...]
    papers: tuple[Section, ...]

    @property
    def count(self) -> int:
        return sum(section.count for section in (*self.now, *self.week, *self.papers))


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure with its base, and the step it suggests."""

    name: str
    figure: str
    base: str
    step: str
    url: str


class HomePage(Secured, AdminIndexView):
    endpoint, url = "home", "/"
    entry = Entry(Group.TODAY, 1, N_("Home"))

    # Everybody has a home; each block asks for its own right.
    @page("/", right=None)
    def index(self) -> str:
        cycle_id = cycle_id_or_none()
        sections: list[Section] = []
        if current_user.has(Right.MANAGE_PAIRS):
            sections = see(read_sections, cycle_id=cycle_id)
        sees_figures = current_user.has(Right.SEE_SCORES)
        figures = see(read_figures, cycle_id=cycle_id) if sees_figures else None
        zones = _zones(sections)
        return self.show(
            "panel/home.html",
            zones=zones,
            standings=_standings(sections),
            waiting_count=zones.count,
            figures=figures,
            indicators=_indicators(cycle_id, figures) if figures else [],
            has_programme=cycle_id is not None,
            lacks_consent_facts=_lacks_consent_facts(),
            refused=_count_refused(),
            news=see(read_account_news, after=current_user.news_after),
            unconcluded=_list_unconcluded(cycle_id),
            closures=see(list_closures) if current_user.has(Right.APPROVE) else (),
        )


def _zones(sections: list[Section]) -> Zones:
    urgent = sorted((one for one in sections if one.block in URGENT), key=lambda one: URGENT.index(one.block))
    papers = tuple(one for one in sections if one.block in OF_PAPERS)
    rest = tuple(one for one in sections if one.block not in URGENT and one.block not in OF_PAPERS)
    return Zones(tuple(urgent), rest, papers)


def _standings(sections: list[Section]) -> dict[int, Standing]:
    """Of the pairs that something waits for."""
    ids = {one.pair_id for section in sections for one in section.items if one.pair_id is not None}
    return see(read_standings, pair_ids=ids) if ids else {}


def _list_unconcluded(cycle_id: int | None) -> Listed[Unconcluded] | None:
    """Drafts that wait for the conclusion of whoever reads."""
    if cycle_id is None or not current_user.has(Right.FILL_SCORES):
        return None
    return see(list_unconcluded, cycle_id=cycle_id, asked=Asked(size=MOST_UNCONCLUDED))


def _lacks_consent_facts() -> bool:
    """Said to whoever can mend it."""
    return current_user.has(Right.MANAGE_SETTINGS) and see(read_organization).lacks_consent_facts


def _count_refused() -> int:
    if not current_user.has(Right.MANAGE_PAIRS):
        return 0
    return see(count_notices)[OutboxStatus.PARKED]


def _indicators(cycle_id: int | None, figures: Figures) -> list[Indicator]:
    """Five at most, each with the next step; a step the account may not take has no address.

    See docs/design.md#panel.
    """
    if cycle_id is None:
        return []
    mentees = see(read_ratings, cycle_id=cycle_id).side(Role.MENTEE)
    level = see(latest_level, cycle_id=cycle_id)
    return [
        _pairing(figures),
        _mentors(figures),
        Indicator(
            label("Meetings held"),
            f"{figures.meetings_held} / {figures.meetings_due}",
            label("of those whose time has come"),
            label("See the meetings"),
            _address(Right.SEE_PEOPLE, "meetings.index_view"),
        ),
        Indicator(
            label("Mentees' rating of meetings"),
            number(mentees.mean) if mentees.mean is not None else "—",
            label("out of 10; ratings: {count}", count=mentees.ratings),
            label("See the ratings"),
            url_for("scores.index", _anchor="ratings"),
        ),
        Indicator(
            label("Programme level"),
            level.level.title.get(locale()) if level and level.level else "—",
            label("{total} of {top}", total=level.total, top=level.top)
            if level
            else label("no finished sheet yet"),
            label("See the nine criteria"),
            url_for("scores.index", _anchor="criteria"),
        ),
    ]


def _pairing(figures: Figures) -> Indicator:
    has_free = figures.mentees_paired < figures.mentees and current_user.has(Right.MANAGE_PAIRS)
    return Indicator(
        label("Mentees in a pair"),
        f"{figures.mentees_paired} / {figures.mentees}",
        label("of those who sent the questionnaire"),
        label("Propose a pair") if has_free else label("See the pairs"),
        url_for("proposals.index") if has_free else _address(Right.SEE_PEOPLE, "pairs.index"),
    )


def _mentors(figures: Figures) -> Indicator:
    is_short = not figures.mentors_free and current_user.has(Right.EDIT_PEOPLE)
    return Indicator(
        label("Free mentors"),
        str(figures.mentors_free),
        label("in the bank of mentors"),
        label("Invite a mentor") if is_short else label("See the bank"),
        url_for("people.add")
        if is_short
        else _address(Right.SEE_PEOPLE, "people.index", role="mentor", status="ready"),
    )


def _address(right: Right, endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values) if current_user.has(right) else ""
