"""What a domain adds to the menu: sentences on what happens now, and buttons."""

from dataclasses import dataclass, field

from notices.buttons import HomeDo, HomeTap
from notices.language import Translator
from notices.letters import Action


@dataclass(frozen=True, slots=True)
class MenuPart:
    """`lines` are HTML sentences that name who must act; `actions` are buttons, the likeliest first."""

    lines: list[str] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)


def to_menu(t: Translator) -> Action:
    return Action(t.label("To the menu"), HomeTap(HomeDo.SHOW))
