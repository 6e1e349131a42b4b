"""The process in which templates are filled in: reads JSON, writes JSON, is limited by `rendering.py`."""

import base64
import copy
import io
import json
import re
import sys
from typing import Any

from services.documents.rendering import MOST_BYTES, MOST_RESULT, REFUSED


def main() -> int:
    _limit(int(sys.argv[1]))
    from docx.opc.exceptions import PackageNotFoundError
    from jinja2 import TemplateError

    asked = json.load(sys.stdin)
    try:
        made = {"render": _render, "join": _join, "expressions": _read}[asked["do"]](asked)
    except MemoryError:
        return 1
    except (TemplateError, PackageNotFoundError, KeyError, ValueError, TypeError, ArithmeticError) as error:
        sys.stderr.write(" ".join(str(error).split()) or type(error).__name__)
        return REFUSED
    if sum(map(len, made)) > MOST_RESULT:
        return 1
    json.dump([base64.b64encode(one).decode() for one in made], sys.stdout)
    return 0


def _limit(seconds: int) -> None:
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _render(asked: dict[str, Any]) -> list[bytes]:
    from docxtpl import DocxTemplate
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    content = base64.b64decode(asked["template"])
    made = []
    for facts in asked["facts"]:
        template = DocxTemplate(io.BytesIO(content))
        template.render(facts, jinja_env=ImmutableSandboxedEnvironment(autoescape=True), autoescape=True)
        out = io.BytesIO()
        template.save(out)
        made.append(out.getvalue())
    return made


def _join(asked: dict[str, Any]) -> list[bytes]:
    """They come of one template, so styles, headers and pictures are those of the first."""
    from docx import Document
    from docx.enum.text import WD_BREAK

    first, *others = (Document(io.BytesIO(base64.b64decode(one))) for one in asked["documents"])
    end = first.element.body.sectPr
    for other in others:
        first.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        for element in other.element.body:
            if element is not other.element.body.sectPr:
                end.addprevious(copy.deepcopy(element))
    out = io.BytesIO()
    first.save(out)
    return [out.getvalue()]


def _read(asked: dict[str, Any]) -> list[bytes]:
    from docxtpl import DocxTemplate

    template = DocxTemplate(io.BytesIO(base64.b64decode(asked["template"])))
    template.init_docx()
    parts = [template.patch_xml(template.get_xml())]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        parts += [
            template.patch_xml(template.get_part_xml(part))
            for _key, part in template.get_headers_footers(uri)
        ]
    # only what Jinja acts on: the rest of the XML is of no use to whoever checks the fields
    found = re.findall(r"{%.*?%}|{{.*?}}", "\n".join(parts), re.DOTALL)
    return ["\n".join(found).encode()]


if __name__ == "__main__":
    sys.exit(main())
