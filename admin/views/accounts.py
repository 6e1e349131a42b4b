"""Accounts: one's own password, and who else may enter the panel of the organisation."""

from flask import flash, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from admin.access import WORKPLACE, SecuredPage, current_account, current_actor, let_in
from admin.configuration import panel_config
from admin.devices import read_origin
from admin.languages import label
from admin.pages import Entry, Group, command, form_page, page
from admin.storage import now, session
from admin.views.entrance import say_refused
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
from services.accounts.workplaces import admit_guest, end_guest, list_workplaces


class AccountPage(SecuredPage):
    endpoint, url = "account", "/account"
    entry = Entry(Group.ACCOUNT, 7, N_("Your account"))

    @form_page("/", right=None)
    def index(self) -> str | Response:
        if request.method == "POST":
            password = request.form.get("password", "")
            if password != request.form.get("again", ""):
                flash(label("The two passwords differ. Please type the same one twice."), "error")
                return self._show()
            tried = self.attempt(
                change_password,
                actor=current_actor(),
                present=request.form.get("present", ""),
                password=password,
                origin=read_origin(),
                now=now(),
            )
            if tried is not None and tried.account is not None:
                let_in(tried.account)  # in this browser one goes on, all other sessions have ended
                flash(label("The password is changed. Other sessions have been ended."), "success")
                return redirect(url_for("account.index"))
            if tried is not None:
                say_refused(tried, label("The present password is not right."))
        return self._show()

    def _show(self, **facts: object) -> str:
        return self.show(
            "panel/account.html", news=read_account_news(session(), actor=current_actor()), **facts
        )

    @command("/code", right=None)
    def code(self) -> str:
        """The answer to the form itself: the digits stand in no address and are not shown again."""
        code = self.act(issue_chat_code, actor=current_actor(), now=now())
        return self._show(
            code=" ".join(code[at : at + 4] for at in range(0, len(code), 4)),
            minutes=int(CODE_LIFE.total_seconds() // 60),
            bot=panel_config().bot_username,
        )

    @command("/chat/unlink", right=None)
    def unlink(self) -> Response:
        self.act(unlink_account, actor=current_actor(), now=now())
        flash(label("The chat opens the panel no more."), "success")
        return redirect(url_for("account.index"))

    @command("/organization", right=None)
    def turn(self) -> Response:
        """Go on in another of one's organisations; anything else stays where it was."""
        chosen = request.form.get("organization_id", "")
        places = list_workplaces(session(), current_account().id)
        found = next((one for one in places if chosen == str(one.organization_id)), None)
        if found is not None:
            cookie[WORKPLACE] = found.organization_id
        return redirect(url_for("home.index"))

    @command("/messenger", right=None)
    def confirm_rule(self) -> Response:
        self.act(confirm_messenger_rule, actor=current_actor(), now=now())
        return redirect(url_for("home.index"))


class AccountsPage(SecuredPage):
    endpoint, url = "accounts", "/accounts"
    entry = Entry(Group.ACCOUNT, 4, N_("Accounts"), behind="programme")

    @page("/", right=Right.KEEP_ACCOUNTS)
    def index(self) -> str:
        accounts = list_accounts(
            session(), actor=current_actor(), organization_id=current_account().organization_id
        )
        return self.show(
            "panel/accounts.html",
            accounts=accounts,
            duties=DUTIES,
            rights=RIGHTS,
            keeps_all=len(_roles()) == len(RIGHTS),
        )

    @form_page("/add", right=Right.KEEP_ACCOUNTS)
    def add(self) -> str:
        form = {name: request.form.get(name, "") for name in ("name", "login", "role")}
        if request.method == "POST":
            made = self.attempt(
                create_account,
                actor=current_actor(),
                organization_id=current_account().organization_id,
                login=form["login"],
                name=form["name"],
                role=_role(form["role"]),
                now=now(),
            )
            if made is not None:
                return self._show_link(made.account_id, made.token)
        return self.show("panel/account_form.html", form=form, roles=_roles())

    @form_page("/guests", right=Right.KEEP_ACCOUNTS)
    def admit(self) -> str | Response:
        """Let a colleague of another organisation in, with a role of this organisation's choice."""
        form = {name: request.form.get(name, "") for name in ("login", "role")}
        if request.method == "POST":
            done = self.attempt(
                admit_guest,
                actor=current_actor(),
                organization_id=current_account().organization_id,
                login=form["login"],
                role=_role(form["role"]),
                now=now(),
            )
            if done is not None:
                flash(label("Saved. It holds from the next page that the person opens."), "success")
                return redirect(url_for("accounts.index"))
        return self.show("panel/account_guest.html", form=form, roles=_roles())

    @command("/guests/<int:account_id>/end", right=Right.KEEP_ACCOUNTS)
    def end(self, account_id: int) -> Response:
        if self.succeeds(
            end_guest,
            actor=current_actor(),
            organization_id=current_account().organization_id,
            account_id=account_id,
            now=now(),
        ):
            flash(label("The guest works here no more."), "success")
        return redirect(url_for("accounts.index"))

    @command("/<int:account_id>/link", right=Right.KEEP_ACCOUNTS)
    def link(self, account_id: int) -> str | Response:
        token = self.attempt(issue_link, actor=current_actor(), account_id=account_id, now=now())
        return self._show_link(account_id, token) if token else redirect(url_for("accounts.index"))

    @command("/<int:account_id>/disable", right=Right.KEEP_ACCOUNTS)
    def disable(self, account_id: int) -> Response:
        if self.succeeds(disable_account, actor=current_actor(), account_id=account_id, now=now()):
            flash(label("The account is switched off, its sessions have ended."), "success")
        return redirect(url_for("accounts.index"))

    @command("/<int:account_id>/enable", right=Right.KEEP_ACCOUNTS)
    def enable(self, account_id: int) -> str | Response:
        token = self.attempt(enable_account, actor=current_actor(), account_id=account_id, now=now())
        return self._show_link(account_id, token) if token else redirect(url_for("accounts.index"))

    def _show_link(self, account_id: int, token: str) -> str:
        """The answer to the form itself: the link is in no address, no cookie, and not shown again."""
        accounts = list_accounts(
            session(), actor=current_actor(), organization_id=current_account().organization_id
        )
        root = panel_config().panel_url or request.host_url
        return self.show(
            "panel/account_link.html",
            account=next(one for one in accounts if one.id == account_id),
            link=root.rstrip("/") + url_for("entrance.set_up", token=token),
            minutes=int(LINK_LIFE.total_seconds() // 60),
        )


def _roles() -> tuple[AccountRole, ...]:
    return roles_to_give(current_actor(), current_account().organization_id)


def _role(typed: str) -> AccountRole:
    return AccountRole(typed) if typed in set(AccountRole) else AccountRole.OBSERVER
