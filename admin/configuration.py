"""What the panel is told by the composition root; it reads no settings itself."""

from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from services.access.clock import Clock


@dataclass(frozen=True, slots=True)
class PanelConfig:
    """`panel_url` is the public address: other Host headers are refused. `is_secure`: browsers use https.

    `data_dir` is the folder of this installation's files; without it nothing can be fetched.
    `packs` is the folder of programme packs; without it no newer content is looked for.
    `bot_username` makes invitation links; without it the panel shows the code to type.
    """

    database_url: str
    secret_key: str
    clock: Clock
    locale: str = "ru"
    panel_url: str = ""
    is_secure: bool = False
    bot_username: str = ""
    is_sandbox: bool = False
    data_dir: Path | None = None
    packs: Path | None = None


def panel_config() -> PanelConfig:
    """The configuration of the running application."""
    found = current_app.extensions["nastavnik"]
    assert isinstance(found, PanelConfig)
    return found
