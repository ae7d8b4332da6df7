from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from aftercare.errors import UnusableFile
from aftercare.guidance.sections import Step, WarningLevel, read_blocks
from aftercare.manuals.document import (
    Document,
    Figure,
    FindingKind,
    Grid,
    Hazard,
    Heading,
    Item,
    Passage,
)
from aftercare.manuals.html import read_markdown, read_page
from aftercare.manuals.readers import read_file
from aftercare.manuals.structure import structured


def page(body: str, head: str = "") -> Document:
    return read_page(f"<html><head>{head}</head><body>{body}</body></html>".encode())


def picture(width: int = 120) -> str:
    held = io.BytesIO()
    Image.new("RGB", (width, 80), "red").save(held, "PNG")
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()


def test_title_headings_and_text_without_what_surrounds_them() -> None:
    document = page(
        "<nav>Menu</nav><main><h1>Turbo 3</h1><h2>2 Care</h2><p>Wipe it <b>dry</b>.</p>"
        "<h3>2.1 Filter</h3>Loose words<script>x()</script></main><footer>About us</footer>"
    )
    assert document.title == "Turbo 3"
    assert document.pieces == [
        Heading(1, "Care", None, "2"),
        Passage("Wipe it dry."),
        Heading(2, "Filter", None, "2.1"),
        Passage("Loose words"),
    ]


def test_steps_keep_their_numbers_and_what_stands_within_them() -> None:
    document = page(
        '<h2>Use</h2><ol start="3"><li>Open it.<div class="warning"><p>WARNING</p><p>Hot.</p></div>'
        "<ul><li>slowly</li></ul></li><li><p>Close it.</p><p>It clicks.</p></li></ol>"
    )
    assert document.pieces[1:] == [
        Item("Open it.", 3, 0),
        Hazard(WarningLevel.WARNING, "Hot.", None, True),
        Item("slowly", None, 1),
        Item("Close it.", 4, 0),
        Passage("It clicks.", None, True),
    ]
    steps = read_blocks(structured(document, "en").sections[0].markdown)
    assert [step.number for step in steps if isinstance(step, Step)] == [3, 4]


@pytest.mark.parametrize(
    ("markup", "level", "text"),
    [
        ('<div class="admonition note"><p>Note</p><p>Dry it.</p></div>', "note", "Dry it."),
        ("<blockquote><p>Perigo: alta tensão.</p></blockquote>", "danger", "alta tensão."),
        ('<p class="caution">Sharp edge.</p>', "caution", "Sharp edge."),
        ("<p><strong>WARNING</strong> Steam.</p>", "warning", "Steam."),
        ("<table><tr><td>DANGER</td><td>Live parts.</td></tr></table>", "danger", "Live parts."),
    ],
)
def test_warnings_in_all_the_forms_that_pages_give_them(markup: str, level: str, text: str) -> None:
    assert page(markup).pieces == [Hazard(WarningLevel(level), text)]


def test_tables_of_data_and_tables_for_layout() -> None:
    document = page(
        "<table><tr><th>Code</th><th>Meaning</th></tr><tr><td>E1</td><td>no water</td></tr>"
        "<tr><td colspan=2>more below</td></tr></table>"
        "<table role=presentation><tr><td><p>Left</p></td><td><p>Right</p></td></tr></table>"
    )
    assert document.pieces == [
        Grid((("Code", "Meaning"), ("E1", "no water"), ("more below", ""))),
        Passage("Left"),
        Passage("Right"),
    ]


def test_pictures_come_from_the_page_alone() -> None:
    document = page(
        f'<figure><img src="{picture()}"><figcaption>The lid</figcaption></figure>'
        f'<p>Press <img src="{picture(12)}"> now.</p>'
        '<img src="https://tracker.example/x.png" alt="The tank"><img src="file:///etc/passwd">'
    )
    figures = [piece for piece in document.pieces if isinstance(piece, Figure)]
    assert [(figure.caption, figure.media_type) for figure in figures] == [("The lid", "image/png")]
    assert [finding.kind for finding in document.findings] == [FindingKind.FIGURE_LEFT_OUT] * 2


def test_markdown_of_any_form_is_read(tmp_path: Path) -> None:
    path = tmp_path / "manual.md"
    path.write_text(
        "---\ntitle: Turbo 3\n---\n# Care\n\n> [!CAUTION]\n> Sharp.\n\n1. Open\n2. Close\n\n"
        "## Filter {#filter}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>x</script>\n",
        encoding="utf-8",
    )
    document = read_file(path)
    assert document.title == "Turbo 3"
    assert document.pieces[:5] == [
        Heading(1, "Care"),
        Hazard(WarningLevel.CAUTION, "Sharp."),
        Item("Open", 1),
        Item("Close", 2),
        Heading(2, "Filter"),
    ]
    assert document.pieces[5:] == [Grid((("a", "b"), ("1", "2")))]


def test_letters_of_an_old_page_are_read_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / "old.html"
    path.write_bytes('<meta charset="windows-1252"><p>Feche o botão.</p>'.encode("cp1252"))
    assert read_file(path).pieces == [Passage("Feche o botão.")]


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    empty, other = tmp_path / "a.html", tmp_path / "b.exe"
    empty.write_text(" ")
    other.write_text("MZ something")
    latin = tmp_path / "c.md"
    latin.write_bytes("# Botão".encode("cp1252"))
    for path, why in [(empty, "empty"), (other, "no manual"), (tmp_path / "d.pdf", "cannot")]:
        with pytest.raises(UnusableFile, match=why):
            read_file(path)
    with pytest.raises(UnusableFile, match="UTF-8"):
        read_markdown(latin)
