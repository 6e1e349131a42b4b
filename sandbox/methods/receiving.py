"""getMe, getUpdates and the webhook's settings."""

# ruff: noqa: ARG001 - every method takes the same arguments, so that one table can hold them all

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.refusal import Json, bad_request, conflict
from sandbox.world import World

WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
MAX_CONNECTIONS = 100
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_me(world: World, values: Json) -> Json:
    """GetMe."""
    return {
        **world.bot,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(world: World, values: Json) -> list[Json]:
    """getUpdates, waiting up to 50 s."""
    if "webhook" in world.settings:
        raise conflict(WEBHOOK_ACTIVE)
    world.updates.allow(read_kinds(values.get("allowed_updates")))
    return await world.updates.poll(
        int(values.get("offset", 0)), int(values.get("limit", 100)), float(values.get("timeout", 0))
    )


def read_kinds(raw: Any) -> list[str] | None:
    """Read allowed_updates; None when it is left out."""
    if raw is None:
        return None
    if not isinstance(raw, list):
        raise bad_request("can't parse allowed updates: expected an Array of String")
    return [str(kind) for kind in raw]


async def set_webhook(world: World, values: Json) -> bool:
    """setWebhook: https, or plain http on loopback as a local Bot API server allows."""
    url = str(values.get("url", ""))
    if not url:
        return await delete_webhook(world, values)
    check_webhook_address(url)
    secret = values.get("secret_token")
    if secret is not None and not SECRET.fullmatch(str(secret)):
        raise bad_request("secret token contains unallowed characters")
    connections = int(values.get("max_connections", 40))
    if not 1 <= connections <= MAX_CONNECTIONS:
        connections = 40
    world.updates.interrupt("terminated by setWebhook request")
    world.updates.allow(read_kinds(values.get("allowed_updates")))
    if values.get("drop_pending_updates"):
        world.updates.drop_all()
    world.store_setting("webhook", {"url": url, "secret_token": secret, "max_connections": connections})
    world.updates.wake()
    return True


def check_webhook_address(url: str) -> None:
    """Refuse an address that a webhook cannot have."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.scheme == "http" and not is_loopback(host):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def delete_webhook(world: World, values: Json) -> bool:
    """DeleteWebhook."""
    world.drop_setting("webhook")
    if values.get("drop_pending_updates"):
        world.updates.drop_all()
    world.updates.wake()
    return True


async def get_webhook_info(world: World, values: Json) -> Json:
    """GetWebhookInfo."""
    webhook = world.settings.get("webhook", {"url": ""})
    info: Json = {
        "url": webhook["url"],
        "has_custom_certificate": False,
        "pending_update_count": world.updates.waiting,
    }
    if webhook["url"]:
        info["max_connections"] = webhook["max_connections"]
        info["ip_address"] = "127.0.0.1"
    for key in ("last_error_date", "last_error_message"):
        if key in webhook:
            info[key] = webhook[key]
    if world.updates.allowed:
        info["allowed_updates"] = world.updates.allowed
    return info


async def log_out(world: World, values: Json) -> bool:
    """logOut: accepted; a stand-in has no cloud to leave."""
    return True


async def close(world: World, values: Json) -> bool:
    """close: accepted; the instance goes on."""
    return True


METHODS = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "logOut": log_out,
    "close": close,
}
