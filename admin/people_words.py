"""Words of the panel for people: how they come in, where from, and what keeps them away."""

from models.imports import ImportState, LegalGround
from models.person_notes import AbsenceKind
from services.access.errors import N_
from services.joining.invitations import InvitationStand
from services.people.eligibility import EligibilityGround
from services.people.lists import ChatState

IMPORTS = {
    ImportState.CHECKING: N_("being checked"),
    ImportState.CHECKED: N_("checked, waits for you"),
    ImportState.APPLYING: N_("being added"),
    ImportState.APPLIED: N_("added"),
    ImportState.REFUSED: N_("could not be read"),
    ImportState.DISCARDED: N_("thrown away"),
}

GROUNDS = {LegalGround.EMPLOYER: N_("the employer's list, for an invitation")}

STANDS = {
    InvitationStand.NONE: N_("no link yet"),
    InvitationStand.WAITING: N_("has a link, has not come yet"),
    InvitationStand.LATE: N_("invited long ago, has not come"),
    InvitationStand.EXPIRED: N_("the link ran out or was switched off"),
    InvitationStand.CAME: N_("in the chat"),
    InvitationStand.DECLINED: N_("declined"),
    InvitationStand.UNDONE: N_("somebody else had used the link"),
}


CHATS = {
    ChatState.NONE: N_("not invited"),
    ChatState.INVITED: N_("invited, has not come yet"),
    ChatState.LINKED: N_("in the chat"),
    ChatState.UNREACHABLE: N_("cannot be reached"),
}

ABSENCES = {
    AbsenceKind.LEAVE: N_("long leave"),
    AbsenceKind.DISMISSAL: N_("dismissal"),
    AbsenceKind.TRANSFER: N_("transfer"),
}

ELIGIBILITY = {
    EligibilityGround.YOUNG_SPECIALIST: N_("young specialist"),
    EligibilityGround.NEW_HERE: N_("new at this workplace"),
    EligibilityGround.RETURNED: N_("returned after a break"),
    EligibilityGround.UP_TO_35: N_("up to 35"),
}

MERGED = {
    "roles": N_("roles"),
    "pairs": N_("places in pairs"),
    "surveys": N_("questionnaires"),
    "consents": N_("decisions on consents"),
    "invitations": N_("invitations"),
    "tasks": N_("to-dos"),
}
