"""Makes HTML of a manual's Markdown: warnings become marked boxes, tables can scroll on a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from aftercare.guidance.sections import (
    FIGURE_ADDRESS,
    WarningLevel,
    caption_of,
    markdown_parser,
)
from gateway.page_words import PAGE_WORDS

_MARK = re.compile(rf"^\[!({'|'.join(level.name for level in WarningLevel)})\]\s*", re.IGNORECASE)
_FIGURE = re.compile(rf"^{FIGURE_ADDRESS}(\d{{1,5}})$")
_OUTSIDE = re.compile(r"^https?://", re.IGNORECASE)
#: Outlines drawn with currentColor: an octagon, a triangle, a diamond, a circle.
_SHAPES = {
    WarningLevel.DANGER: "M8 2h8l6 6v8l-6 6H8l-6-6V8z M12 7v6 M12 16.5v.5",
    WarningLevel.WARNING: "M12 3l10 18H2z M12 10v5 M12 17.5v.5",
    WarningLevel.CAUTION: "M12 2l10 10-10 10L2 12z M12 7v6 M12 16v.5",
    WarningLevel.NOTE: "M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20z M12 11v6 M12 7v.5",
}


def render_section(markdown: str, language: str, figures: str = "") -> Markup:
    """HTML that holds no markup of the manual's author but what Markdown gives.

    `figures` is the address of a figure with {number} in it.
    """
    parser = _parser()
    tokens = parser.parse(markdown)
    _mark_notices(tokens, parser)
    html = parser.renderer.render(
        tokens, parser.options, {"words": PAGE_WORDS[language], "figures": figures}
    )
    return Markup(html)  # noqa: S704 - the renderer escapes every text, html is off


@lru_cache
def _parser() -> MarkdownIt:
    parser = markdown_parser()
    parser.add_render_rule("blockquote_open", _notice_open)
    parser.add_render_rule("blockquote_close", _notice_close)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("image", _image)
    return parser


def _mark_notices(tokens: list[Token], parser: MarkdownIt) -> None:
    """Give each block quote its level and take the mark out of its text; no mark means note."""
    for at, token in enumerate(tokens):
        if token.type != "blockquote_open":
            continue
        token.meta["level"] = WarningLevel.NOTE
        first = tokens[at + 2] if at + 2 < len(tokens) else token
        marked = _MARK.match(first.content) if first.type == "inline" else None
        if marked:
            token.meta["level"] = WarningLevel(marked.group(1).lower())
            inline = parser.parseInline(first.content[marked.end() :])
            first.children = inline[0].children


def _notice_open(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    at: int,
    _options: OptionsDict,
    env: EnvType,
) -> str:
    level: WarningLevel = tokens[at].meta["level"]
    return (
        f'<div class="notice {level}" role="note"><p class="word">'
        '<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">'
        f'<path d="{_SHAPES[level]}"/></svg>{escape(env["words"][level])}</p>\n'
    )


def _notice_close(*_args: object) -> str:
    return "</div>\n"


def _table_open(
    _renderer: RendererProtocol,
    _tokens: Sequence[Token],
    _at: int,
    _options: OptionsDict,
    env: EnvType,
) -> str:
    label = escape(env["words"]["table"])
    return f'<div class="table" role="region" aria-label="{label}" tabindex="0"><table>\n'


def _table_close(*_args: object) -> str:
    return "</table></div>\n"


def _link_open(
    renderer: RendererProtocol,
    tokens: Sequence[Token],
    at: int,
    options: OptionsDict,
    env: EnvType,
) -> str:
    token = tokens[at]
    if _OUTSIDE.match(str(token.attrGet("href") or "")):
        token.attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, at, options, env)  # type: ignore[attr-defined,no-any-return]


def _image(
    _renderer: RendererProtocol,
    tokens: Sequence[Token],
    at: int,
    _options: OptionsDict,
    env: EnvType,
) -> str:
    """A figure of the manual with its caption; of any other picture only its words are shown."""
    caption = escape(caption_of(tokens[at]))
    found = _FIGURE.match(str(tokens[at].attrGet("src") or ""))
    if not found or not env["figures"]:
        return str(caption)
    address = escape(env["figures"].format(number=found[1]))
    return (
        f'<span class="figure"><img src="{address}" alt="{caption}" loading="lazy">'
        f'<span class="caption" aria-hidden="true">{caption}</span></span>'
    )
