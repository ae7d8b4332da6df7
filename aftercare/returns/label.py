"""Draws the label that goes on a parcel, and what to put into it, as a PDF file of one A4 page."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCode
from reportlab.lib.colors import black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from aftercare.accents import without_accents
from aftercare.manuals.paper import BODY, HEADING, LIST, MARGIN
from aftercare.returns.files import ReturnsFile
from aftercare.tables.returns import ReturnCase
from aftercare.wording import show_date

_ADDRESS = ParagraphStyle("address", BODY, fontSize=15, leading=20, spaceAfter=0)
_SMALL = ParagraphStyle("small", BODY, spaceAfter=2)
_NUMBER = ParagraphStyle("number", BODY, fontName="Helvetica-Bold", fontSize=20, leading=26)
_QR_SIZE = 32 * mm
#: What the fonts of every PDF reader have.
_ENCODING = "cp1252"
_WORDS = {
    "en": {
        "title": "Return {rma}",
        "to": "To",
        "from": "From",
        "ticket": "Ticket",
        "send_by": "Send it by",
        "how": "How to send it",
        "cut": "Cut here and stick the upper half on the parcel.",
        "enclose": "Put into the parcel:",
        "goods": "{product}, with everything that came with it",
        "goods_unknown": "the goods, with everything that came with them",
        "invoice": "a copy of the invoice, if you have one",
        "sheet": "the lower half of this sheet",
        "pack": "Pack it so that it cannot move, with its own packaging if you still have it.",
        "clean": "Empty and dry what holds water, and take out batteries that can be taken out.",
        "company": "We pay for the way: do not pay postage yourself.",
        "customer": "Please pay the postage and keep the receipt.",
    },
    "pt": {
        "title": "Devolução {rma}",
        "to": "Para",
        "from": "De",
        "ticket": "Atendimento",
        "send_by": "Enviar até",
        "how": "Como enviar",
        "cut": "Corte aqui e cole a metade de cima no pacote.",
        "enclose": "Coloque no pacote:",
        "goods": "{product}, com tudo o que veio junto",
        "goods_unknown": "o produto, com tudo o que veio junto",
        "invoice": "uma cópia da nota fiscal, se tiver",
        "sheet": "a metade de baixo desta folha",
        "pack": "Embale de modo que não se mexa, na embalagem original se ainda a tiver.",
        "clean": "Esvazie e seque o que leva água e retire as pilhas que saem.",
        "company": "Nós pagamos o envio: não pague o frete.",
        "customer": "Pague o frete e guarde o recibo.",
    },
}


@dataclass(frozen=True)
class Label:
    """What a label says; `product` is its name in the language, `customer` may be empty."""

    rma: str
    number: str
    address: Sequence[str]
    postage: str
    send_by: date
    customer: str
    product: str
    language: str


def label_of(case: ReturnCase, terms: ReturnsFile) -> Label | None:
    """The label of a return, in its ticket's language; None before it is authorised."""
    if case.rma is None or case.send_by is None:
        return None
    ticket = case.ticket
    language = ticket.language if ticket.language in _WORDS else "en"
    names = ticket.product.name if ticket.product else {}
    return Label(
        rma=case.rma,
        number=ticket.number,
        address=terms.address,
        postage=terms.postage,
        send_by=case.send_by,
        customer=(ticket.customer.name or "") if ticket.customer else "",
        product=names.get(language) or next(iter(names.values()), ""),
        language=language,
    )


def draw_label(label: Label) -> bytes:
    """A PDF file: the upper half goes on the parcel, the lower half into it."""
    words = _WORDS[label.language]
    content = io.BytesIO()
    SimpleDocTemplate(
        content,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=words["title"].format(rma=label.rma),
        lang=label.language,
        displayDocTitle=1,
        invariant=1,
    ).build([*_outside(label), *_between(words), *_inside(label)])
    return content.getvalue()


def _outside(label: Label) -> list[Flowable]:
    words = _WORDS[label.language]
    address: list[Any] = [
        Paragraph(words["to"], _SMALL),
        *(Paragraph(_text(line), _ADDRESS) for line in label.address),
        Paragraph(_text(f"RMA {label.rma}"), _ADDRESS),
    ]
    width = A4[0] - 2 * MARGIN
    box = Table([[address, _qr(label.rma)]], colWidths=[width - 45 * mm, 40 * mm])
    box.setStyle(
        TableStyle([("BOX", (0, 0), (-1, -1), 1.5, black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    )
    sender = [label.customer] if label.customer else []
    sender.append(f"{words['ticket']} {label.number}")
    return [
        box,
        Paragraph(f"RMA {label.rma}", _NUMBER),
        Code128(label.rma, barHeight=22 * mm, barWidth=0.55 * mm, quiet=True),
        Paragraph(_text(f"{words['from']}: {', '.join(sender)}"), BODY),
    ]


def _between(words: dict[str, str]) -> list[Flowable]:
    return [
        HRFlowable(width="100%", dash=(4, 3), spaceBefore=8 * mm, spaceAfter=2),
        Paragraph(words["cut"], _SMALL),
    ]


def _inside(label: Label) -> list[Flowable]:
    words = _WORDS[label.language]
    goods = (
        words["goods"].format(product=label.product) if label.product else words["goods_unknown"]
    )
    day = show_date(label.send_by, label.language)
    return [
        Paragraph(words["title"].format(rma=label.rma), HEADING),
        Paragraph(_text(f"{words['ticket']}: {label.number}"), BODY),
        Paragraph(f"<b>{_text(words['send_by'])}: {_text(day)}</b>", BODY),
        Paragraph(words["enclose"], BODY),
        *(
            Paragraph(_text(line), LIST, bulletText="•")
            for line in (goods, words["invoice"], words["sheet"])
        ),
        Paragraph(words["how"], HEADING),
        *(
            Paragraph(_text(line), LIST, bulletText=f"{step}.")
            for step, line in enumerate((words["clean"], words["pack"], words[label.postage]), 1)
        ),
    ]


def _qr(rma: str) -> QrCode:
    return QrCode(rma, width=_QR_SIZE, height=_QR_SIZE)


def _text(words: str) -> str:
    """The words as the fonts can draw them: other letters without accents, or a question mark."""
    drawn = "".join(
        one if one.encode(_ENCODING, "ignore") else without_accents(one) for one in words
    )
    return escape(drawn.encode(_ENCODING, "replace").decode(_ENCODING))
