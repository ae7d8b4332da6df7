"""Mends two places of Rasa 3.6.21 where a customer's words do harm.

Rasa shows the bare placeholder instead of a value as soon as the value holds the signs "0[", and
its log of an error quotes local variables, which hold the whole conversation.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType
from typing import Any, Mapping, Tuple, Type

import structlog
from rasa.core.nlg import interpolator

logger = logging.getLogger(__name__)

#: A name in two pairs of braces stands for itself in one pair, as Rasa has it.
_PLACEHOLDER = re.compile(r"{{(?P<literal>[^\n{}]+?)}}|{(?P<name>[^\n{}]+?)}")

ErrorInfo = Tuple[Type[BaseException], BaseException, TracebackType]


def install() -> None:
    """Put the corrections in place, before Rasa sets up its log; a second call does nothing."""
    interpolator.interpolate_text = fill_placeholders
    structlog.processors.dict_tracebacks = structlog.processors.ExceptionRenderer(_places)


def fill_placeholders(response: str, values: Mapping[str, Any]) -> str:
    """The response with its placeholders filled in one pass: values are never looked into."""

    def filled(found: re.Match[str]) -> str:
        if found["literal"] is not None:
            return "{" + found["literal"] + "}"
        if found["name"] in values:
            return str(values[found["name"]])
        logger.error("placeholder_without_value placeholder=%s", found["name"])
        return found[0]

    return _PLACEHOLDER.sub(filled, response)


def _places(info: ErrorInfo) -> str:
    """The error's kind and where it came from; its text may quote a customer."""
    kind, _, trace = info
    return "".join([f"{kind.__module__}.{kind.__qualname__}\n", *traceback.format_tb(trace)])
