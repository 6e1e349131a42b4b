"""Collect msgids from the code, merge them into locales/, compile, say what is left to translate."""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("services", "notices", "handlers", "admin", "installation")
KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "t": None, "label": None,
            "ngettext": (1, 2), "plural": (1, 2)}  # fmt: skip
MODULES = ("nastavnik.py", "settings.py")
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def collect() -> Catalog:
    found = Catalog(charset="utf-8")
    for package in PACKAGES:
        for _file, _line, message, _comments, context in extract_from_dir(
            ROOT / package, method_map=METHODS, keywords=KEYWORDS
        ):
            if message and any(message):
                found.add(message, context=context)
    for module in MODULES:
        extracted = extract_from_file("python", ROOT / module, keywords=KEYWORDS)
        for _line, message, _comments, context in extracted:
            if message and any(message):
                found.add(message, context=context)
    return found


def merge(path: Path, locale: str, found: Catalog) -> list[str]:
    catalogue = Catalog(locale=locale, charset="utf-8")
    if path.exists():
        catalogue = read_po(path.open("rb"), locale=locale)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = (
        "# Nastavnik; msgids are the English text, `make messages` merges them from the code."
    )
    catalogue.project, catalogue.version = "Nastavnik", "1"
    catalogue.msgid_bugs_address = catalogue.last_translator = ""
    catalogue.language_team = locale
    catalogue.fuzzy = False  # a catalogue so marked is passed over by pybabel without a word
    path.parent.mkdir(parents=True, exist_ok=True)
    body = BytesIO()
    write_po(
        body,
        catalogue,
        omit_header=False,
        sort_output=True,
        no_location=True,
        width=110,
        include_previous=False,
    )
    lines = [line for line in body.getvalue().decode().splitlines() if "-Date:" not in line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with path.with_suffix(".mo").open("wb") as compiled:
        write_mo(compiled, catalogue)
    return [
        str(m.id)
        for m in catalogue
        if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))
    ]


def main() -> int:
    found = collect()
    for locale in ("ru", "en"):
        left = merge(ROOT / "locales" / locale / "LC_MESSAGES" / "messages.po", locale, found)
        if locale == "ru":
            for message in left:
                print(f"{locale}: not translated: {message}")
            print(f"{locale}: {len(found)} texts, {len(left)} left to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
