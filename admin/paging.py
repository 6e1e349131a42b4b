"""Which page of a list the address asks for."""

from flask import request

from admin.inputs import page_number
from services.access.listing import PAGE, Asked


def read_asked(*, size: int = PAGE, is_descending: bool = False) -> Asked:
    """By the parameters `page`, counted from 0, `sort` and `down`; what is unreadable is left out.

    `is_descending`: where the address names no order.
    """
    sort = request.args.get("sort", "")
    return Asked(
        page=page_number(),
        size=size,
        sort=sort,
        is_descending=request.args.get("down", "") == "1" if sort else is_descending,
    )
