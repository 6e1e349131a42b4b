"""The address of the page that is shown, with some of its parameters changed; and a name's first letters."""

from flask import request, url_for


def here(**changes: object) -> str:
    """The shown page with these parameters of its address set, or left out where they are empty.

    What is filtered, sorted and turned to stays in the address, so that it can be kept and sent on.
    """
    asked: dict[str, object] = request.args.to_dict(flat=False)  # type: ignore[assignment]  # a list fits
    kept = {name: value for name, value in (asked | changes).items() if value not in (None, "", [""])}
    return url_for(request.endpoint or "home.index", **(request.view_args or {}), **kept)  # type: ignore[arg-type]


def initials(name: str) -> str:
    """Up to two capitals, e.g. "СА" of "Соколова Анна Игоревна"."""
    return "".join(word[0].upper() for word in name.split()[:2])
