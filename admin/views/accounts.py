"""One's own account: password and language."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_login import login_user
from werkzeug.wrappers import Response

from admin.doors import SecuredPage, User, current_actor
from admin.languages import label
from admin.storage import now
from services.accounts import change_password


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
