"""Where the processes of this machine answer what monitoring asks."""

import urllib.request
from contextlib import suppress

from installation.site import Site
from settings import Settings


def panel_probe(site: Site, path: str) -> str:
    """An address of the panel on this machine; its public one may lie behind a proxy."""
    return f"http://{near(site.settings.panel_host)}:{site.settings.panel_port}/{path}"


def bot_probe(settings: Settings) -> str | None:
    if settings.health_port is not None:
        return f"http://127.0.0.1:{settings.health_port}"
    if settings.updates == "webhook":
        return f"http://{near(settings.webhook_host)}:{settings.webhook_port}"
    return None


def near(host: str) -> str:
    """A listening address as this machine asks it."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def is_ours(address: str) -> bool:
    """Whether Nastavnik is what listens there."""
    with suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  # this machine
        body: bytes = answer.read(16)
        return body == b"ok\n"
    return False
