"""The panel's words for the roadmap: states of rows, what the data count, acts in the journal."""

from collections.abc import Mapping

from models.audit import Action
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
TAGS = {RowState.DONE: "good", RowState.LATE: "bad", RowState.DUE: "mine", RowState.OLD: "wait"}

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
    "training_held": N_("Trainings held"),
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
    "invitations_sent": N_("People invited to the final event"),
    "awards_ordered": N_("Orders on encouragement"),
    "best_practices": N_("Cases and methods published"),
    "publications": N_("Publications"),
    "memos_sent": N_("Audiences that got their memo"),
    "minutes_kept": N_("Minutes of councils and round tables"),
    "partners_found": N_("Partners"),
}

ACTIONS = {
    Action.ROADMAP_PLANNED: N_("Row of the roadmap planned"),
    Action.ROADMAP_SHIFTED: N_("Old dates of the roadmap moved to this school year"),
    Action.ROADMAP_PUT_OFF: N_("Reminders of a row put off for a week"),
    Action.ROADMAP_PROOF_ADDED: N_("Evidence put down for a row of the roadmap"),
    Action.ROADMAP_DONE: N_("Row of the roadmap done"),
    Action.ROADMAP_REOPENED: N_("Row of the roadmap opened again"),
    Action.ROADMAP_ASKED: N_("Responsible person reminded of a row"),
    Action.SCHOOL_DAYS_ADDED: N_("Days of the school calendar added"),
    Action.SCHOOL_DAYS_REMOVED: N_("Days of the school calendar removed"),
}

SUBJECTS = {
    "roadmap_entry": N_("row of the roadmap"),
    "school_days": N_("school calendar"),
    "event": N_("event"),
    "publication": N_("publication"),
    "partner": N_("partner"),
    "memo": N_("memo"),
    "survey_wave": N_("survey wave"),
    "web_link": N_("personal link to a form"),
}


EVENT_STATUSES = {
    EventStatus.PLANNED: N_("ahead"),
    EventStatus.HELD: N_("has taken place"),
    EventStatus.CANCELLED: N_("called off"),
}
ANSWERS = {GuestAnswer.COMES: N_("comes"), GuestAnswer.CANNOT: N_("cannot come")}

EVENT_ACTIONS = {
    Action.EVENT_PLANNED: N_("Event planned"),
    Action.EVENT_CHANGED: N_("Event changed"),
    Action.EVENT_CANCELLED: N_("Event called off"),
    Action.EVENT_INVITED: N_("Guests invited to an event"),
    Action.EVENT_HELD: N_("Attendance of an event noted"),
    Action.EVENT_MINUTES_WRITTEN: N_("Minutes of an event written"),
    Action.EVENT_MATERIAL_ADDED: N_("Material of an event added"),
}

PUBLICATIONS = {
    PublicationKind.NEWS: N_("news"),
    PublicationKind.PROGRAMME: N_("programmes of mentoring"),
    PublicationKind.RESULTS: N_("results of a pair"),
    PublicationKind.CASE: N_("case"),
    PublicationKind.METHOD: N_("method materials"),
    PublicationKind.LEGAL: N_("regulation and local acts"),
}
AUDIENCES = {Side.MENTOR: N_("for mentors"), Side.MENTEE: N_("for mentees")}

OUTREACH_ACTIONS = {
    Action.PUBLICATION_ADDED: N_("Publication entered"),
    Action.PUBLICATION_REMOVED: N_("Publication removed from the register"),
    Action.PARTNER_ADDED: N_("Partner entered"),
    Action.PARTNER_REMOVED: N_("Partner removed"),
    Action.MEMO_WRITTEN: N_("Memo written"),
    Action.MEMO_SENT: N_("Memo sent"),
}
