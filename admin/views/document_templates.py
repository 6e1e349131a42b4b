"""The school's own Word files instead of ours: fields, upload with its check, versions, a picture."""

import io

from flask import redirect, request, send_file, url_for
from werkzeug.wrappers import Response

from admin.access import SecuredPage
from admin.calls import do, refusals_shown, see
from admin.files import content_placed, folder, give_file
from admin.inputs import InputRefused, one_of, text, upload
from admin.languages import label
from admin.numbers import read_number
from admin.pages import Entry, Group, command, form_page, page
from admin.views.documents import RIGHT, WORD
from models.documents import DocumentKind
from services.access.actors import Right
from services.access.errors import N_, NotFound
from services.documents.fields import check_fields, list_fields
from services.documents.kinds import KINDS
from services.documents.previews import can_preview, draw_page
from services.documents.rendering import read_expressions, render
from services.documents.samples import sample_of
from services.documents.templates import (
    MOST_BYTES,
    add_template,
    choose_template,
    judge_template,
    list_versions,
    read_ours,
    read_template_file,
)
from services.files.store import open_file


class DocumentTemplatesPage(SecuredPage):
    endpoint, url = "document_templates", "/document-templates"
    entry = Entry(Group.DOCUMENTS, behind="documents")

    @page("/", right=RIGHT)
    def index(self) -> Response:
        return redirect(url_for("documents.index"))

    @form_page("/<kind>/", right=RIGHT, to_send=Right.MANAGE_SETTINGS)
    def template(self, kind: str) -> str | Response:
        """A file that does not pass is refused with the reason, and nothing changes."""
        wanted = _kind(kind)
        if wanted is None:
            return redirect(url_for("documents.index"))
        with refusals_shown():
            if (content := _sent()) is not None:
                judge_template(content)
                sample = sample_of(wanted)
                check_fields(read_expressions(content), sample)
                render(content, [sample])
                with content_placed(content) as placed:
                    do(
                        add_template,
                        kind=wanted,
                        placed=placed,
                        title=_title(),
                        success=label("The template is checked and used from now on."),
                    )
                return redirect(url_for("document_templates.template", kind=wanted.value))
        versions = see(list_versions, kind=wanted)
        return self.show(
            "panel/document_template.html",
            kind=wanted,
            versions=versions,
            used=next((one for one in versions if one.is_in_use), None),
            fields=list_fields(sample_of(wanted)),
            can_preview=can_preview(),
        )

    @command("/<kind>/use", right=Right.MANAGE_SETTINGS)
    def use(self, kind: str) -> Response:
        wanted = one_of(DocumentKind, kind)
        template_id = read_number(text("template_id"))
        do(
            choose_template,
            kind=wanted,
            template_id=template_id,
            success=label("This version is used from now on.")
            if template_id
            else label("Our template is used from now on."),
        )
        return redirect(url_for("document_templates.template", kind=wanted.value))

    @page("/<kind>/ours", right=RIGHT)
    def ours(self, kind: str) -> Response:
        wanted = _kind(kind)
        if wanted is None:
            return redirect(url_for("documents.index"))
        return send_file(
            io.BytesIO(read_ours(wanted)),
            mimetype=WORD,
            as_attachment=True,
            download_name=f"{wanted.value}.docx",
        )

    @page("/version/<int:template_id>", right=RIGHT)
    def fetch(self, template_id: int) -> Response:
        return give_file(see(read_template_file, template_id=template_id), WORD)

    @page("/<kind>/preview.png", right=RIGHT)
    def preview(self, kind: str) -> Response:
        """The first page of what is in use, with invented facts."""
        wanted = one_of(DocumentKind, kind)
        if wanted not in KINDS:
            raise NotFound
        used = next((one for one in see(list_versions, kind=wanted) if one.is_in_use), None)
        content = read_ours(wanted)
        if used is not None:
            with open_file(folder(), see(read_template_file, template_id=used.id)) as file:
                content = file.read()
        picture = draw_page(render(content, [sample_of(wanted)])[0])
        return send_file(io.BytesIO(picture), mimetype="image/png")


def _kind(written: str) -> DocumentKind | None:
    """A kind that can be made; None of one that cannot yet."""
    wanted = one_of(DocumentKind, written)
    return wanted if wanted in KINDS else None


def _sent() -> bytes | None:
    """The file of the form; None on a page that was not sent. Raises InputRefused."""
    if request.method != "POST":
        return None
    sent = upload("template")
    if sent is None:
        raise InputRefused("template", N_("Please choose a file."))
    return sent.stream.read(MOST_BYTES + 1)


def _title() -> str:
    sent = upload("template")
    return (sent.filename if sent is not None else None) or "template.docx"
