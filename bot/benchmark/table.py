"""Sets our figures beside the published ones, as a table in Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

import yaml

_FILE = Path(__file__).resolve().parent / "published.yml"
Figures = Sequence[Optional[float]]


@dataclass(frozen=True)
class Published:
    """A benchmark's published figures; the rows are platforms. None where one is not known."""

    title: str
    source: str
    columns: List[str]
    rows: Dict[str, Figures]
    wanted: Figures


def read_published(path: Path = _FILE) -> Dict[str, Published]:
    """By the name of the benchmark."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: Published(**entry) for name, entry in entries.items()}


def table(published: Published, ours: Mapping[str, Sequence[float]]) -> str:
    """Everything in one text; `ours` are figures by the name of a model of this project.

    A figure of ours is bold where it is as good as wanted.
    """
    lines = [
        f"## {published.title}",
        f"Source: {published.source}.",
        "",
        _line("", published.columns),
        "|---|" + "---:|" * len(published.columns),
    ]
    shown = partial(_shown, published.columns)
    lines += [_line(platform, shown(row)) for platform, row in published.rows.items()]
    for name, figures in ours.items():
        reached = [
            f"**{figure}**" if goal is not None and float(figure) >= goal else figure
            for figure, goal in zip(shown(figures), published.wanted, strict=True)
        ]
        lines.append(_line(name, reached))
    lines.append(_line("wanted", shown(published.wanted)))
    return "\n".join(lines)


def _shown(columns: Sequence[str], figures: Figures) -> List[str]:
    """Percentages with one digit after the point, the others with three; nothing for None."""
    return [
        "" if figure is None else f"{figure:.{1 if column.endswith('%') else 3}f}"
        for column, figure in zip(columns, figures, strict=True)
    ]


def _line(title: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([title, *cells])} |"
