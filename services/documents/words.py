"""One word for each state, as msgids: pages, files and the chat translate the same tables."""

from collections.abc import Mapping

from models.accounts import AccountRole
from models.consents import ConsentKind, ConsentMedium
from models.documents import DocumentKind, DocumentStatus
from models.meetings import MeetingFormat, MeetingStatus, Source
from models.messages import NoticeKind, OutboxStatus
from models.pairs import Decision, DeclineReason, PairStatus
from models.people import Outcome, ParticipationStatus, Role
from models.requests import RequestKind, RequestStatus
from models.surveys import SurveyStatus
from services.access.errors import N_
from services.consents.states import ConsentState
from services.programmes import roadmaps, surveys

ROLES = {Role.MENTEE: N_("mentee"), Role.MENTOR: N_("mentor")}

ACCOUNT_ROLES = {
    AccountRole.ADMINISTRATOR: N_("administrator"),
    AccountRole.CURATOR: N_("curator"),
    AccountRole.HEAD: N_("head"),
    AccountRole.PSYCHOLOGIST: N_("psychologist"),
    AccountRole.OBSERVER: N_("observer"),
}

PARTICIPATIONS = {
    ParticipationStatus.INTAKE: N_("fills in the questionnaire"),
    ParticipationStatus.READY: N_("in the bank"),
    ParticipationStatus.PAIRED: N_("in a pair"),
    ParticipationStatus.LEFT: N_("left the programme"),
}

OUTCOMES = {
    Outcome.COMPLETED: N_("completed the pair's plan"),
    Outcome.EXTENDED: N_("the pair goes on next year"),
    Outcome.ENDED_EARLY: N_("the pair ended early"),
    Outcome.UNPAIRED: N_("stayed without a pair"),
    Outcome.UNFINISHED: N_("did not finish the questionnaire"),
    Outcome.LEFT: N_("left the programme"),
}

CONSENT_KINDS = {
    ConsentKind.PD_PROCESSING: N_("processing of personal data"),
    ConsentKind.REPRESENTATIVE: N_("legal representative"),
    ConsentKind.MINOR_ASSENT: N_("assent of a participant from 14 to 17"),
    ConsentKind.DISSEMINATION: N_("dissemination (publications)"),
    ConsentKind.LONG_TERM_BANK: N_("long-term bank"),
    ConsentKind.PHOTO_VIDEO: N_("photographs and video"),
    ConsentKind.MENTORING: N_("mentoring work (article 351.8)"),
}

CONSENTS = {
    ConsentState.NONE: N_("not asked yet"),
    ConsentState.GIVEN: N_("given"),
    ConsentState.OUTDATED: N_("given to an earlier text"),
    ConsentState.DECLINED: N_("declined"),
    ConsentState.WITHDRAWN: N_("withdrawn"),
    ConsentState.EXPIRED: N_("its term has ended"),
}

CONSENT_MEDIA = {
    ConsentMedium.CHAT: N_("in the chat"),
    ConsentMedium.PAPER: N_("on paper"),
    ConsentMedium.WEB: N_("in a web form"),
}

PAIRS = {
    PairStatus.DRAFT: N_("draft: nobody has been told"),
    PairStatus.OFFERED: N_("offered"),
    PairStatus.ACCEPTED: N_("accepted by both"),
    PairStatus.ORDERED: N_("order signed"),
    PairStatus.ACTIVE: N_("at work"),
    PairStatus.PAUSED: N_("paused"),
    PairStatus.COMPLETED: N_("completed"),
    PairStatus.TERMINATED: N_("ended early"),
    PairStatus.DECLINED: N_("one side declined"),
    PairStatus.EXPIRED: N_("offer ended"),
}

DECISIONS = {Decision.ACCEPTED: N_("accepted the offer"), Decision.DECLINED: N_("declined the offer")}

DECLINE_REASONS = {
    DeclineReason.SCHEDULE: N_("the schedules do not fit"),
    DeclineReason.SUBJECT: N_("another subject"),
    DeclineReason.WORKLOAD: N_("too much work"),
    DeclineReason.PERSONAL: N_("personal reasons"),
    DeclineReason.OTHER: N_("another reason"),
}

REQUEST_KINDS = {
    RequestKind.REPLACEMENT: N_("Replacement of the partner"),
    RequestKind.RELEASE: N_("Release from the mentor's duties"),
    RequestKind.UNFIT: N_("The pair does not suit"),
    RequestKind.EXTENSION: N_("Extension of the pair's work"),
    RequestKind.COMPLETION: N_("Early completion"),
    RequestKind.LESSON: N_("Release from a lesson"),
    RequestKind.INVOLVE: N_("Involving a colleague"),
    RequestKind.ENCOURAGE: N_("Encouragement of the mentee"),
    RequestKind.CONTEST: N_("Recommendation for a contest"),
    RequestKind.FILE: N_("Look into the personal file"),
    RequestKind.QUESTION: N_("Question to the partner"),
}

