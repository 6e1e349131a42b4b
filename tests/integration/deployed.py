"""The files of the deployment, read."""

from typing import Any

import yaml
from dotenv import dotenv_values

from nastavnik import PROBED
from tests.guards.tree import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", *PROBED)
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
EXAMPLE = dotenv_values(ROOT / "deploy" / "compose.env.example")
