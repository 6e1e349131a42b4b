"""Invitations and the school's code: who comes in, and what nobody learns on the way."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.engine import Database
from models.people import ChatAccount, Invitation, JoinRequest, JoinStatus
from models.tasks import Task, TaskKind
from services.access.errors import NotAllowed, NotFound
from services.accounts.failed_tries import CODE_TRIES
from services.joining.entering import (
    TOKEN_LENGTH,
    InvitationOpened,
    InvitationState,
    claim_invitation,
    create_invitation,
    open_invitation,
    read_polite_name,
    refuse_invitation,
    revoke_invitation,
)
from services.joining.recognition import (
    ChatBelongsToAnother,
    CodeTyped,
    JoinDecided,
    list_waiting,
    recognise,
    refuse_request,
    type_code,
    waiting_digits,
)
from tests.world import World, found_school


@pytest.fixture
def world(database: Database, now: datetime) -> World:
    return found_school(database, now)


def open_tasks(world: World, kind: TaskKind) -> int:
    with world.database.reading() as session:
        return (
            session.scalar(
                select(func.count()).select_from(Task).where(Task.kind == kind, Task.done_at.is_(None))
            )
            or 0
        )


def opened(world: World, token: str, chat_id: int) -> InvitationState:
    seen: InvitationOpened = world.write(open_invitation, token=token, chat_id=chat_id, locale="ru")
    return seen.state


def test_invitation_is_claimed_once_and_continues_for_the_same_chat(world: World) -> None:
    person = world.person("Анна", "Игоревна")
    made = world.write(create_invitation, actor=world.curator, person_id=person.id)
    assert len(made.token) == TOKEN_LENGTH
    assert opened(world, made.token, 501) is InvitationState.OPEN
    assert world.read(read_polite_name, made.id) == "Анна Игоревна"
    claimed = world.write(claim_invitation, invitation_id=made.id, chat_id=501, locale="ru")
    assert claimed.state is InvitationState.MINE
    assert claimed.person_id == person.id
    assert opened(world, made.token, 501) is InvitationState.MINE
    assert open_tasks(world, TaskKind.WRONG_INVITATION) == 0


def test_second_claim_from_another_chat_is_refused_and_told_to_the_curator(world: World) -> None:
    person = world.person()
    made = world.write(create_invitation, actor=world.curator, person_id=person.id)
    world.write(claim_invitation, invitation_id=made.id, chat_id=501, locale="ru")
    second = world.write(claim_invitation, invitation_id=made.id, chat_id=502, locale="ru")
    assert second.state is InvitationState.TAKEN
    assert opened(world, made.token, 502) is InvitationState.TAKEN
    assert open_tasks(world, TaskKind.WRONG_INVITATION) == 1
    with world.database.reading() as session:
        assert session.get_one(ChatAccount, 501).person_id == person.id
        assert session.get(ChatAccount, 502) is None


def test_a_chat_of_somebody_else_never_becomes_another_person(world: World) -> None:
    world.joined("Пётр", "Андреевич", chat_id=501)
    other = world.person("Анна", "Игоревна")
    made = world.write(create_invitation, actor=world.curator, person_id=other.id)
    assert opened(world, made.token, 501) is InvitationState.TAKEN
    assert open_tasks(world, TaskKind.WRONG_INVITATION) == 1


def test_not_me_keeps_the_link_usable(world: World) -> None:
    person = world.person()
    made = world.write(create_invitation, actor=world.curator, person_id=person.id)
    assert world.write(refuse_invitation, invitation_id=made.id, chat_id=502).state is InvitationState.OPEN
    assert open_tasks(world, TaskKind.WRONG_INVITATION) == 1
    claimed = world.write(claim_invitation, invitation_id=made.id, chat_id=501, locale="en")
    assert claimed.state is InvitationState.MINE


def test_links_expire_are_revoked_and_replaced(world: World) -> None:
    person = world.person()
    first = world.write(create_invitation, actor=world.curator, person_id=person.id)
    second = world.write(create_invitation, actor=world.curator, person_id=person.id)
    assert opened(world, first.token, 501) is InvitationState.REVOKED
    assert opened(world, "x" * TOKEN_LENGTH, 501) is InvitationState.UNKNOWN
    world.now += timedelta(days=world.pack.settings.invitation_days)
    assert opened(world, second.token, 501) is InvitationState.EXPIRED
    third = world.write(create_invitation, actor=world.curator, person_id=person.id)
    world.write(revoke_invitation, actor=world.curator, person_id=person.id)
    assert opened(world, third.token, 501) is InvitationState.REVOKED
    assert (
        world.write(claim_invitation, invitation_id=third.id, chat_id=501, locale="ru").state
        is InvitationState.REVOKED
    )


def test_new_phone_takes_the_person_over(world: World) -> None:
    person = world.joined(chat_id=501)
    made = world.write(create_invitation, actor=world.curator, person_id=person.id)
    world.write(claim_invitation, invitation_id=made.id, chat_id=777, locale="ru")
    with world.database.reading() as session:
        assert session.get_one(ChatAccount, 501).person_id is None
        assert session.get_one(ChatAccount, 777).person_id == person.id


def test_another_school_may_not_invite(database: Database, now: datetime, world: World) -> None:
    person = world.person()
    stranger = found_school(database, now, name="Лицей № 2")
    with pytest.raises(NotAllowed):
        stranger.write(create_invitation, actor=stranger.curator, person_id=person.id)
    with pytest.raises(NotFound):
        world.write(create_invitation, actor=world.curator, person_id=999_999)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0


def typed(world: World, code: str, chat_id: int = 601) -> CodeTyped:
    found: CodeTyped = world.write(type_code, code=code, chat_id=chat_id)
    return found


def test_code_leads_to_four_digits_and_a_task(world: World) -> None:
    found = typed(world, world.join_code)
    assert found.digits is not None
    assert len(found.digits) == 4
    assert typed(world, world.join_code).digits == found.digits
    assert world.read(waiting_digits, 601) == found.digits
    rows = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)
    assert [row.digits for row in rows] == [found.digits]
    assert open_tasks(world, TaskKind.RECOGNISE_PERSON) == 1


def test_wrong_codes_are_limited(world: World) -> None:
    for left in range(CODE_TRIES - 1, 0, -1):
        answer = typed(world, "00000000")
        assert (answer.digits, answer.tries_left) == (None, left)
    answer = typed(world, "00000000")
    assert (answer.tries_left, answer.wait_minutes) == (0, 15)
    assert typed(world, world.join_code).digits is None
    other = typed(world, "00000000", chat_id=602)
    assert other.tries_left == CODE_TRIES - 1, "each chat has tries of its own"
    world.now += timedelta(minutes=15, seconds=1)
    assert typed(world, "00000000").tries_left == CODE_TRIES - 1, "after the wait they begin anew"
    assert typed(world, world.join_code).digits is not None


def test_recognised_person_owns_the_chat_and_the_task_is_closed(world: World) -> None:
    typed(world, world.join_code)
    request = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)[0]
    person = world.person()
    world.write(recognise, actor=world.curator, join_request_id=request.id, person_id=person.id)
    with world.database.reading() as session:
        assert session.get_one(ChatAccount, 601).person_id == person.id
        assert session.get_one(JoinRequest, request.id).status is JoinStatus.RECOGNISED
    assert open_tasks(world, TaskKind.RECOGNISE_PERSON) == 0
    with pytest.raises(JoinDecided):
        world.write(recognise, actor=world.curator, join_request_id=request.id, person_id=person.id)
    with pytest.raises(JoinDecided):
        typed(world, world.join_code)


def test_refused_request_frees_the_digits_and_says_so(world: World) -> None:
    typed(world, world.join_code)
    request = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)[0]
    world.write(refuse_request, actor=world.curator, join_request_id=request.id)
    assert world.read(waiting_digits, 601) is None
    assert open_tasks(world, TaskKind.RECOGNISE_PERSON) == 0


def test_a_chat_that_joined_meanwhile_is_not_given_to_another(world: World) -> None:
    typed(world, world.join_code)
    request = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)[0]
    world.joined("Анна", "Игоревна", chat_id=601)
    other = world.person("Ольга", "Юрьевна")
    with pytest.raises(ChatBelongsToAnother):
        world.write(recognise, actor=world.curator, join_request_id=request.id, person_id=other.id)


def test_requests_of_another_school_are_out_of_reach(database: Database, now: datetime, world: World) -> None:
    typed(world, world.join_code)
    request = world.read(list_waiting, actor=world.curator, organization_id=world.organization_id)[0]
    stranger = found_school(database, now, name="Лицей № 2")
    with pytest.raises(NotAllowed):
        stranger.write(refuse_request, actor=stranger.curator, join_request_id=request.id)
    person = stranger.person()
    with pytest.raises(NotFound):
        world.write(recognise, actor=world.curator, join_request_id=request.id, person_id=person.id)
