"""Which page of a list the address asks for."""

from flask import request

from admin.inputs import page_number
from services.access.listing import PAGE, Asked


def read_asked(*, size: int = PAGE) -> Asked:
    """By the parameters `page`, counted from 0, `sort` and `down`; what is unreadable is left out."""
    return Asked(
        page=page_number(),
        size=size,
        sort=request.args.get("sort", ""),
        is_descending=request.args.get("down", "") == "1",
    )
