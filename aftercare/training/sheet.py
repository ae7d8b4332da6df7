"""Draws the summary of a training as a PDF file: the warnings first, then the steps."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from aftercare.manuals.paper import BODY, HEADING, LIST, MARGIN, TITLE, framed
from aftercare.tables.training import Training, TrainingStatus
from aftercare.training.lessons import Lesson
from aftercare.wording import show_date

#: Points that the library leaves free on each side of a page's text.
_PADDING = 6
_WORDS = {
    "en": {
        "what": "Training for use",
        "warnings": "Before you begin: the warnings",
        "page": "page",
        "done": "Finished on {day}.",
        "so_far": "Steps shown so far: {step} of {steps}.",
        "check": "Check: {right} of {questions} right.",
        "from": "Quoted from: {manual}, version {version}.",
    },
    "pt": {
        "what": "Treinamento de uso",
        "warnings": "Antes de começar: os avisos",
        "page": "página",
        "done": "Concluído em {day}.",
        "so_far": "Passos mostrados até agora: {step} de {steps}.",
        "check": "Teste: {right} de {questions} certas.",
        "from": "Citado de: {manual}, versão {version}.",
    },
}


def draw_sheet(training: Training, lesson: Lesson, product: str, finished: date | None) -> bytes:
    """A PDF file of A4 pages.

    `product` is its name in the training's language, `finished` the day at the company's place.
    """
    words = _WORDS[training.language]
    title = f"{training.title} – {product}"
    content = io.BytesIO()
    document = SimpleDocTemplate(
        content,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=title,
        subject=words["what"],
        author=training.manual_title,
        lang=training.language,
        displayDocTitle=1,
        invariant=1,
    )

    def number(canvas: Canvas, _document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawCentredString(A4[0] / 2, MARGIN / 2, str(canvas.getPageNumber()))

    document.build(
        _story(training, lesson, product, finished), onFirstPage=number, onLaterPages=number
    )
    return content.getvalue()


def _story(training: Training, lesson: Lesson, product: str, finished: date | None) -> list[Any]:
    words = _WORDS[training.language]
    width = A4[0] - 2 * MARGIN - 2 * _PADDING
    facts = [words["from"].format(manual=training.manual_title, version=training.manual_version)]
    if training.status == TrainingStatus.DONE and finished:
        facts.append(words["done"].format(day=show_date(finished, training.language)))
        if training.questions:
            right, questions = training.right_answers, training.questions
            facts.append(words["check"].format(right=right, questions=questions))
    else:
        facts.append(words["so_far"].format(step=training.step, steps=training.steps))
    story: list[Any] = [
        Paragraph(escape(f"{words['what']}: {product}"), BODY),
        Paragraph(escape(training.title), TITLE),
        *(Paragraph(escape(fact), BODY) for fact in facts),
    ]
    notices = list(dict.fromkeys(notice for stop in lesson.stops for notice in stop.notices))
    if notices:
        story.append(Paragraph(words["warnings"], HEADING))
        story.extend(framed(notice, width, lesson.language) for notice in notices)
    pages = dict(lesson.pages)
    section = None
    for stop in lesson.stops:
        if stop.section != section:
            section = stop.section
            page = f" ({words['page']} {pages[section]})" if section in pages else ""
            story.append(Paragraph(escape(stop.heading + page), HEADING))
            if stop.introduction:
                story.append(Paragraph(escape(stop.introduction), BODY))
        text = escape(stop.text).replace("\n", "<br/>")
        marked = {"bulletText": f"{stop.number}."} if stop.number else {}
        story.append(Paragraph(text, LIST, **marked))
    return story
