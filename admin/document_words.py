"""The panel's words for documents; templates translate them."""

from models.documents import DocumentKind
from services.access.errors import N_
from services.documents.declining import Case

PURPOSES = {
    DocumentKind.CURATOR_ORDER: N_("Who leads the programme and who keeps the contact."),
    DocumentKind.MENTORS_ORDER: N_("All mentors of the year in one order."),
    DocumentKind.PAIRS_ORDER: N_("Pairs that both agreed to, in one order. Signing makes them official."),
    DocumentKind.MENTOR_CONSENT: N_("The written consent of article 351.8, a sheet for each pair."),
    DocumentKind.MENTEE_CONSENT: N_("The mentee's consent to the programme, a sheet for each mentee."),
    DocumentKind.AGREEMENT: N_("The supplement to the employment contract, one for each pair."),
    DocumentKind.PROGRAMME: N_("Goal, activities and dates of a pair."),
    DocumentKind.SUPPORT_PLAN: N_("Who has no mentor yet, and how they are supported."),
    DocumentKind.REQUESTS: N_("What people asked for, and what was decided."),
    DocumentKind.ENDING_ORDER: N_("Ends pairs on the day that it names; may name the next mentor."),
    DocumentKind.PAIR_REPORT: N_("Meetings and hours by the log; the mentor writes the rest by hand."),
}

CASES = {
    Case.GENITIVE: N_("of whom (genitive)"),
    Case.DATIVE: N_("to whom (dative)"),
    Case.ACCUSATIVE: N_("whom (accusative)"),
}

PAPER_TEXTS = {
    "founder": N_("Founder"),
    "short_name": N_("Short name of the organisation"),
    "place": N_("Place, as orders write it"),
    "control": N_("Who controls: the last item of an order"),
    "schedule": N_("Reporting of pairs"),
    "content": N_("Content of the mentor's work"),
    "work_form": N_("Form of the work"),
    "payment": N_("Payment"),
    "duties_curator": N_("Duties of the curator"),
    "duties_liaison": N_("Duties of the liaison"),
}

OFFICIALS = {
    "head": N_("Head"),
    "curator": N_("Curator"),
    "liaison": N_("Liaison"),
}
