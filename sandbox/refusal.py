"""How Telegram says no."""

from typing import Any

Json = dict[str, Any]


class Refusal(Exception):
    """An answer `{"ok": false}` with Telegram's status code and wording."""

    def __init__(self, error_code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.error_code = error_code
        self.description = description
        self.parameters = parameters

    def answer(self) -> Json:
        """Give the JSON body of the answer."""
        body: Json = {"ok": False, "error_code": self.error_code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(words: str) -> Refusal:
    """Refuse with 400; the Bot API prefixes each such text."""
    return Refusal(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refusal:
    """Refuse with 403: the person does not want to hear from this bot, or cannot."""
    return Refusal(403, f"Forbidden: {words}")


def conflict(words: str) -> Refusal:
    """Refuse with 409: two readers of one queue of updates."""
    return Refusal(409, f"Conflict: {words}")


def too_many_requests(seconds: int) -> Refusal:
    """Refuse with 429 and the seconds to wait."""
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
