"""Draws PDF files for tests, with the layouts that manuals have."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4
LEFT = 60.0


class Paper:
    """A pen that writes lines from the top of a page down; `at` is its height from the top."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.canvas = Canvas(str(path), pagesize=A4, invariant=1)
        self.at = 80.0
        self._drawn = False

    def line(
        self, text: str, x: float = LEFT, size: float = 10, bold: bool = False, step: float = 13
    ) -> Paper:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size)
        self.canvas.drawString(x, HEIGHT - self.at, text)
        self.at += step
        self._drawn = True
        return self

    def lines(self, *texts: str, x: float = LEFT) -> Paper:
        for text in texts:
            self.line(text, x)
        return self

    def gap(self, points: float = 10) -> Paper:
        self.at += points
        return self

    def heading(self, text: str, size: float = 14) -> Paper:
        self.gap(12).line(text, size=size, bold=True, step=size + 8)
        return self

    def step(self, number: int, *texts: str, x: float = LEFT) -> Paper:
        self.canvas.setFont("Helvetica", 10)
        self.canvas.drawString(x, HEIGHT - self.at, f"{number}.")
        for text in texts:
            self.line(text, x + 18)
        return self

    def frame(self, signal: str, *texts: str) -> Paper:
        """A warning in a frame."""
        top = self.at - 12
        self.line(signal, LEFT + 6, bold=True)
        self.lines(*texts, x=LEFT + 6)
        self.canvas.rect(LEFT, HEIGHT - self.at + 6, 400, self.at - top - 4)
        return self.gap(8)

    def grid(self, rows: list[list[str]], widths: list[float]) -> Paper:
        top = self.at
        for row in rows:
            x = LEFT
            self.canvas.setFont("Helvetica", 9)
            for cell, width in zip(row, widths, strict=True):
                self.canvas.drawString(x + 3, HEIGHT - self.at - 11, cell)
                x += width
            self.at += 16
        for at in range(len(rows) + 1):
            y = HEIGHT - top - 16 * at
            self.canvas.line(LEFT, y, LEFT + sum(widths), y)
        for at in range(len(widths) + 1):
            x = LEFT + sum(widths[:at])
            self.canvas.line(x, HEIGHT - top, x, HEIGHT - self.at)
        return self.gap(16)

    def lined(self, rows: list[list[str]], widths: list[float]) -> Paper:
        """A table with level lines only; cells of one line stand in the middle of their row."""
        for row in rows:
            x = LEFT
            self.canvas.setFont("Helvetica", 9)
            for cell, width in zip(row, widths, strict=True):
                lines = cell.split("\n")
                down = 11 if len(lines) == 2 else 16
                for at, text in enumerate(lines):
                    y = HEIGHT - self.at - down - 11 * at
                    self.canvas.drawString(x + 3, y, text)
                x += width
            self.at += 28
            self.canvas.line(LEFT, HEIGHT - self.at, LEFT + sum(widths), HEIGHT - self.at)
        return self.gap(20)

    def dot(self, *texts: str) -> Paper:
        """An item whose bullet is drawn."""
        self.canvas.circle(LEFT + 4, HEIGHT - self.at + 3, 1.2, stroke=0, fill=1)
        return self.lines(*texts, x=LEFT + 14)

    def picture(self, width: float = 200, height: float = 120, caption: str = "") -> Paper:
        drawn = Image.new("RGB", (400, 240), "white")
        ImageDraw.Draw(drawn).ellipse((40, 40, 300, 200), fill="navy")
        self.canvas.drawImage(_reader(drawn), LEFT, HEIGHT - self.at - height, width, height)
        self.at += height + 14
        return self.line(caption) if caption else self

    def scan(self) -> Paper:
        """A page that is nothing but a picture of a page."""
        drawn = Image.new("RGB", (300, 420), "white")
        ImageDraw.Draw(drawn).text((20, 20), "1. Open the lid", fill="black")
        self.canvas.drawImage(_reader(drawn), 0, 0, WIDTH, HEIGHT)
        return self

    def furniture(self, head: str, page: int) -> Paper:
        self.canvas.setFont("Helvetica", 8)
        self.canvas.drawString(LEFT, HEIGHT - 40, head)
        self.canvas.drawCentredString(WIDTH / 2, 30, str(page))
        return self

    def outline(self, title: str, level: int = 0) -> Paper:
        key = f"{title}-{self.canvas.getPageNumber()}"
        self.canvas.bookmarkPage(key)
        self.canvas.addOutlineEntry(title, key, level)
        return self

    def turn_page(self) -> Paper:
        self.canvas.showPage()
        self.at = 80.0
        return self

    def save(self) -> Path:
        self.canvas.save()
        return self.path


def _reader(image: Image.Image) -> ImageReader:
    held = io.BytesIO()
    image.save(held, "PNG")
    held.seek(0)
    return ImageReader(held)
