"""Queue of updates, bodies, files, persistence, clock, faults, limits, record and the guard of the page."""

import asyncio
import shutil
import socket
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientSession

from sandbox.client import SMALLEST_PNG, SandboxClient, SandboxError
from sandbox.server import Sandbox, serve
from tests.conftest import FIRST_MOMENT

TOKEN = "123456789:sandbox-token_of-a-bot"


async def test_updates_are_confirmed_by_offset(call: Any, telegram: SandboxClient) -> None:
    anna = await telegram.person("Анна")
    await anna.start("", wait=False)
    for number in range(4):
        await anna.say(str(number), wait=False)
    first = await call("getUpdates", limit=2)
    assert [update["message"]["text"] for update in first] == ["/start", "0"]
    assert await call("getUpdates", limit=2) == first
    rest = await call("getUpdates", offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["1", "2", "3"]
    newest = await call("getUpdates", offset=-1)
    assert [update["message"]["text"] for update in newest] == ["3"]
    assert await call("getUpdates", offset=newest[-1]["update_id"] + 1) == []


async def test_a_long_poll_wakes_and_kinds_that_are_not_wanted_are_left_out(
    call: Any, telegram: SandboxClient
) -> None:
    anna = await telegram.person("Анна")
    async with asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(call("getUpdates", timeout=20, allowed_updates=["message"]))
        await asyncio.sleep(0.05)
        await anna.start(wait=False)
    (update,) = poll.result()
    await anna.block()
    assert await call("getUpdates", offset=update["update_id"] + 1) == []
    await call("getUpdates", allowed_updates=[])
    await anna.unblock()
    (update,) = await call("getUpdates")
    assert update["my_chat_member"]["new_chat_member"]["status"] == "member"


async def test_parameters_come_as_query_form_or_json(call: Any, chat: int) -> None:
    address = f"{call.url}/bot{call.token}/sendMessage"
    markup = '{"inline_keyboard": [[{"text": "x", "callback_data": "1"}]]}'
    for arguments in (
        {"params": {"chat_id": chat, "text": "да", "reply_markup": markup}},
        {"data": {"chat_id": str(chat), "text": "да", "reply_markup": markup}},
        {"json": {"chat_id": chat, "text": "да", "reply_markup": markup}},
    ):
        async with call.session.post(address, **arguments) as response:
            result = (await response.json())["result"]
            assert result["text"] == "да"
            assert result["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "1"


async def test_files_go_both_ways_and_by_attach(call: Any, chat: int) -> None:
    sent = await call.upload(
        "sendDocument", "paper", "отчёт.txt", b"abc", chat_id=str(chat), document="attach://paper"
    )
    document = sent["result"]["document"]
    assert document["file_name"] == "отчёт.txt"
    path = (await call("getFile", file_id=document["file_id"]))["file_path"]
    async with call.session.get(f"{call.url}/file/bot{call.token}/{path}") as response:
        assert await response.read() == b"abc"
    again = await call("sendDocument", chat_id=chat, document=document["file_id"])
    assert again["document"]["file_id"] == document["file_id"]
    photo = await call.upload("sendPhoto", "photo", "a.png", SMALLEST_PNG, chat_id=str(chat))
    assert photo["result"]["photo"][0]["width"] == 1


async def test_copies_forwards_pins_reactions_and_what_the_bot_says_of_itself(call: Any, chat: int) -> None:
    sent = await call("sendMessage", chat_id=chat, text="раз")
    where = {"chat_id": chat, "message_id": sent["message_id"]}
    assert (await call("copyMessage", **where, from_chat_id=chat))["message_id"] > sent["message_id"]
    forwarded = await call("forwardMessage", **where, from_chat_id=chat)
    assert forwarded["forward_origin"]["sender_user"]["is_bot"] is True
    assert await call("pinChatMessage", **where) is True
    assert (await call("getChat", chat_id=chat))["pinned_message"]["text"] == "раз"
    assert await call("unpinChatMessage", chat_id=chat) is True
    assert await call("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": "👍"}]) is True
    assert await call("sendChatAction", chat_id=chat, action="typing") is True
    await call("setMyDescription", description="Помогаю паре встречаться", language_code="ru")
    assert (await call("getMyDescription", language_code="ru"))["description"] == "Помогаю паре встречаться"
    await call("setMyShortDescription", short_description="Кратко")
    assert (await call("getMyShortDescription"))["short_description"] == "Кратко"
    await call("setChatMenuButton", menu_button={"type": "commands"})
    assert await call("getChatMenuButton") == {"type": "commands"}
    other = await call("sendMessage", chat_id=chat, text="два")
    assert await call("deleteMessages", chat_id=chat, message_ids=[other["message_id"], 999_999]) is True


