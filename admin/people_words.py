"""Words for how people come in, where they come from, and what a school year came to."""

from models.imports import ImportState, LegalGround
from models.people import Outcome
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
    "OUTCOMES",
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

OUTCOMES = {
    Outcome.COMPLETED: N_("completed the pair's plan"),
    Outcome.EXTENDED: N_("the pair goes on next year"),
    Outcome.ENDED_EARLY: N_("the pair ended early"),
    Outcome.UNPAIRED: N_("stayed without a pair"),
    Outcome.UNFINISHED: N_("did not finish the questionnaire"),
    Outcome.LEFT: N_("left the programme"),
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
    "person.handed_over": N_("Rows of the roadmap handed over"),
    "organization.center_set": N_("Support centre chosen"),
    "cycle.closed": N_("School year closed"),
    "cycle.answered": N_("Answered the offer of the next year"),
    "person.age_group_chosen": N_("Who consents for the person changed"),
    "import.handed_in": N_("List of staff handed in"),
    "import.applied": N_("List of staff added"),
    "import.discarded": N_("List of staff thrown away"),
    "invitation.created": N_("Invitation made"),
    "invitation.claimed": N_("Invitation used"),
    "invitation.revoked": N_("Invitation revoked"),
    "invitation.undone": N_("Used by somebody else: the chat is unlinked"),
    "person.added": N_("Person added"),
    "person.imported": N_("Card made from a list of staff"),
    "person.edited": N_("Card corrected"),
    "pair.paused": N_("Pair paused"),
    "pair.resumed": N_("Pair goes on"),
    "person.dismissed": N_("Dismissal noted"),
    "person.eligibility_set": N_("Grounds for a mentor noted"),
    "person.merged": N_("Another card joined into this one"),
    "person.file_shown": N_("Personal file shown to the mentor"),
    "person.on_leave": N_("Long leave noted"),
    "person.returned": N_("Back again"),
    "person.transferred": N_("Transferred to another organisation"),
    "consultation.added": N_("Consultation of the psychologist noted"),
    "consultation.removed": N_("Record of a consultation removed"),
    "testimony.added": N_("Needs noted that others told"),
    "testimony.informed": N_("Told that others named needs"),
    "testimony.removed": N_("Needs that others told removed"),
    "person.locale_chosen": N_("Language chosen"),
    "role.left": N_("Role given up"),
}