REQUESTS = {
    RequestStatus.WAITING: N_("waits for a decision"),
    RequestStatus.GRANTED: N_("granted"),
    RequestStatus.REFUSED: N_("refused"),
    RequestStatus.WITHDRAWN: N_("taken back"),
    RequestStatus.CLOSED: N_("the pair ended before"),
}

MEETINGS = {
    MeetingStatus.PROPOSED: N_("proposed, waits for the other side"),
    MeetingStatus.PLANNED: N_("planned"),
    MeetingStatus.HELD: N_("held"),
    MeetingStatus.MISSED: N_("did not take place"),
    MeetingStatus.MOVED: N_("moved"),
    MeetingStatus.CANCELLED: N_("cancelled"),
}

MEETING_FORMATS = {MeetingFormat.IN_PERSON: N_("in person"), MeetingFormat.ONLINE: N_("online")}

SOURCES = {Source.BOT: N_("from the chat"), Source.PANEL: N_("entered by the curator")}

RUNS = {
    SurveyStatus.OPEN: N_("no answer yet"),
    SurveyStatus.PAUSED: N_("begun"),
    SurveyStatus.SENT: N_("answered"),
    SurveyStatus.PARTIAL: N_("answered in part"),
    SurveyStatus.EXPIRED: N_("closed without an answer"),
}

OUTBOX = {
    OutboxStatus.WAITING: N_("waits to be sent"),
    OutboxStatus.SENT: N_("sent"),
    OutboxStatus.SKIPPED: N_("not sent: no longer needed"),
    OutboxStatus.PARKED: N_("refused by Telegram"),
}

NOTICES = {
    NoticeKind.JOINING_RECOGNISED: N_("Recognised by the curator"),
    NoticeKind.JOINING_REFUSED: N_("Not recognised"),
    NoticeKind.JOINING_MOVED: N_("The person writes from another chat now"),
    NoticeKind.JOINING_UNDONE: N_("A chat is unlinked again"),
    NoticeKind.ACCOUNT_UNLINKED: N_("The chat no longer opens the panel"),
    NoticeKind.ACCOUNT_CHANGED: N_("Word to the owner of an account"),
    NoticeKind.REQUEST_DECIDED: N_("Decision on a request, or an answer to a question"),
    NoticeKind.REQUEST_ASKED: N_("Question whether one consents to a request"),
    NoticeKind.REQUEST_QUESTION: N_("Question of a pair's other side"),
    NoticeKind.REQUEST_LATE: N_("Word that a request waits for too long"),
    NoticeKind.CONSENT_REQUEST: N_("Question for a consent"),
    NoticeKind.PRIVACY_ERASED: N_("Word that the data are destroyed"),
    NoticeKind.SURVEY_UNFINISHED: N_("Reminder of an unfinished questionnaire"),
    NoticeKind.PROGRAMME_PROPOSED: N_("A personalised programme to look at"),
    NoticeKind.PROGRAMME_CHANGE: N_("A change of the personalised programme to agree to"),
    NoticeKind.PROGRAMME_ANSWERED: N_("Answer to a change of the personalised programme"),
    NoticeKind.PROGRAMME_DECIDED: N_("The curator's decision on the personalised programme"),
    NoticeKind.PROGRAMME_REMINDER: N_("Reminder of the personalised programme"),
    NoticeKind.SUPPORT_SHARED: N_("Plan of support for the mentee"),
    NoticeKind.PAIR_OFFER: N_("Offer of a pair"),
    NoticeKind.PAIR_OFFER_REMINDER: N_("Reminder of an offer"),
    NoticeKind.PAIR_FIRST_MEETING: N_("Reminder of the first meeting"),
    NoticeKind.PAIR_SILENT: N_("Word that there was no meeting for long"),
    NoticeKind.PAIR_ACCEPTED: N_("The pair is agreed"),
    NoticeKind.PAIR_MEMBER_JOINED: N_("One more in the group"),
    NoticeKind.PAIR_MEMBER_LEFT: N_("Somebody has left the group"),
    NoticeKind.PAIR_DECLINED: N_("The offer was declined"),
    NoticeKind.PAIR_EXPIRED: N_("The offer ran out"),
    NoticeKind.PAIR_WITHDRAWN: N_("The offer was withdrawn"),
    NoticeKind.PAIR_UNREACHABLE: N_("The partner cannot be reached at present"),
    NoticeKind.PAIR_CHANGED: N_("Form, kind or term of the pair has changed"),
    NoticeKind.PAIR_TERM_ENDS: N_("Reminder of the last day of the pair's work"),
    NoticeKind.PAIR_ENDED: N_("The pair has ended"),
    NoticeKind.PAIR_PAUSED: N_("The pair is paused"),
    NoticeKind.PAIR_RESUMED: N_("The pair goes on"),
    NoticeKind.PERSON_DISMISSED: N_("Part in the programme has ended"),
    NoticeKind.PERSON_TRANSFERRED: N_("Transferred to another organisation"),
    NoticeKind.CYCLE_CLOSED: N_("The school year is over: thanks and an offer"),
    NoticeKind.MEETING_PROPOSED: N_("Meeting proposed"),
    NoticeKind.MEETING_PLANNED: N_("Meeting planned"),
    NoticeKind.MEETING_COMING: N_("A mentee of the group comes or cannot come"),
    NoticeKind.MATCH_ASK: N_("Question to a mentor about the plan of pairs"),
    NoticeKind.MATCH_ASK_REMINDER: N_("Reminder of a question about the plan of pairs"),
    NoticeKind.MEETING_CANCELLED: N_("Meeting cancelled"),
    NoticeKind.MEETING_REMINDER: N_("Reminder of a meeting"),
    NoticeKind.MEETING_QUESTION: N_("Question after a meeting"),
    NoticeKind.SURVEY_INVITE: N_("Invitation to answer a survey"),
    NoticeKind.FEEDBACK_INVITE: N_("Invitation to give feedback"),
    NoticeKind.FEEDBACK_REMINDER: N_("Reminder of feedback"),
    NoticeKind.SCREEN_CURRENT: N_("The person's current screen"),
    NoticeKind.ROADMAP_REMINDER: N_("Reminder of a row of the roadmap"),
    NoticeKind.ROADMAP_ASKED: N_("Curator's reminder of a row"),
    NoticeKind.ROADMAP_DIGEST: N_("Monday digest of the roadmap"),
    NoticeKind.EVENT_INVITATION: N_("Invitation to an event"),
    NoticeKind.EVENT_MOVED: N_("Event moved"),
    NoticeKind.EVENT_CANCELLED: N_("Event called off"),
    NoticeKind.EVENT_REMINDER: N_("Reminder of an event"),
    NoticeKind.EVENT_MATERIALS: N_("Materials of an event"),
    NoticeKind.MEMO_SENT: N_("Memo"),
}

