"""How a browser reaches the panel: said by the panel when it starts, read where the bot links to it."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.installation import Installation


def store_panel_address(session: Session, address: str) -> None:
    session.execute(update(Installation).values(panel_address=address.rstrip("/")))


def read_panel_address(session: Session) -> str | None:
    """Without a slash at its end; None while no panel has ever run here."""
    return session.scalar(select(Installation.panel_address))
