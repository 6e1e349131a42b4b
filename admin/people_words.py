"""Words for how people come in, where they come from, and what a school year came to."""

from models.imports import ImportState, LegalGround
from models.person_notes import AbsenceKind
from services.access.errors import N_
from services.curator.closings import PairFate
from services.joining.invitations import InvitationStand
from services.people.eligibility import EligibilityGround

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

PAIR_FATES = {
    PairFate.COMPLETE: N_("completed its work"),
    PairFate.EXTEND: N_("wants to go on next year"),
    PairFate.END_EARLY: N_("ended early"),
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
