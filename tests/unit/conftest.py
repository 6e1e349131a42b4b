"""A school with a pair whose two sides write to the bot."""

import pytest

from models.engine import Database
from tests.conftest import FIRST_MOMENT
from tests.unit.test_meetings import Pair
from tests.unit.writers import Writer
from tests.world import World, found_school


@pytest.fixture
def world(database: Database) -> World:
    return found_school(database, FIRST_MOMENT)


@pytest.fixture
def pair(world: World) -> Pair:
    return Pair(world)


@pytest.fixture
def mentor(pair: Pair) -> Writer:
    return Writer(pair)


@pytest.fixture
def mentee(pair: Pair) -> Writer:
    return Writer(pair, pair.mentee)
