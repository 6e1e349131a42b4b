"""The files of the deployment, read."""

from typing import Any

from dotenv import dotenv_values

from nastavnik import PROBED
from tests.guards.tree import ROOT
from tests.integration.yaml_subset import read_yaml

COMPOSE: dict[str, Any] = read_yaml(ROOT / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", *PROBED)
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
EXAMPLE = dotenv_values(ROOT / "deploy" / "compose.env.example")
