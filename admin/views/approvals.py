"""What the head approves, and what was approved when."""

from flask import redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, see
from admin.cycles import cycle
from admin.inputs import text
from admin.languages import label
from admin.pages import Entry, Group, command, page
from models.approvals import ApprovalKind
from services.access.actors import Right
from services.access.errors import N_, NotFound
from services.accounts.record_closures import list_closures, open_records
from services.roadmap.approvals import approve, list_approvals

TITLES = {
    ApprovalKind.CURATOR: N_("Curator of the programme"),
    ApprovalKind.MENTORS: N_("Mentors"),
    ApprovalKind.MENTEES: N_("Mentees"),
    ApprovalKind.ROADMAP: N_("Roadmap"),
}


MOST_NAMED = 50  # names of an approval on the page; the others stand in the list of people


class ApprovalPage(SecuredPage):
    endpoint, url = "approvals", "/approvals"
    entry = Entry(Group.TODAY, 2, N_("Approvals"))

    @page("/", right=Right.SEE_PEOPLE)
    def index(self) -> str:
        found = see(list_approvals, cycle_id=cycle().id)
        may_approve = current_user.has(Right.APPROVE)
        return self.show(
            "panel/approvals.html",
            approvals=found,
            closures=see(list_closures) if may_approve else (),
            titles=TITLES,
            most=MOST_NAMED,
            may_approve=may_approve,
            cycle=cycle(),
        )

    @command("/records/<int:closure_id>", right=Right.APPROVE)
    def open_records(self, closure_id: int) -> Response:
        do(
            open_records,
            closure_id=closure_id,
            success=label("The records are open to the psychologist again."),
        )
        return redirect(url_for("approvals.index"))

    @command("/<kind>", right=Right.APPROVE)
    def approve(self, kind: str) -> Response:
        if kind not in set(ApprovalKind):
            raise NotFound
        do(
            approve,
            cycle_id=cycle().id,
            kind=ApprovalKind(kind),
            document=text("document"),
            success=label("Approved."),
        )
        return redirect(url_for("approvals.index"))