async def test_state_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite"
    async with (
        Sandbox(token=TOKEN, state_file=state, start=FIRST_MOMENT) as sandbox,
        SandboxClient(sandbox.url) as telegram,
        ClientSession() as session,
    ):
        anna = await telegram.person("Анна", key="mentee", note="наставляемая")
        await anna.start("", wait=False)
        await anna.send_document("a.txt", b"abc", wait=False)
        values = {"chat_id": anna.id, "text": "привет"}
        async with session.post(f"{sandbox.url}/bot{TOKEN}/sendMessage", json=values) as response:
            message_id = (await response.json())["result"]["message_id"]
        before = await telegram.skip(days=7)
        ids = list(sandbox.world.updates.pending)
    async with (
        Sandbox(token=TOKEN, state_file=state, start=FIRST_MOMENT) as sandbox,
        SandboxClient(sandbox.url) as telegram,
    ):
        again = await telegram.person("Анна", key="mentee")
        assert again.id == anna.id
        assert (await again.screen()).text == "привет"
        assert list(sandbox.world.updates.pending) == ids
        assert await telegram.now() >= before
        facts = next(iter(sandbox.world.files.values()))
        assert sandbox.world.store.read_content(facts["file_id"]) == b"abc"
        await again.say("дальше", wait=False)
        assert max(sandbox.world.updates.pending) == max(ids) + 1
        assert (await again.messages())[-1].message_id == message_id + 1
        assert [entry["method"] for entry in await telegram.record()] == ["sendMessage"]


async def test_a_new_sandbox_begins_at_the_stated_moment_and_a_used_one_goes_on(tmp_path: Path) -> None:
    """In the past and in the future alike, by its clock and its messages; after a kill as after a stop."""
    for number, start in enumerate((FIRST_MOMENT, FIRST_MOMENT + timedelta(days=4000))):
        state = tmp_path / f"{number}.sqlite"
        killed = Sandbox(token=TOKEN, state_file=state, start=start)
        await killed.__aenter__()
        async with SandboxClient(killed.url) as telegram:
            assert timedelta(0) <= await telegram.now() - start < timedelta(minutes=2)
            anna = await telegram.person("Анна")
            await anna.start(wait=False)
            (message,) = (await telegram.ask("GET", f"/sandbox/people/{anna.id}"))["messages"]
            assert 0 <= message["date"] - int(start.timestamp()) < 120
            before = await telegram.skip(days=7)
        copy = tmp_path / f"{number}.killed.sqlite"
        for ending in ("", "-wal"):
            shutil.copy(f"{state}{ending}", f"{copy}{ending}")
        await killed.__aexit__(None, None, None)
        for used in (copy, state):
            other = start + timedelta(days=365)
            async with (
                Sandbox(token=TOKEN, state_file=used, start=other) as sandbox,
                SandboxClient(sandbox.url) as telegram,
            ):
                assert timedelta(0) <= await telegram.now() - before < timedelta(minutes=2)


