"""What `nastavnik document` is told; apart from the command itself, which loads much more."""

from datetime import date
from pathlib import Path

from installation.parsing import Parser
from models.documents import DocumentKind
from notices.language import Translator
from services.documents.exports.writing import Format


def add_document(parser: Parser, t: Translator) -> None:
    kinds = [*map(str, DocumentKind)]
    parser.add_argument("kind", choices=kinds, metavar="KIND", help=", ".join(kinds))
    ids = t.label("numbers of pairs, of people for mentors; without them the usual ones")
    parser.add_argument("id", nargs="*", type=int, metavar="ID", help=ids)
    parser.add_option("--organization", required=True, help=t.label("its name or number"))
    for name, text in (
        ("--starts", t.label("first day, like 2026-12-01; today otherwise")),
        ("--ends", t.label("last day; the end of the school year otherwise")),
    ):
        parser.add_option(name, type=date.fromisoformat, metavar="DAY", help=text)
    parser.add_option("--out", type=Path, help=t.label("a file; without it the document is printed"))
    parser.add_option("--json", action="store_true", help=t.label("answer in JSON"))
    parser.set_defaults(format=Format.XLSX)  # no terminal shows a Word file either
