"""The pair that a notice is about."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.access.actors import Channel, system
from services.access.errors import NotFound
from services.pairs.cards import PairCard, read_pair


def read_card(session: Session, facts: Mapping[str, Any]) -> PairCard | None:
    try:
        return read_pair(session, actor=system(Channel.BOT), pair_id=int(facts["pair_id"]))
    except NotFound:
        return None
