"""What the bot says about itself: commands, menu button, names and descriptions; and chats."""

import re
from typing import Any

from sandbox.refusal import Json, bad_request
from sandbox.world import World

MAX_COMMANDS = 100
COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")
MAX_DESCRIPTION = 256
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}
SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
}


def name_scope(world: World, values: Json) -> str:
    """Give the key under which commands of this scope and language are kept."""
    scope: Any = values.get("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    language = str(values.get("language_code", ""))
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    chat = ""
    if scope["type"] in {"chat", "chat_administrators", "chat_member"}:
        chat_id = scope.get("chat_id")
        is_number = isinstance(chat_id, str) and chat_id.isdigit()
        chat = str(world.find_person(int(chat_id) if is_number and chat_id else chat_id).id)
    return f"commands:{scope['type']}:{chat}:{language}"


def check_commands(commands: Any) -> list[Json]:
    """Read a list of commands within Telegram's limits."""
    if not isinstance(commands, list):
        raise bad_request("can't parse commands: expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    checked = []
    for command in commands:
        if not isinstance(command, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        name = str(command.get("command", "")).strip().removeprefix("/")
        description = str(command.get("description", "")).strip()
        if not name:
            raise bad_request("command name must be non-empty")
        if not COMMAND_NAME.fullmatch(name):
            raise bad_request("BOT_COMMAND_INVALID")
        if not description:
            raise bad_request("command description must be non-empty")
        if len(description) > MAX_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        checked.append({"command": name, "description": description})
    return checked


async def set_my_commands(world: World, values: Json) -> bool:
    """setMyCommands; an empty list deletes them."""
    commands = check_commands(values.get("commands"))
    key = name_scope(world, values)
    if commands:
        world.store_setting(key, {"commands": commands})
    else:
        world.drop_setting(key)
    world.events.publish("commands")
    return True


async def get_my_commands(world: World, values: Json) -> list[Json]:
    """GetMyCommands of exactly this scope and language."""
    return list(world.settings.get(name_scope(world, values), {}).get("commands", []))


async def delete_my_commands(world: World, values: Json) -> bool:
    """DeleteMyCommands."""
    world.drop_setting(name_scope(world, values))
    world.events.publish("commands")
    return True


def find_commands(world: World, person_id: int, language: str) -> list[Json]:
    """Give the commands that a person sees, the narrowest scope and the own language first."""
    for scope in (f"chat:{person_id}", "all_private_chats:", "default:"):
        for spoken in (language, ""):
            found = world.settings.get(f"commands:{scope}:{spoken}")
            if found:
                return list(found["commands"])
    return []


async def set_chat_menu_button(world: World, values: Json) -> bool:
    """setChatMenuButton, for one chat or for all."""
    button: Any = values.get("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in {"commands", "web_app", "default"}:
        raise bad_request("can't parse menu button: unsupported type specified")
    chat = str(world.find_person(values["chat_id"]).id) if "chat_id" in values else ""
    world.store_setting(f"menu_button:{chat}", button)
    world.events.publish("commands")
    return True


async def get_chat_menu_button(world: World, values: Json) -> Json:
    """GetChatMenuButton."""
    chat = str(world.find_person(values["chat_id"]).id) if "chat_id" in values else ""
    own = world.settings.get(f"menu_button:{chat}")
    if own is None or own["type"] == "default":
        own = world.settings.get("menu_button:")
    return own if own is not None and own["type"] != "default" else {"type": "commands"}


def store_text(world: World, field: str, values: Json) -> bool:
    """Keep a name or description in one language; an empty one deletes it."""
    text = str(values.get(field, ""))
    if len(text) > TEXT_LIMITS[field]:
        raise bad_request(f"bot {field.replace('_', ' ')} is too long")
    key = f"{field}:{values.get('language_code', '')}"
    if text:
        world.store_setting(key, {field: text})
    else:
        world.drop_setting(key)
    if field == "name" and not values.get("language_code") and text:
        world.bot["first_name"] = text
    world.events.publish("commands")
    return True


def read_stored_text(world: World, field: str, values: Json) -> Json:
    """Give a name or description in the language asked for, else the general one."""
    general = world.settings.get(f"{field}:", {field: world.bot["first_name"] if field == "name" else ""})
    return dict(world.settings.get(f"{field}:{values.get('language_code', '')}", general))


async def set_my_name(world: World, values: Json) -> bool:
    """SetMyName."""
    return store_text(world, "name", values)


async def get_my_name(world: World, values: Json) -> Json:
    """GetMyName."""
    return read_stored_text(world, "name", values)


async def set_my_description(world: World, values: Json) -> bool:
    """SetMyDescription."""
    return store_text(world, "description", values)


async def get_my_description(world: World, values: Json) -> Json:
    """GetMyDescription."""
    return read_stored_text(world, "description", values)


async def set_my_short_description(world: World, values: Json) -> bool:
    """SetMyShortDescription."""
    return store_text(world, "short_description", values)


async def get_my_short_description(world: World, values: Json) -> Json:
    """GetMyShortDescription."""
    return read_stored_text(world, "short_description", values)


async def get_chat(world: World, values: Json) -> Json:
    """GetChat."""
    person = world.find_person(values["chat_id"])
    chat: Json = {**person.chat(), "accent_color_id": 0, "max_reaction_count": 11}
    chat["accepted_gift_types"] = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    if person.pinned:
        message = world.find_message(person.id, person.pinned[-1])
        if message is not None:
            chat["pinned_message"] = message.body
    return chat


METHODS = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "getChat": get_chat,
}
