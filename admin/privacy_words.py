"""The panel's words for consents and personal data; templates translate them."""

from models.people import AgeGroup
from models.privacy import AgreementBasis, DutyKind
from services.access.errors import N_
from services.pairs.papers import MentorPaper
from services.privacy.publications import Gap

PRIVACY_DUTIES = {
    DutyKind.ERASURE: N_("Destroy the data: the consent is withdrawn"),
    DutyKind.STOP: N_("Stop the processing: a demand has come"),
    DutyKind.UNPUBLISH: N_("Take down what is published"),
}
MENTOR_PAPERS = {
    MentorPaper.CONSENT: N_("no written consent to mentoring"),
    MentorPaper.AGREEMENT: N_("no agreement of article 351.8"),
}
MENTOR_PAPERS_MISSING = {
    MentorPaper.CONSENT: N_("The mentor's written consent to mentoring is missing."),
    MentorPaper.AGREEMENT: N_("The mentor's agreement of article 351.8 is missing."),
}
PUBLICATION_GAPS = {
    Gap.NO_CONSENT: N_("no consent to dissemination"),
    Gap.TERM: N_("the consent to dissemination has ended"),
    Gap.SITE: N_("did not allow this address"),
    Gap.FIELDS: N_("did not allow: {fields}"),
}
PUBLISHED = {
    "name": N_("full name"),
    "photo": N_("photograph"),
    "position": N_("position and workplace"),
    "results": N_("results in the programme"),
}
AGREEMENT_BASES = {
    AgreementBasis.ASSIGNMENT: N_("extra work on assignment, paid"),
    AgreementBasis.PERMANENT_DUTY: N_("part of the permanent duties"),
}
AGE_GROUPS = {
    AgeGroup.ADULT: N_("an adult: consents alone"),
    AgeGroup.FROM_14: N_("from 14 to 17: the representative and the person"),
    AgeGroup.UNDER_14: N_("under 14: the representative"),
}
ERASURE_REASONS = {
    "withdrawn": N_("the consent is withdrawn"),
    "demanded": N_("a demand to stop the processing"),
    "retention": N_("the purpose is reached, the term has run out"),
}
DATA_GROUPS = {
    "answers": N_("answers to questionnaires"),
    "questionnaires": N_("questionnaires"),
    "meetings": N_("topics and notes of meetings"),
    "messages": N_("messages of the bot"),
    "chats": N_("ties to a Telegram chat"),
    "invitations": N_("personal links"),
    "lists": N_("origin in a list of staff"),
    "notes": N_("notes and unsaved drafts"),
    "programmes": N_("personalised programmes and plans of support"),
    "events": N_("invitations to events"),
    "profile": N_("facts of the profile"),
    "tasks": N_("tasks about the person"),
    "journal": N_("values in the journal of actions"),
    "mentions": N_("the name in titles of lists and events"),
    "documents": N_("drafts of documents"),
    "publications": N_("lines of the register of publications"),
    "files": N_("files of lists and exports"),
    "person": N_("name and position"),
}
