"""Words for how people come in, where they come from, and what a school year came to."""

from models.audit import Action
from models.imports import ImportState, LegalGround
from models.person_notes import AbsenceKind
from notices.suggestions import KINDS as SUGGESTIONS
from services.access.errors import N_
from services.curator.closings import PairFate
from services.joining.invitations import InvitationStand
from services.people.eligibility import EligibilityGround

__all__ = [
    "ABSENCES",
    "ELIGIBILITY",
    "GROUNDS",
    "IMPORTS",
    "MERGED",
    "PAIR_FATES",
    "PEOPLE_ACTIONS",
    "STANDS",
    "SUGGESTIONS",
]

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

PEOPLE_ACTIONS = {
    Action.PERSON_HANDED_OVER: N_("Rows of the roadmap handed over"),
    Action.ORGANIZATION_CENTER_SET: N_("Support centre chosen"),
    Action.CYCLE_CLOSED: N_("School year closed"),
    Action.CYCLE_ANSWERED: N_("Answered the offer of the next year"),
    Action.PERSON_AGE_GROUP_CHOSEN: N_("Who consents for the person changed"),
    Action.IMPORT_HANDED_IN: N_("List of staff handed in"),
    Action.IMPORT_APPLIED: N_("List of staff added"),
    Action.IMPORT_DISCARDED: N_("List of staff thrown away"),
    Action.INVITATION_CREATED: N_("Invitation made"),
    Action.INVITATION_CLAIMED: N_("Invitation used"),
    Action.INVITATION_REVOKED: N_("Invitation revoked"),
    Action.INVITATION_UNDONE: N_("Used by somebody else: the chat is unlinked"),
    Action.PERSON_ADDED: N_("Person added"),
    Action.PERSON_IMPORTED: N_("Card made from a list of staff"),
    Action.PERSON_EDITED: N_("Card corrected"),
    Action.PAIR_PAUSED: N_("Pair paused"),
    Action.PAIR_RESUMED: N_("Pair goes on"),
    Action.PERSON_DISMISSED: N_("Dismissal noted"),
    Action.PERSON_ELIGIBILITY_SET: N_("Grounds for a mentor noted"),
    Action.PERSON_MERGED: N_("Another card joined into this one"),
    Action.PERSON_FILE_SHOWN: N_("Personal file shown to the mentor"),
    Action.PERSON_ON_LEAVE: N_("Long leave noted"),
    Action.PERSON_RETURNED: N_("Back again"),
    Action.PERSON_TRANSFERRED: N_("Transferred to another organisation"),
    Action.CONSULTATION_ADDED: N_("Consultation of the psychologist noted"),
    Action.CONSULTATION_REMOVED: N_("Record of a consultation removed"),
    Action.TESTIMONY_ADDED: N_("Needs noted that others told"),
    Action.TESTIMONY_INFORMED: N_("Told that others named needs"),
    Action.TESTIMONY_REMOVED: N_("Needs that others told removed"),
    Action.PERSON_LOCALE_CHOSEN: N_("Language chosen"),
    Action.ROLE_LEFT: N_("Role given up"),
}
