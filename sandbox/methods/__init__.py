"""The Bot API's methods, by name in lower case."""

from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.methods import edits, files, messages, profile, receiving
from sandbox.refusal import Json
from sandbox.world import World

Method = Callable[[World, Json], Awaitable[Any]]

METHODS: dict[str, Method] = {
    name.lower(): method
    for module in (receiving, messages, files, edits, profile)
    for name, method in module.METHODS.items()
}