async def test_ids_go_on_after_a_kill(tmp_path: Path) -> None:
    state = tmp_path / "sandbox.sqlite"
    first = Sandbox(token=TOKEN, state_file=state, start=FIRST_MOMENT)
    await first.__aenter__()
    async with SandboxClient(first.url) as telegram:
        anna = await telegram.person("Анна", key="mentee")
        await anna.start(wait=False)
    copy = tmp_path / "killed.sqlite"
    copy.write_bytes(state.read_bytes())
    (tmp_path / "killed.sqlite-wal").write_bytes((tmp_path / "sandbox.sqlite-wal").read_bytes())
    seen = max(first.world.updates.pending)
    await first.__aexit__(None, None, None)
    async with (
        Sandbox(token=TOKEN, state_file=copy, start=FIRST_MOMENT) as second,
        SandboxClient(second.url) as telegram,
    ):
        anna = await telegram.person("Анна", key="mentee")
        await anna.start(wait=False)
        assert max(second.world.updates.pending) > seen


async def test_the_clock_only_runs_forward_and_a_skip_waits_for_its_followers(
    sandbox: Sandbox, telegram: SandboxClient
) -> None:
    start = await telegram.now()
    assert timedelta(0) <= start - FIRST_MOMENT < timedelta(minutes=2)
    with pytest.raises(SandboxError, match="never runs backwards"):
        await telegram.skip(hours=-1)
    seen: list[int] = []

    async def follow() -> None:
        version = (await telegram.ask("GET", "/clock"))["version"]
        while len(seen) < 2:
            query = {"after": str(version), "subscriber": "bot"}
            version = (await telegram.ask("GET", "/clock", params=query))["version"]
            seen.append(version)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follow())
        await asyncio.sleep(0.1)
        began = time.monotonic()
        assert await telegram.skip(days=1) >= start + timedelta(days=1)
        assert len(seen) == 1
        await telegram.skip(to=start + timedelta(days=3))
    assert time.monotonic() - began < 4.5
    assert await telegram.now() >= start + timedelta(days=3)


async def test_the_next_notice(telegram: SandboxClient) -> None:
    with pytest.raises(SandboxError, match="no notice is planned"):
        await telegram.skip(to_next_notice=True)
    at = await telegram.now() + timedelta(hours=20)
    await telegram.ask("POST", "/clock/next", json={"at": at.isoformat()})
    assert await telegram.next_notice() is not None
    assert await telegram.skip(to_next_notice=True) >= at - timedelta(milliseconds=1)
    assert await telegram.next_notice() is None


@pytest.mark.parametrize("kind", ["429", "500", "502"])
async def test_faults_that_answer(call: Any, chat: int, telegram: SandboxClient, kind: str) -> None:
    await telegram.fault(kind=kind, method="sendMessage", times=2, seconds=7)
    for _ in range(2):
        answer = await call.raw("sendMessage", {"chat_id": chat, "text": "да"})
        assert answer["error_code"] == int(kind)
        if kind == "429":
            assert answer["parameters"] == {"retry_after": 7}
    await call("sendMessage", chat_id=chat, text="да")
    record = await telegram.record("sendMessage")
    assert [(entry["done"], entry.get("fault")) for entry in record] == [
        (False, kind),
        (False, kind),
        (True, None),
    ]


@pytest.mark.parametrize(
    ("kind", "is_done"), [("reset_before", False), ("reset_after", True), ("timeout", False)]
)
async def test_faults_that_break_the_connection(
    call: Any, chat: int, telegram: SandboxClient, kind: str, is_done: bool
) -> None:
    await telegram.fault(kind=kind, seconds=0.1)
    with pytest.raises(ClientConnectionError):
        await call("sendMessage", chat_id=chat, text="да")
    (entry,) = await telegram.record("sendMessage")
    assert entry["done"] is is_done
    (person,) = await telegram.people()
    assert ((await person.screen()).text == "да") is is_done