RESPONSIBLE: Mapping[roadmaps.Role, str] = {
    "curator": N_("curator"),
    "head": N_("head"),
    "deputy_head": N_("deputy head"),
    "methodist": N_("methodologist"),
    "psychologist": N_("psychologist"),
    "mentor": N_("mentors"),
    "mentee": N_("mentees"),
    "council_chair": N_("chair of the pedagogical council"),
    "education_authority": N_("education authority"),
    "organizations": N_("educational organisations"),
}

AUDIENCES: Mapping[surveys.Audience, str] = {
    "mentee": N_("mentees"),
    "mentor": N_("mentors"),
    "curator": N_("curator"),
    "psychologist": N_("psychologist"),
    "head": N_("head"),
    "partner": N_("partners"),
}

WINDOWS: Mapping[roadmaps.WindowKind, str] = {
    "absolute": N_("by a date"),
    "yearly": N_("every year"),
    "school_year": N_("in the school year"),
    "on_request": N_("on request"),
    "whole_period": N_("the whole period"),
    "pair_programs": N_("by the pairs' programmes"),
    "own_schedule": N_("by a separate schedule"),
}

DOCUMENTS = {
    DocumentKind.CURATOR_ORDER: N_("Order on the curator and the liaison"),
    DocumentKind.MENTORS_ORDER: N_("Order on mentors"),
    DocumentKind.PAIRS_ORDER: N_("Order on pairs and groups"),
    DocumentKind.MENTOR_CONSENT: N_("Mentor's consent to the work"),
    DocumentKind.MENTEE_CONSENT: N_("Mentee's consent to take part"),
    DocumentKind.AGREEMENT: N_("Agreement on mentoring"),
    DocumentKind.PROGRAMME: N_("Personalised programme"),
    DocumentKind.SUPPORT_PLAN: N_("Mentees without a pair"),
    DocumentKind.REQUESTS: N_("Register of requests"),
    DocumentKind.ENDING_ORDER: N_("Order on a replacement or an end"),
    DocumentKind.PAIR_REPORT: N_("Mentor's final report"),
}

DOCUMENT_STATES = {
    DocumentStatus.DRAFT: N_("draft"),
    DocumentStatus.SIGNED: N_("signed"),
}

OCCASIONS = {
    "mentee_intake": N_("when joining"),
    "mentor_intake": N_("when joining"),
    "post_meeting": N_("after each meeting"),
    "quality_checklist": N_("December and June"),
    "satisfaction_mid": N_("in the middle of the year"),
    "satisfaction_final": N_("at the end of the year"),
    "indicators_before": N_("when both have agreed to the pair"),
    "indicators_after": N_("after the final meeting"),
    "satisfaction_short": N_("on day 30 of a pair, then every 60 days"),
    "mutual_preference": N_("after the round table"),
    "compatibility": N_("before a pair is confirmed"),
    "mentor_interview": N_("when choosing mentors"),
    "swot": N_("when summing up"),
    "best_practice": N_("when summing up"),
    "partner_feedback": N_("on request"),
}

INDICATORS = {
    "young_specialists": N_("Young specialists who became mentees"),
    "mentee_satisfaction": N_("Satisfied mentees"),
    "mentor_satisfaction": N_("Satisfied mentors"),
    "student_coverage": N_("Students reached"),
    "staff_coverage": N_("Teaching staff reached"),
}
