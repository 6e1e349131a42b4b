"""Words of the panel for pairs: whom one waits for, what to think of before, how it ended."""

from models.pairs import WaitsFor
from services.access.errors import N_
from services.curator.closings import PairFate
from services.matching.scoring import Caution
from services.pairs.assignments import EndReason

AWAITED = {
    WaitsFor.MENTEE: N_("waits for the mentee"),
    WaitsFor.MENTOR: N_("waits for the mentor"),
    WaitsFor.BOTH: N_("waits for both"),
    WaitsFor.CURATOR: N_("waits for you"),
}

AWAITS_CURATOR = N_("waits for the curator")

CAUTIONS = {
    Caution.NOT_RECOMMENDED: N_("The psychologist does not recommend this pair."),
    Caution.REFUSED_BEFORE: N_("They were offered to each other before, and one of them declined."),
    Caution.UNWANTED: N_("One of them would rather not work with the other."),
    Caution.INTERVIEW_DECLINED: N_("The interview does not recommend the mentor for now."),
    Caution.INTERVIEW_RESERVE: N_("After the interview the mentor is kept in reserve."),
    Caution.NEED_NOT_COVERED: N_("None of the most pressing needs is among the mentor's strong sides."),
    Caution.NO_SHARED_SUBJECT: N_("They teach different subjects."),
    Caution.NO_SHARED_TIME: N_("They have no common days or times."),
    Caution.TOPICS_NOT_COVERED: N_(
        "None of the topics that the mentee chose is a strong side of the mentor."
    ),
    Caution.WITH_SUPPORT: N_("The psychologist recommends the pair with support only."),
    Caution.LESS_EXPERIENCE: N_("The mentor has no more years of experience than the mentee."),
    Caution.NOT_YOUNGER: N_(
        "In reverse mentoring the mentor is the younger one; here it is the other way round."
    ),
    Caution.FORMATS_DIFFER: N_("One prefers to meet in person, the other online."),
    Caution.KINDS_DIFFER: N_("They want different kinds of mentoring."),
    Caution.NOT_INFORMED: N_("The mentor has not confirmed knowing of the written agreement."),
    Caution.MUCH_WORK: N_("The mentor has little time or other mentees already."),
}

END_REASONS = {
    EndReason.COMPLETED: N_("the plan is carried out"),
    EndReason.BY_MENTOR: N_("the mentor asked for it"),
    EndReason.BY_MENTEE: N_("the mentee asked for it"),
    EndReason.MUTUAL: N_("both asked for it"),
    EndReason.BY_CURATOR: N_("the curator decided"),
    EndReason.CONSENT_WITHDRAWN: N_("consent was withdrawn"),
}

PAIR_FATES = {
    PairFate.COMPLETE: N_("completed its work"),
    PairFate.EXTEND: N_("wants to go on next year"),
    PairFate.END_EARLY: N_("ended early"),
}
