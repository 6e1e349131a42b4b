"""What a Word file says, as plain text."""

import io
import re
import zipfile


def text_of(docx: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(docx)) as parts:
        xml = parts.read("word/document.xml").decode()
    return " ".join(re.sub(r"<[^>]+>", "", re.sub(r"</w:(p|tc)>|<w:br/>", " ", xml)).split())
