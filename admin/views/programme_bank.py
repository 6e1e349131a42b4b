"""The bank of finished programmes: what stands in it, and putting one in without names (E20)."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.cycles import cycle_id_or_none
from admin.inputs import flag, sent, text
from admin.languages import label
from admin.pages import Entry, Group, command, form_page, page
from admin.paging import read_asked
from services.access.actors import Right
from services.access.errors import N_
from services.pairs.personal_programmes.bank import (
    OF_ACTIVITY,
    TITLE_LIMIT,
    WORDS,
    BankWritten,
    list_bank_of_programmes,
    put_into_bank,
    read_banked,
    read_for_bank,
    take_out,
)


class ProgrammeBankPage(SecuredPage):
    endpoint, url = "programme_bank", "/programme-bank"
    entry = Entry(Group.PAIRS, 12, N_("Bank of programmes"), behind="personal_programmes")

    @page("/", right=Right.MANAGE_PAIRS)
    def index(self) -> str:
        listed = (
            see(list_bank_of_programmes, asked=read_asked(is_descending=True)) if cycle_id_or_none() else None
        )
        return self.show("panel/programme_bank.html", listed=listed)

    @page("/<int:banked_id>/", right=Right.MANAGE_PAIRS)
    def card(self, banked_id: int) -> str:
        return self.show("panel/banked_programme.html", banked=see(read_banked, banked_id=banked_id))

    @form_page("/put/<int:programme_id>", right=Right.MANAGE_PAIRS)
    def put(self, programme_id: int) -> str | Response:
        found, names = see(read_for_bank, programme_id=programme_id)
        form = {"title": found.goal[:TITLE_LIMIT], **{name: getattr(found, name) for name in WORDS}}
        lines = [{name: getattr(one, name) for name in OF_ACTIVITY} for one in found.activities]
        if request.method == "POST":
            form = {name: text(name) for name in form}
            columns = [sent().getlist(f"of_{name}") for name in OF_ACTIVITY]
            lines = [dict(zip(OF_ACTIVITY, row, strict=True)) for row in zip(*columns, strict=False)]
            with refusals_shown():
                banked_id = do(
                    put_into_bank,
                    programme_id=programme_id,
                    written=BankWritten(form["title"], {name: form[name] for name in WORDS}, tuple(lines)),
                    are_no_names=flag("are_no_names"),
                    success=label("The programme stands in the bank, without names."),
                )
                return redirect(url_for("programme_bank.card", banked_id=banked_id))
        return self.show(
            "panel/programme_bank_form.html",
            programme_id=programme_id,
            form=form,
            lines=lines,
            names=names,
            has_sent=request.method == "POST",
        )

    @command("/<int:banked_id>/remove", right=Right.MANAGE_PAIRS)
    def remove(self, banked_id: int) -> Response:
        do(take_out, banked_id=banked_id, success=label("The programme is taken out of the bank."))
        return redirect(url_for("programme_bank.index"))
