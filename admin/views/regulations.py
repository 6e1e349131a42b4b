"""The regulation that the programme runs by: its text, its facts, and bringing a newer pack into it."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.configuration import panel_config
from admin.cycles import curator_title, cycle, pack
from admin.inputs import text
from admin.languages import label, locale
from admin.pages import Entry, Group, form_page, page
from admin.views.programmes import FIELDS, SWITCHES
from admin.words import word
from services.access.actors import Right
from services.access.errors import N_, DomainError
from services.documents.words import AUDIENCES, RESPONSIBLE
from services.programmes.differences import AREAS
from services.programmes.packs import PackBroken, PackNotFound, ResolvedPack, load_pack
from services.programmes.regulations import Indicator
from services.programmes.running import running_pack_id
from services.programmes.texts import Text
from services.programmes.windows import describe_windows
from services.roadmap.upgrades import NothingToUpgrade, Upgrade, Upgraded, read_upgrade, upgrade_programme


class RegulationPage(SecuredPage):
    endpoint, url = "regulation", "/regulation"
    entry = Entry(Group.ACCOUNT, 2, N_("Regulation"), behind="programme", needs_programme=True)

    @page("/", right=Right.MANAGE_SETTINGS)
    def index(self) -> str:
        running = pack()
        return self.show(
            "panel/regulation.html",
            content=running.pack,
            surveys=running.surveys,
            cycle=cycle(),
            say=_text_of,
            when=lambda windows: describe_windows(windows, locale()),
            part=_part,
            indicators=indicator_titles(),
            has_newer=_has_newer(),
        )

    @form_page("/upgrade", right=Right.MANAGE_SETTINGS)
    def upgrade(self) -> str | Response:
        """What a newer pack would change; the button carries the mark of exactly what is shown."""
        newer = _newer_pack()
        if newer is None:
            return redirect(url_for("regulation.index"))
        if request.method == "POST":
            with refusals_shown():
                do(upgrade_programme, pack=newer, mark=text("mark"), success=_said)
                return redirect(url_for("regulation.index"))
        try:
            found = _read(newer)
        except NothingToUpgrade:
            flash(label("The programme already has this content of its pack."), "success")
            return redirect(url_for("regulation.index"))
        return self.show(
            "panel/upgrade.html",
            found=found,
            areas=AREAS,
            say=_text_of,
            title=newer.pack.title.get(locale()),
            settings={field.name: label(field.title) for field in FIELDS}
            | {name: label(title) for name, title in SWITCHES},
            keys=key_titles(),
        )


def _said(done: Upgraded) -> str:
    return label("The programme now runs with version {version}.", version=done.version)


def _text_of(text: Text) -> str:
    return text.get(locale())


def _part(role: str) -> str:
    if role == "curator":
        return curator_title()
    return word({**RESPONSIBLE, **AUDIENCES}, role)


def indicator_titles() -> dict[Indicator, str]:
    """Words of the indicators that targets are set for (B25 to B27, C39, C40)."""
    return {
        "young_specialists": label("Young specialists who became mentees"),
        "mentee_satisfaction": label("Mentees satisfied"),
        "mentor_satisfaction": label("Mentors satisfied"),
        "student_coverage": label("Students covered"),
        "staff_coverage": label("Teaching staff covered"),
    }


def key_titles() -> dict[str, str]:
    """Words of the keys that change most; a rarer one is shown as it stands in the file."""
    return {
        "title.ru": label("in Russian"),
        "text.ru": label("in Russian"),
        "body": label("text"),
        "title.en": label("in English"),
        "text.en": label("in English"),
        "term_years": label("term in years"),
        "windows": label("when"),
        "responsible": label("responsible"),
        "document": label("document"),
        "result": label("result"),
        "order": label("order"),
    }


def _newer_pack() -> ResolvedPack | None:
    """The pack of this programme as it lies in the folder now; None where there is no sound one."""
    folder = panel_config().packs
    if folder is None:
        return None
    try:
        return load_pack(folder, see(running_pack_id, cycle_id=cycle().id))
    except (PackNotFound, PackBroken):
        return None


def _read(newer: ResolvedPack) -> Upgrade:
    return see(read_upgrade, pack=newer)


def _has_newer() -> bool:
    newer = _newer_pack()
    if newer is None:
        return False
    try:
        _read(newer)
    except DomainError:
        return False
    return True
