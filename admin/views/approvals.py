"""What the head approves, and what was approved when."""

from flask import flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from admin.access import SecuredPage, current_account, current_actor
from admin.cycles import cycle
from admin.languages import label
from admin.pages import Entry, Group, command, page
from admin.storage import now, session
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


class ApprovalPage(SecuredPage):
    endpoint, url = "approvals", "/approvals"
    entry = Entry(Group.TODAY, 2, N_("Approvals"))

    @page("/", right=Right.SEE_PEOPLE)
    def index(self) -> str:
        found = list_approvals(session(), actor=current_actor(), cycle_id=cycle().id)
        may_approve = current_user.has(Right.APPROVE)
        return self.show(
            "panel/approvals.html",
            approvals=found,
            closures=list_closures(
                session(), actor=current_actor(), organization_id=current_account().organization_id
            )
            if may_approve
            else (),
            titles=TITLES,
            may_approve=may_approve,
            cycle=cycle(),
        )

    @command("/records/<int:closure_id>", right=Right.APPROVE)
    def open_records(self, closure_id: int) -> Response:
        if self.succeeds(open_records, actor=current_actor(), closure_id=closure_id, now=now()):
            flash(label("The records are open to the psychologist again."), "success")
        return redirect(url_for("approvals.index"))

    @command("/<kind>", right=Right.APPROVE)
    def approve(self, kind: str) -> Response:
        if kind not in set(ApprovalKind):
            raise NotFound
        done = self.attempt(
            approve,
            actor=current_actor(),
            cycle_id=cycle().id,
            kind=ApprovalKind(kind),
            document=request.form.get("document", ""),
            now=now(),
        )
        if done is not None:
            flash(label("Approved."), "success")
        return redirect(url_for("approvals.index"))
