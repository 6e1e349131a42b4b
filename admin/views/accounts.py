"""Accounts: one's own password, and who else may enter the panel of the organisation."""

from flask import flash, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from admin.access import WORKPLACE, SecuredPage, current_account, current_actor, let_in, workplaces
from admin.calls import do, refusals_shown, see
from admin.configuration import panel_config
from admin.devices import read_origin
from admin.inputs import choice, record, text, texts
from admin.languages import label
from admin.links import full_address
from admin.pages import Entry, Group, command, form_page, page
from admin.views.entrance import report_refused
from models.accounts import AccountRole
from services.access.actors import Right
from services.access.errors import N_
from services.access.rights import DUTIES, RIGHTS
from services.accounts.directory import LINK_LIFE, create_account, issue_link
from services.accounts.news import read_account_news
from services.accounts.passes import CODE_LIFE, issue_chat_code, unlink_account
from services.accounts.register import (
    confirm_messenger_rule,
    disable_account,
    enable_account,
    list_accounts,
    roles_to_give,
)
from services.accounts.signing_in import change_password
from services.accounts.workplaces import admit_guest, end_guest


class AccountPage(SecuredPage):
    endpoint, url = "account", "/account"
    entry = Entry(Group.ACCOUNT, 7, N_("Your account"))

    @form_page("/", right=None)
    def index(self) -> str | Response:
        if request.method == "POST":
            if text("password") != text("again"):
                flash(label("The two passwords differ. Please type the same one twice."), "error")
                return self._show()
            with refusals_shown():
                tried = do(
                    change_password, present=text("present"), password=text("password"), origin=read_origin()
                )
                if tried.account is not None:
                    let_in(tried.account)  # in this browser one goes on, all other sessions have ended
                    flash(label("The password is changed. Other sessions have been ended."), "success")
                    return redirect(url_for("account.index"))
                report_refused(tried, label("The present password is not right."))
        return self._show()

    def _show(self, **facts: object) -> str:
        return self.show("panel/account.html", news=see(read_account_news), **facts)

    @command("/code", right=None)
    def code(self) -> str:
        """The answer to the form itself: the digits stand in no address and are not shown again."""
        code = do(issue_chat_code)
        return self._show(
            code=" ".join(code[at : at + 4] for at in range(0, len(code), 4)),
            minutes=int(CODE_LIFE.total_seconds() // 60),
            bot=panel_config().bot_username,
        )

    @command("/chat/unlink", right=None)
    def unlink(self) -> Response:
        do(unlink_account, success=label("The chat opens the panel no more."))
        return redirect(url_for("account.index"))

    @command("/organization", right=None)
    def turn(self) -> Response:
        """Go on in another of one's organisations; anything else stays where it was."""
        chosen = record("organization_id")
        if chosen in {one.organization_id for one in workplaces()}:
            cookie[WORKPLACE] = chosen
        return redirect(url_for("home.index"))

    @command("/messenger", right=None)
    def confirm_rule(self) -> Response:
        do(confirm_messenger_rule)
        return redirect(url_for("home.index"))


class AccountsPage(SecuredPage):
    endpoint, url = "accounts", "/accounts"
    entry = Entry(Group.ACCOUNT, 4, N_("Accounts"), behind="programme")

    @page("/", right=Right.KEEP_ACCOUNTS)
    def index(self) -> str:
        accounts = see(list_accounts)
        return self.show(
            "panel/accounts.html",
            accounts=accounts,
            duties=DUTIES,
            rights=RIGHTS,
            keeps_all=len(_roles()) == len(RIGHTS),
        )

    @form_page("/add", right=Right.KEEP_ACCOUNTS)
    def add(self) -> str:
        form = texts("name", "login", "role")
        if request.method == "POST":
            with refusals_shown():
                made = do(create_account, login=form["login"], name=form["name"], role=_role())
                return self._show_link(made.account_id, made.token)
        return self.show("panel/account_form.html", form=form, roles=_roles())

    @form_page("/guests", right=Right.KEEP_ACCOUNTS)
    def admit(self) -> str | Response:
        """Let a colleague of another organisation in, with a role of this organisation's choice."""
        form = texts("login", "role")
        if request.method == "POST":
            with refusals_shown():
                said = label("Saved. It holds from the next page that the person opens.")
                do(admit_guest, login=form["login"], role=_role(), success=said)
                return redirect(url_for("accounts.index"))
        return self.show("panel/account_guest.html", form=form, roles=_roles())

    @command("/guests/<int:account_id>/end", right=Right.KEEP_ACCOUNTS)
    def end(self, account_id: int) -> Response:
        do(end_guest, account_id=account_id, success=label("The guest works here no more."))
        return redirect(url_for("accounts.index"))

    @command("/<int:account_id>/link", right=Right.KEEP_ACCOUNTS)
    def link(self, account_id: int) -> str:
        return self._show_link(account_id, do(issue_link, account_id=account_id))

    @command("/<int:account_id>/disable", right=Right.KEEP_ACCOUNTS)
    def disable(self, account_id: int) -> Response:
        do(
            disable_account,
            account_id=account_id,
            success=label("The account is switched off, its sessions have ended."),
        )
        return redirect(url_for("accounts.index"))

    @command("/<int:account_id>/enable", right=Right.KEEP_ACCOUNTS)
    def enable(self, account_id: int) -> str:
        return self._show_link(account_id, do(enable_account, account_id=account_id))

    def _show_link(self, account_id: int, token: str) -> str:
        """The answer to the form itself: the link is in no address, no cookie, and not shown again."""
        accounts = see(list_accounts)
        return self.show(
            "panel/account_link.html",
            account=next(one for one in accounts if one.id == account_id),
            link=full_address("entrance.set_up", token=token),
            minutes=int(LINK_LIFE.total_seconds() // 60),
        )


def _roles() -> tuple[AccountRole, ...]:
    return roles_to_give(current_actor(), current_account().organization_id)


def _role() -> AccountRole:
    return choice("role", AccountRole, AccountRole.OBSERVER)
