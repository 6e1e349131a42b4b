"""Files that the bot sends and fetches."""

from typing import Any

from sandbox.contract import Upload
from sandbox.entities import count_units, parse_text
from sandbox.methods.messages import send
from sandbox.pictures import read_size
from sandbox.refusal import Json, Refusal, bad_request
from sandbox.world import World

MAX_CAPTION = 1024
MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024


def read_caption(values: Json) -> Json:
    """Read a caption of up to 1024 UTF-16 units after parsing."""
    if not values.get("caption"):
        return {}
    rich = parse_text(str(values["caption"]), values.get("parse_mode"), values.get("caption_entities"))
    if count_units(rich.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    if not rich.text:
        return {}
    return {"caption": rich.text, **({"caption_entities": rich.entities} if rich.entities else {})}


def take_file(world: World, values: Json, field: str, folder: str) -> Json:
    """Give the facts of the file: newly uploaded, attached by name, or known by its file_id."""
    given: Any = values[field]
    if isinstance(given, str) and given.startswith("attach://"):
        given = values.get(given.removeprefix("attach://"))
        if given is None:
            raise bad_request(f"there is no {field} in the request")
    if isinstance(given, Upload):
        size = len(given.content)
        if size == 0:
            raise bad_request("file must be non-empty")
        if size > MAX_UPLOAD:
            raise Refusal(413, "Request Entity Too Large")
        if field == "photo" and size > MAX_PHOTO:
            raise bad_request(
                f"file of size {size} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
            )
        if field == "photo" and read_size(given.content) is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        return world.add_file(given.name, given.mime, given.content, folder)
    if isinstance(given, str) and given in world.files:
        return world.files[given]
    if isinstance(given, str) and given.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    raise bad_request("wrong file identifier/HTTP URL specified")


def show_document(facts: Json) -> Json:
    """Give the Bot API's Document."""
    keys = ("file_id", "file_unique_id", "file_size", "file_name", "mime_type")
    return {"document": {key: facts[key] for key in keys}}


def show_photo(world: World, facts: Json) -> Json:
    """Give the Bot API's list of PhotoSize: ours has one."""
    width, height = read_size(world.store.read_content(facts["file_id"]) or b"") or (640, 480)
    size = {key: facts[key] for key in ("file_id", "file_unique_id", "file_size")}
    return {"photo": [{**size, "width": width, "height": height}]}


def show_voice(facts: Json, duration: int) -> Json:
    """Give the Bot API's Voice."""
    keys = ("file_id", "file_unique_id", "file_size", "mime_type")
    return {"voice": {**{key: facts[key] for key in keys}, "duration": duration}}


async def send_document(world: World, values: Json) -> Json:
    """SendDocument."""
    world.find_reachable(values["chat_id"])
    caption = read_caption(values)
    return send(
        world, values, {**show_document(take_file(world, values, "document", "documents")), **caption}
    )


async def send_photo(world: World, values: Json) -> Json:
    """SendPhoto."""
    world.find_reachable(values["chat_id"])
    caption = read_caption(values)
    return send(world, values, {**show_photo(world, take_file(world, values, "photo", "photos")), **caption})


async def send_voice(world: World, values: Json) -> Json:
    """SendVoice."""
    world.find_reachable(values["chat_id"])
    caption = read_caption(values)
    facts = take_file(world, values, "voice", "voice")
    return send(world, values, {**show_voice(facts, int(values.get("duration", 1))), **caption})


async def get_file(world: World, values: Json) -> Json:
    """getFile: up to 20 MB."""
    facts = world.files.get(str(values["file_id"]))
    if facts is None:
        raise bad_request("invalid file_id")
    if facts["file_size"] > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    return {key: facts[key] for key in ("file_id", "file_unique_id", "file_size", "file_path")}


METHODS = {
    "sendDocument": send_document,
    "sendPhoto": send_photo,
    "sendVoice": send_voice,
    "getFile": get_file,
}
