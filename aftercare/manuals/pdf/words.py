"""Takes the words of a page out of PDFium, with place, size and weight.

Places are in points from the upper left corner of the page as a reader sees it.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
)
#: What PDFium gives for the hyphen at the end of a line.
_HYPHENS = (0x02, 0xFFFE)
_SOFT_HYPHEN = 0xAD
_REPLACEMENT = "\ufffd"
_PRIVATE = (0xE000, 0xF8FF)
#: Signs of symbol fonts that stand for bullets.
_SYMBOL_BULLETS = frozenset({0xF0B7, 0xF0A7, 0xF0D8, 0xF076, 0xF0FC})
_BOLD_WEIGHT = 600
_BOLD_NAMES = ("bold", "black", "heavy", "semibd", "demi")
#: A page with more characters than this is no manual's page.
_MOST_CHARACTERS = 60_000


@dataclass(slots=True)
class Word:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    base: float
    size: float
    bold: bool

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class PageWords:
    words: list[Word]
    #: Characters whose font does not tell what they are.
    unreadable: int
    #: Characters of lines that do not run from left to right.
    turned: int


@dataclass(frozen=True)
class _Style:
    size: float
    bold: bool
    upright: bool


class Turn:
    """Where a point of the file lies on the page as it is shown."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        left, bottom, right, top = page.get_cropbox()
        self._left, self._bottom = left, bottom
        self._wide, self._high = right - left, top - bottom
        self.degrees = page.get_rotation()

    def point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self._left, y - self._bottom
        match self.degrees:
            case 90:
                return y, x
            case 180:
                return self._wide - x, y
            case 270:
                return self._high - y, self._wide - x
            case _:
                return x, self._high - y

    def box(
        self, left: float, bottom: float, right: float, top: float
    ) -> tuple[float, float, float, float]:
        """Left, top, right and bottom as shown."""
        (ax, ay), (bx, by) = self.point(left, bottom), self.point(right, top)
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def read_words(page: pdfium.PdfPage, turn: Turn) -> PageWords:
    """The words of a page in the order of the file."""
    text_page = page.get_textpage()
    try:
        return _Reading(text_page.raw, turn).read()
    finally:
        text_page.close()


class _Reading:
    def __init__(self, text_page: object, turn: Turn) -> None:
        self._text = text_page
        self._turn = turn
        self._styles: dict[int, _Style] = {}
        self._words: list[Word] = []
        self._open: Word | None = None
        self._unreadable = 0
        self._turned = 0

    def read(self) -> PageWords:
        count = min(raw.FPDFText_CountChars(self._text), _MOST_CHARACTERS)
        box, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
        for at in range(max(count, 0)):
            code = raw.FPDFText_GetUnicode(self._text, at)
            if code in _HYPHENS or code == _SOFT_HYPHEN:
                sign = "-"
            elif code <= 0x20 or chr(code).isspace():
                # A character without a place in the alphabet is not a space.
                if code == 0 and not raw.FPDFText_IsGenerated(self._text, at):
                    sign = _REPLACEMENT
                else:
                    self._close()
                    continue
            else:
                sign = self._sign(code)
            style = self._style(at)
            if not style.upright:
                self._turned += 1
                continue
            raw.FPDFText_GetLooseCharBox(self._text, at, box)
            raw.FPDFText_GetCharOrigin(self._text, at, x, y)
            base = self._turn.point(x.value, y.value)[1]
            self._add(sign, style, self._turn.box(box.left, box.bottom, box.right, box.top), base)
        self._close()
        return PageWords(self._words, self._unreadable, self._turned)

    def _sign(self, code: int) -> str:
        if code in _SYMBOL_BULLETS:
            return "•"
        if _PRIVATE[0] <= code <= _PRIVATE[1] or code == 0xFFFD:
            return _REPLACEMENT
        return chr(code)

    def _style(self, at: int) -> _Style:
        owner = raw.FPDFText_GetTextObject(self._text, at)
        address = ctypes.cast(owner, ctypes.c_void_p).value or 0
        style = self._styles.get(address) if address else None
        if style is None:
            matrix = raw.FS_MATRIX()
            raw.FPDFText_GetMatrix(self._text, at, matrix)
            stretch = math.hypot(matrix.c, matrix.d) or 1.0
            style = _Style(
                size=round(raw.FPDFText_GetFontSize(self._text, at) * stretch, 1),
                bold=self._is_bold(at),
                upright=_runs_right(matrix, self._turn.degrees),
            )
            self._styles[address] = style
        return style

    def _is_bold(self, at: int) -> bool:
        if raw.FPDFText_GetFontWeight(self._text, at) >= _BOLD_WEIGHT:
            return True
        name, flags = ctypes.create_string_buffer(200), ctypes.c_int()
        raw.FPDFText_GetFontInfo(self._text, at, name, len(name), flags)
        lowered = name.value.decode("utf-8", "replace").lower()
        return any(part in lowered for part in _BOLD_NAMES)

    def _add(
        self, sign: str, style: _Style, box: tuple[float, float, float, float], base: float
    ) -> None:
        x0, top, x1, bottom = box
        if sign == _REPLACEMENT:
            self._unreadable += 1
        word = self._open
        if word is not None and (
            abs(base - word.base) > 0.3 * word.size
            or not -0.5 * style.size < x0 - word.x1 < 0.25 * style.size
        ):
            self._close()
            word = None
        if word is None:
            self._open = Word(sign, x0, x1, top, bottom, base, style.size, style.bold)
            return
        word.text += sign
        word.x1 = max(word.x1, x1)
        word.top, word.bottom = min(word.top, top), max(word.bottom, bottom)

    def _close(self) -> None:
        if self._open is not None:
            self._open.text = self._open.text.translate(_LIGATURES)
            self._words.append(self._open)
            self._open = None


def _runs_right(matrix: raw.FS_MATRIX, degrees: int) -> bool:
    """Whether the writing runs from left to right on the page as it is shown."""
    angle = math.degrees(math.atan2(matrix.b, matrix.a)) - degrees
    return abs((angle + 180) % 360 - 180) < 10