async def test_updates_come_twice_or_late(call: Any, chat: int, telegram: SandboxClient) -> None:
    (person,) = await telegram.people()
    await call("getUpdates", offset=-1)
    before = (await call("getWebhookInfo"))["pending_update_count"]
    await telegram.fault(kind="duplicate_update")
    await telegram.fault(kind="delay_update", seconds=0.2)
    await person.say("дважды", wait=False)
    await person.say("поздно", wait=False)
    after = (await call("getWebhookInfo"))["pending_update_count"]
    assert after == before + 2, "what is held back waits as well"
    updates = await call("getUpdates", offset=-1)
    assert [update["message"]["text"] for update in updates] == ["дважды"]
    repeated = await call("getUpdates", offset=updates[0]["update_id"] + 1)
    assert repeated == updates
    late = await call("getUpdates", offset=updates[0]["update_id"] + 1, timeout=5)
    assert [update["message"]["text"] for update in late] == ["поздно"]


async def test_limits_answer_429_with_retry_after_only_when_switched_on(
    call: Any, chat: int, telegram: SandboxClient
) -> None:
    for number in range(10):
        await call("sendMessage", chat_id=chat, text=str(number))
    await telegram.limit(on=True)
    answers = [await call.raw("sendMessage", {"chat_id": chat, "text": str(n)}) for n in range(6)]
    refused = [answer for answer in answers if not answer["ok"]]
    assert len(refused) == 3
    assert refused[0]["parameters"]["retry_after"] == 1
    assert refused[0]["description"] == "Too Many Requests: retry after 1"
    await telegram.limit(on=False)
    await call("sendMessage", chat_id=chat, text="снова")


async def test_the_overall_limit_is_about_30_a_second(call: Any, telegram: SandboxClient) -> None:
    people = [await telegram.person(f"Учитель {number}") for number in range(50)]
    for person in people:
        await person.start(wait=False)
    await telegram.limit(on=True)
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        calls = [
            tasks.create_task(call.raw("sendMessage", {"chat_id": person.id, "text": "да"}))
            for person in people
        ]
    sent = sum(task.result()["ok"] for task in calls)
    assert 30 <= sent <= 30 + 30 * (time.monotonic() - began) + 1


async def test_the_record_names_files_and_never_the_token(
    call: Any, chat: int, telegram: SandboxClient
) -> None:
    await call.upload("sendDocument", "document", "a.txt", b"abc", chat_id=str(chat))
    record = await telegram.record()
    assert record[-1]["parameters"]["document"] == {"file": "a.txt", "size": 3}
    assert call.token not in str(record)


async def test_pages_of_other_origins_may_not_drive_the_sandbox(sandbox: Sandbox) -> None:
    async with ClientSession() as session:
        headers = {"Origin": "https://elsewhere.example.org"}
        body = {"first_name": "Ева"}
        async with session.post(f"{sandbox.url}/sandbox/people", json=body, headers=headers) as response:
            assert response.status == 403
        headers = {"Host": "rebound.example.org"}
        async with session.get(f"{sandbox.url}/sandbox/people", headers=headers) as response:
            assert response.status == 403
        async with session.get(sandbox.url) as response:
            assert "script-src 'self'" in response.headers["Content-Security-Policy"]
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert response.headers["Cache-Control"] == "no-cache"


async def test_an_occupied_port_is_a_plain_oserror(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        with pytest.raises(OSError, match="address already in use"):
            await serve(token=TOKEN, port=holder.getsockname()[1], state_file=tmp_path / "state.sqlite")


async def test_a_stop_does_not_wait_for_open_polls_and_streams() -> None:
    sandbox = Sandbox(token=TOKEN, start=FIRST_MOMENT)
    await sandbox.__aenter__()
    async with ClientSession() as session:
        stream = await session.get(f"{sandbox.url}/sandbox/events")
        query = {"timeout": "50"}
        poll = asyncio.get_running_loop().create_task(
            session.post(f"{sandbox.url}/bot{TOKEN}/getUpdates", params=query)
        )
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await sandbox.__aexit__(None, None, None)
        assert time.monotonic() - began < 3
        with pytest.raises(ClientConnectionError):
            await poll
        stream.close()
