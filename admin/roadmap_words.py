"""The panel's words for the roadmap: states of rows, what the data count, acts in the journal."""

from collections.abc import Mapping

from models.events import EventStatus, GuestAnswer
from models.outreach import PublicationKind
from models.people import Role as Side
from models.roadmap import ProofKind
from services.access.errors import N_
from services.programmes.roadmaps import Evidence
from services.roadmap.reading import RowState

STATES = {
    RowState.DONE: N_("done"),
    RowState.LATE: N_("late"),
    RowState.DUE: N_("due now"),
    RowState.COMING: N_("ahead"),
    RowState.UNDATED: N_("no dates"),
    RowState.OLD: N_("dates of an earlier year"),
}
TAGS = {RowState.DONE: "good", RowState.LATE: "mine", RowState.DUE: "mine", RowState.OLD: "wait"}

PROOFS = {ProofKind.LINK: N_("link"), ProofKind.FILE: N_("file"), ProofKind.WORD: N_("by word")}


EVIDENCE: Mapping[Evidence, str] = {
    "requests_collected": N_("Mentees' questionnaires sent"),
    "mentors_surveyed": N_("Mentors' questionnaires sent"),
    "mentee_consents": N_("Mentees' consents given"),
    "mentor_consents": N_("Mentors' consents given"),
    "mentee_bank": N_("Mentees in the bank"),
    "mentor_bank": N_("Mentors in the bank"),
    "request_list": N_("Requests of mentees in the bank"),
    "interviews_held": N_("Interviews held"),
    "mentors_ordered": N_("Mentors appointed by order"),
    "training_held": N_("Mentors who were trained"),
    "preferences_asked": N_("Preferences named"),
    "pairs_formed": N_("Mentees in an agreed pair"),
    "pairs_ordered": N_("Pairs fixed by an order"),
    "programs_written": N_("Personalised programmes written"),
    "unpaired_supported": N_("Mentees in a pair, or supported without one"),
    "intro_meetings": N_("Pairs that held the introduction"),
    "trial_meetings": N_("Pairs that held the trial meeting"),
    "planning_meetings": N_("Pairs that held the planning meeting"),
    "regular_meetings": N_("Pairs that held working meetings"),
    "final_meetings": N_("Pairs that held the final meeting"),
    "feedback_given": N_("Feedback given after meetings"),
    "quality_assessed": N_("Sheets of the nine criteria"),
    "satisfaction_asked": N_("Participants who answered on satisfaction"),
    "indicators_before": N_("Participants measured at the beginning"),
    "indicators_after": N_("Participants measured a second time"),
    "round_table_held": N_("Round tables held"),
    "council_held": N_("Councils held"),
    "final_event_held": N_("Final events held"),
    "group_final_held": N_("Final meetings of all pairs held"),
    "themed_events": N_("Festivals, forums and contests held"),
    "final_event_ordered": N_("Orders on the final event"),
    "invitations_sent": N_("Participants invited to the final event"),
    "awards_ordered": N_("Orders on encouragement"),
    "best_practices": N_("Cases and methods published"),
    "publications": N_("Publications"),
    "results_published": N_("Publications of results, cases and methods"),
    "memos_sent": N_("Audiences that got their memo"),
    "minutes_kept": N_("Minutes of councils and round tables"),
    "partners_found": N_("Partners"),
}


EVENT_STATUSES = {
    EventStatus.PLANNED: N_("ahead"),
    EventStatus.HELD: N_("has taken place"),
    EventStatus.CANCELLED: N_("called off"),
}
ANSWERS = {GuestAnswer.COMES: N_("comes"), GuestAnswer.CANNOT: N_("cannot come")}


PUBLICATIONS = {
    PublicationKind.NEWS: N_("news"),
    PublicationKind.PROGRAMME: N_("programmes of mentoring"),
    PublicationKind.RESULTS: N_("results of a pair"),
    PublicationKind.CASE: N_("case"),
    PublicationKind.METHOD: N_("method materials"),
    PublicationKind.LEGAL: N_("regulation and local acts"),
}
AUDIENCES = {Side.MENTOR: N_("for mentors"), Side.MENTEE: N_("for mentees")}
