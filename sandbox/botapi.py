"""The Bot API over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

import asyncio
import hmac
import json
import re
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from sandbox.contract import Upload, check_method, check_parameters
from sandbox.faults import Fault, Faults
from sandbox.limits import Limits
from sandbox.methods import METHODS
from sandbox.record import Record
from sandbox.refusal import Json, Refusal, bad_request, too_many_requests
from sandbox.world import World

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,}")
MAX_BODY = 64 * 1024 * 1024


class BotApi:
    """Takes calls apart, lets faults and limits have their way, runs the method, writes the record."""

    def __init__(self, token: str, world: World, faults: Faults, limits: Limits, record: Record) -> None:
        self._token = token
        self._world = world
        self._faults = faults
        self._limits = limits
        self._record = record

    def add_routes(self, app: web.Application) -> None:
        """Add the two addresses."""
        app.router.add_route("*", "/bot{token}/{method}", self.answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self.send_file)

    def revoke_token(self, new: str) -> None:
        """Know another token from now on, as after /revoke at BotFather."""
        self._token = new

    def check_token(self, token: str) -> None:
        """Raise 404 for what is no token at all, 401 for a wrong one."""
        if not TOKEN.fullmatch(token):
            raise Refusal(404, "Not Found")
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise Refusal(401, "Unauthorized")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        if request.method not in {"GET", "POST"}:
            return respond(Refusal(404, "Not Found").answer())
        name = request.match_info["method"]
        method = name.lower()
        fault: Fault | None = None
        values: Json = {}
        warnings: list[str] = []
        is_done = False
        try:
            self.check_token(request.match_info["token"])
            check_method(method)
            raw, uploads = await read_body(request)
            values = {**raw, **uploads}
            fault = self._faults.take(method)
            if fault is not None:
                await self._fail_before(fault, request)
            values, warnings = check_parameters(method, raw, uploads)
            body = {"ok": True, "result": await self.run(method, values)}
            is_done = True
        except Refusal as refusal:
            body = refusal.answer()
        hit = fault.kind if fault else None
        self._record.add(method, values, body, is_done=is_done, name=name, fault=hit, warnings=warnings)
        if fault is not None and fault.kind in {"reset_before", "reset_after", "timeout"}:
            hang_up(request)
        return respond(body)

    async def run(self, method: str, values: Json) -> Any:
        """Run a method with checked parameters. Raises Refusal; 501 when the sandbox lacks the method."""
        implementation = METHODS.get(method)
        if implementation is None:
            raise Refusal(501, f"Not Implemented: the sandbox does not know the method {method}")
        self._limits.check(method, values.get("chat_id"))
        return await implementation(self._world, values)

    async def run_webhook_reply(self, body: Json) -> None:
        """Run the call that a webhook's answer may carry."""
        name = str(body.pop("method", ""))
        is_done = False
        try:
            check_method(name)
            values, warnings = check_parameters(name, body, {})
            answer: Json = {"ok": True, "result": await self.run(name.lower(), values)}
            is_done = True
        except Refusal as refusal:
            values, warnings, answer = body, [], refusal.answer()
        self._record.add(
            name.lower(), values, answer, is_done=is_done, name=name, warnings=warnings, by="webhook"
        )

    async def _fail_before(self, fault: Fault, request: web.Request) -> None:
        """Do what a fault does before the method acts."""
        if fault.kind == "429":
            raise too_many_requests(max(1, round(fault.seconds)))
        if fault.kind == "500":
            raise Refusal(500, "Internal Server Error")
        if fault.kind == "502":
            raise Refusal(502, "Bad Gateway")
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "timeout":
            await wait_while_connected(request, fault.seconds)
            raise Refusal(504, "Gateway Timeout")
        if fault.kind == "reset_before":
            raise Refusal(0, "connection reset before the call was done")

    async def send_file(self, request: web.Request) -> web.StreamResponse:
        """Answer a download of a file that getFile named."""
        try:
            self.check_token(request.match_info["token"])
        except Refusal as refusal:
            return respond(refusal.answer())
        path = request.match_info["path"]
        for facts in self._world.files.values():
            if facts["file_path"] == path:
                content = self._world.store.read_content(facts["file_id"])
                if content is not None:
                    return web.Response(body=content, content_type="application/octet-stream")
        return respond(Refusal(404, "Not Found").answer())


async def wait_while_connected(request: web.Request, seconds: float) -> None:
    """Wait, but not longer than the caller does: a stop of the server must not hang on it."""
    step = 0.05
    for _ in range(int(seconds / step)):
        if request.transport is None or request.transport.is_closing():
            return
        await asyncio.sleep(step)


def hang_up(request: web.Request) -> None:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()


def respond(body: Json) -> web.Response:
    """Give the HTTP answer for a JSON body."""
    code = 200 if body["ok"] else int(body["error_code"])
    headers = {}
    if "retry_after" in body.get("parameters", {}):
        headers["Retry-After"] = str(body["parameters"]["retry_after"])
    return web.Response(
        text=json.dumps(body, ensure_ascii=False),
        status=code or 500,
        content_type="application/json",
        headers=headers,
    )


async def read_body(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Give parameters and files from the query and a JSON, urlencoded or multipart body."""
    values: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.method == "GET" or not request.body_exists:
        return values, uploads
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON object: expected an Object")
        return {**values, **body}, uploads
    try:
        form = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    except ValueError:
        raise bad_request("can't parse the request body") from None
    for name, value in form.items():
        if isinstance(value, web.FileField):
            # Clients write names percent-encoded; Telegram reads them so.
            uploads[name] = Upload(unquote(value.filename), value.content_type, value.file.read())
        else:
            values[name] = value.decode() if isinstance(value, (bytes, bytearray)) else value
    return values, uploads
