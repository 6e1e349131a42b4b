"""Accounts: one's own password, and who else may enter the panel of the organisation."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_login import login_user
from werkzeug.wrappers import Response

from admin.configuration import panel_config
from admin.doors import SecuredPage, User, current_account, current_actor
from admin.languages import label
from admin.storage import now, session
from models.accounts import AccountRole
from services.account_register import disable_account, enable_account, list_accounts, roles_to_give
from services.accounts import LINK_LIFE, change_password, create_account, issue_link
from services.actors import Right


class AccountPage(SecuredPage):
    @expose("/", methods=["GET", "POST"])
    def index(self) -> str | Response:
        if request.method == "POST":
            password = request.form.get("password", "")
            if password != request.form.get("again", ""):
                flash(label("The two passwords differ. Please type the same one twice."), "error")
                return self.show("panel/account.html")
            changed = self.attempt(
                change_password,
                actor=current_actor(),
                present=request.form.get("present", ""),
                password=password,
                now=now(),
            )
            if changed is not None:
                login_user(User(changed))  # this session goes on, all others have ended
                flash(label("The password is changed. Other sessions have been ended."), "success")
                return redirect(url_for("account.index"))
        return self.show("panel/account.html")


class AccountsPage(SecuredPage):
    right = Right.MANAGE_SETTINGS

    @expose("/")
    def index(self) -> str:
        accounts = list_accounts(
            session(), actor=current_actor(), organization_id=current_account().organization_id
        )
        return self.show("panel/accounts.html", accounts=accounts)

    @expose("/add", methods=["GET", "POST"])
    def add(self) -> str:
        roles = roles_to_give(current_actor(), current_account().organization_id)
        form = {name: request.form.get(name, "") for name in ("name", "login", "role")}
        if request.method == "POST":
            made = self.attempt(
                create_account,
                actor=current_actor(),
                organization_id=current_account().organization_id,
                login=form["login"],
                name=form["name"],
                role=AccountRole(form["role"]) if form["role"] in set(AccountRole) else AccountRole.OBSERVER,
                now=now(),
            )
            if made is not None:
                return self._show_link(made.account_id, made.token)
        return self.show("panel/account_form.html", form=form, roles=roles)

    @expose("/<int:account_id>/link", methods=["POST"])
    def link(self, account_id: int) -> str | Response:
        token = self.attempt(issue_link, actor=current_actor(), account_id=account_id, now=now())
        return self._show_link(account_id, token) if token else redirect(url_for("accounts.index"))

    @expose("/<int:account_id>/disable", methods=["POST"])
    def disable(self, account_id: int) -> Response:
        if self.succeeds(disable_account, actor=current_actor(), account_id=account_id, now=now()):
            flash(label("The account is switched off, its sessions have ended."), "success")
        return redirect(url_for("accounts.index"))

    @expose("/<int:account_id>/enable", methods=["POST"])
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
