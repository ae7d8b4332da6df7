"""Chooses the reader for a file, by what is in it and not by its name alone."""

from __future__ import annotations

import zipfile
from pathlib import Path

from aftercare.errors import UnusableFile
from aftercare.manuals.document import Document
from aftercare.manuals.docx import read_docx
from aftercare.manuals.html import read_html, read_markdown
from aftercare.manuals.pdf.reader import Progress, read_pdf

#: Endings of the names of files that can be read.
ENDINGS = (".pdf", ".html", ".htm", ".xhtml", ".md", ".markdown", ".docx")
_HEAD = 4096


def read_file(path: Path, progress: Progress = lambda done, of: None) -> Document:
    """The manual in a PDF, HTML, Markdown or Word file.

    Raises UnusableFile, telling why and what to do.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UnusableFile(f"{path.name} cannot be read: {error.strerror}.") from error
    if not head.strip():
        raise UnusableFile(f"{path.name} is empty.")
    if b"%PDF-" in head[:1024]:
        return read_pdf(path, progress)
    if zipfile.is_zipfile(path):
        return read_docx(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS or ending in (".pdf", ".docx") or b"\0" in head:
        raise UnusableFile(
            f"{path.name} is no manual that can be read. Give a PDF, Word (.docx), HTML or "
            "Markdown file."
        )
    if ending in (".md", ".markdown"):
        return read_markdown(path)
    return read_html(path)
