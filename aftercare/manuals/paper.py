"""How printed pages of the desk look: styles, and frames around warnings."""

from __future__ import annotations

from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Table, TableStyle

from aftercare.guidance.sections import Notice, WarningLevel

_SIGNAL_WORDS = {
    "en": {"danger": "DANGER", "warning": "WARNING", "caution": "CAUTION", "note": "NOTE"},
    "pt": {"danger": "PERIGO", "warning": "AVISO", "caution": "CUIDADO", "note": "NOTA"},
}
_COLOURS = {
    WarningLevel.DANGER: "#b3261e",
    WarningLevel.WARNING: "#b25000",
    WarningLevel.CAUTION: "#8a6d00",
    WarningLevel.NOTE: "#2f5d8a",
}
MARGIN = 20 * mm
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=12.5, spaceAfter=6)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=26, leading=32, spaceAfter=12)
HEADING = ParagraphStyle(
    "heading", fontName="Helvetica-Bold", fontSize=13, leading=16, spaceBefore=12, spaceAfter=6
)
LIST = ParagraphStyle("list", BODY, leftIndent=16, bulletIndent=0, spaceAfter=4)
_SIGNAL = ParagraphStyle("signal", BODY, fontName="Helvetica-Bold", spaceAfter=2)
_FRAMED = ParagraphStyle("framed", BODY, spaceAfter=0)


def framed(notice: Notice, width: float, language: str, indent: float = 0) -> Table:
    """A warning with its signal word in a coloured frame, moved in from the left by `indent`."""
    colour = HexColor(_COLOURS[notice.level])
    signal = ParagraphStyle("level", _SIGNAL, textColor=colour)
    table = Table(
        [
            [
                [
                    Paragraph(_SIGNAL_WORDS[language][notice.level], signal),
                    Paragraph(escape(notice.text), _FRAMED),
                ]
            ]
        ],
        colWidths=[width - indent],
        spaceAfter=8,
        hAlign="RIGHT",
    )
    table.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1.2, colour)]))
    return table
