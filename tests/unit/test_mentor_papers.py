"""What the law wants of a mentor on paper before the work begins.

See Labour Code, art. 351.8; docs/domain.md#article-351-8.
"""

from datetime import datetime, timedelta

import pytest

from models.consents import ConsentKind
from models.engine import Database
from models.pairs import Pair, PairStatus
from models.privacy import AgreementBasis
from services.access.errors import NotFound
from services.consents.papers import register_paper
from services.curator.blocks import Block
from services.curator.overview import read_sections
from services.pairs.offers import accept_offer
from services.pairs.papers import MentorPaper, MentorPapersMissing, read_missing_papers
from services.pairs.proposals import confirm_pair, draft_pair
from services.people.eligibility import set_eligibility
from services.privacy import agreements
from services.programmes.running import change_settings
from tests.world import World, found_school


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


@pytest.mark.requirement("E12", "E14")
def test_a_pair_says_which_papers_of_its_mentor_are_missing_and_where_wanted_does_not_begin(
    world: World,
) -> None:
    def missing() -> tuple[MentorPaper, ...]:
        found = world.read(read_missing_papers, actor=world.curator, pair_id=pair_id, now=world.now)
        assert found.mentor_id == mentor.id
        papers: tuple[MentorPaper, ...] = found.papers
        return papers

    def waits() -> list[tuple[MentorPaper, ...]]:
        facts = {"organization_id": world.organization_id, "cycle_id": world.cycle_id, "now": world.now}
        sections = world.read(read_sections, actor=world.curator, **facts)
        return [one.papers for section in sections if section.block is Block.PAPERS for one in section.items]

    mentee, mentor = world.mentee(), world.mentor()
    pair_id = world.write(
        draft_pair,
        actor=world.curator,
        mentee_participation_id=mentee.participation_id,
        mentor_participation_id=mentor.participation_id,
    ).pair_id
    assert missing() == (MentorPaper.CONSENT, MentorPaper.AGREEMENT)
    assert waits() == [], "before both have agreed nothing is wanted of anybody"
    world.write(confirm_pair, actor=world.curator, pair_id=pair_id)
    for one in (mentee, mentor):
        world.write(accept_offer, actor=world.actor(one.person), pair_id=pair_id)
    assert waits() == [(MentorPaper.CONSENT, MentorPaper.AGREEMENT)]
    world.write(
        change_settings,
        actor=world.curator,
        cycle_id=world.cycle_id,
        changes={"mentor_papers_required": True},
    )
    with pytest.raises(MentorPapersMissing):
        world.order(pair_id)
    world.write(
        register_paper,
        actor=world.curator,
        person_id=mentor.id,
        decided_at=world.now,
        kind=ConsentKind.MENTORING,
    )
    assert missing() == (MentorPaper.AGREEMENT,)
    today = world.now.date()
    agreement = {
        "actor": world.curator,
        "person_id": mentor.id,
        "number": "3",
        "signed_on": today,
        "starts_on": today,
        "ends_on": today + timedelta(days=90),
        "basis": AgreementBasis.ASSIGNMENT,
        "content": "Помощь молодому учителю",
        "form": "очно",
        "payment": "",
        "file_id": None,
    }
    with pytest.raises(NotFound):
        world.write(agreements.register_agreement, **agreement, pair_id=pair_id + 1)
    world.write(agreements.register_agreement, **agreement, pair_id=pair_id)
    assert (missing(), waits()) == ((), [])
    world.order(pair_id)
    with world.database.reading() as session:
        assert session.get_one(Pair, pair_id).status is PairStatus.ACTIVE
    world.now += timedelta(days=91)
    assert missing() == (MentorPaper.AGREEMENT,), "its term has ended"
    world.write(
        set_eligibility,
        actor=world.curator,
        person_id=mentee.id,
        experience_years="",
        is_new_here=False,
        has_returned=False,
        is_up_to_35=True,
        is_student=True,
    )
    assert missing() == (), "a student is no other employee"
