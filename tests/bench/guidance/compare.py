"""Sets the search beside plain BM25 and draws where it is good: `make compare-guidance`.

With SECTIONS and QUESTIONS as of `make evaluate-guidance` it also asks those, and takes them for
questions that the sample company's manuals do not answer.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aftercare.guidance.decision import Decision, Outcome, decide
from aftercare.guidance.evaluate import PRODUCT, read_questions, read_sections
from aftercare.guidance.index import GuidanceIndex, IndexedSection, write_index
from aftercare.settings import PROJECT_ROOT
from tests.bench.guidance.drawing import draw_recall, draw_reliability
from tests.bench.guidance.plain_bm25 import PlainBm25
from tests.bench.guidance.questions import (
    OwnQuestion,
    later_questions,
    own_questions,
    own_sections,
    strangers_questions,
)

PICTURES = PROJECT_ROOT / "docs" / "benchmarks"
DEPTHS = (1, 3, 5)
#: Of the answerable questions so many may be refused where the share refused rightly is told.
FALSE_ALARMS = 0.05
_LENGTHS = ((3, "1-3 words"), (5, "4-5"), (7, "6-7"), (9, "8-9"), (1000, "10 or more"))


@dataclass(frozen=True)
class Judged:
    """One question with what both searches and the decision made of it."""

    question: OwnQuestion
    ours: int | None
    """The place of the first right section among the first five; none where it is not there."""
    plain: int | None
    decision: Decision

    @property
    def refused(self) -> bool:
        return self.decision.outcome is Outcome.NONE

    @property
    def quoted(self) -> bool:
        return self.decision.outcome is Outcome.ANSWER


class Judge:
    """Asks both searches; each product's manual is searched by itself."""

    def __init__(self, index: GuidanceIndex, plain: Mapping[tuple[str, str], PlainBm25]) -> None:
        self._index = index
        self._plain = plain

    def judge(self, question: OwnQuestion) -> Judged:
        hits = self._index.search(
            question.text, product=question.product, language=question.language
        )
        plain = self._plain[question.product, question.language].search(question.text, DEPTHS[-1])
        return Judged(
            question,
            _place([hit.anchor for hit in hits], question.answers),
            _place(plain, question.answers),
            decide(hits),
        )


def _place(anchors: Sequence[str], answers: frozenset[str]) -> int | None:
    return next((at for at, anchor in enumerate(anchors, start=1) if anchor in answers), None)


def recall(places: Iterable[int | None], depth: int) -> float:
    found = [place is not None and place <= depth for place in places]
    return sum(found) / len(found)


def refused_rightly(answerable: Sequence[Judged], others: Sequence[Judged]) -> float:
    """The share of the others that lies below all but FALSE_ALARMS of the answerable."""
    likelihoods = sorted(one.decision.among_three for one in answerable)
    least = likelihoods[int(len(likelihoods) * FALSE_ALARMS)]
    return sum(one.decision.among_three < least for one in others) / len(others)


def recall_table(sets: Mapping[str, Sequence[Judged]]) -> str:
    lines = [
        "| questions | | recall at 1 | at 3 | at 5 | plain BM25 at 1 | at 3 | at 5 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, judged in sets.items():
        ours = [recall((one.ours for one in judged), depth) for depth in DEPTHS]
        plain = [recall((one.plain for one in judged), depth) for depth in DEPTHS]
        cells = [name, str(len(judged)), *(f"{share:.3f}" for share in (*ours, *plain))]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def outcome_table(pairs: Mapping[str, tuple[Sequence[Judged], Sequence[Judged]]]) -> str:
    """What the decision does with answerable questions and with others."""
    lines = [
        "| questions | quoted rightly | wrongly | choice with it | without it | refused "
        "| not told: refused | offered a choice | quoted | refused at 5 % false |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, (answerable, others) in pairs.items():
        shares = [
            _share(answerable, lambda one: one.quoted and one.ours == 1),
            _share(answerable, lambda one: one.quoted and one.ours != 1),
            _share(answerable, lambda one: _offered(one) and _among_offered(one)),
            _share(answerable, lambda one: _offered(one) and not _among_offered(one)),
            _share(answerable, lambda one: one.refused),
            _share(others, lambda one: one.refused),
            _share(others, _offered),
            _share(others, lambda one: one.quoted),
            refused_rightly(answerable, others),
        ]
        lines.append(f"| {name} | {' | '.join(f'{share:.0%}' for share in shares)} |")
    return "\n".join(lines)


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float:
    return sum(map(holds, judged)) / len(judged)


def _offered(one: Judged) -> bool:
    return not one.quoted and not one.refused


def _among_offered(one: Judged) -> bool:
    return any(hit.anchor in one.question.answers for hit in one.decision.hits)


def by_language(one: Judged) -> str:
    return {"en": "English", "pt": "Portuguese"}[one.question.language]


def by_product(one: Judged) -> str:
    return one.question.product


def by_length(one: Judged) -> str:
    words = len(one.question.text.split())
    return next(name for most, name in _LENGTHS if words <= most)


def recall_groups(judged: Sequence[Judged]) -> list[list[tuple[str, int, float, float]]]:
    """For the picture: name, questions, our recall at 3 and plain BM25's, group by group."""
    groups = []
    for key in (by_language, by_product, by_length):
        counts = Counter(map(key, judged))
        order = [name for _, name in _LENGTHS] if key is by_length else sorted(counts)
        rows = []
        for name in order:
            some = [one for one in judged if key(one) == name]
            if some:
                ours = recall((one.ours for one in some), 3)
                rows.append((name, len(some), ours, recall((one.plain for one in some), 3)))
        groups.append(rows)
    return groups


def reliability(judged: Sequence[Judged]) -> list[tuple[float, float, int]]:
    """By tenths of the likelihood: its mean, the share with one of three right, how many."""
    bins: dict[int, list[Judged]] = {}
    for one in judged:
        bins.setdefault(min(int(one.decision.among_three * 10), 9), []).append(one)
    return [
        (
            sum(one.decision.among_three for one in some) / len(some),
            _share(some, lambda one: (one.ours or DEPTHS[-1]) <= 3),
            len(some),
        )
        for _, some in sorted(bins.items())
    ]


def main(arguments: Sequence[str]) -> int:
    sections = own_sections()
    manuals: dict[tuple[str, str], list[IndexedSection]] = {}
    for language, listed in sections.items():
        for section in listed:
            manuals.setdefault((section.product, language), []).append(section)
    brought: list[OwnQuestion] = []
    if arguments:
        theirs = read_sections(Path(arguments[0]))
        sections["en"] += theirs
        manuals[PRODUCT, "en"] = theirs
        brought = [
            OwnQuestion(PRODUCT, "en", question.text, question.answers)
            for question in read_questions(Path(arguments[1]), theirs)
        ]
    own = own_questions()
    with tempfile.TemporaryDirectory(prefix="aftercare-comparison-") as folder:
        write_index(Path(folder), sections, "comparison")
        judge = Judge(
            GuidanceIndex(Path(folder)), {key: PlainBm25(s) for key, s in manuals.items()}
        )
        judged = [judge.judge(question) for question in own]
        strangers = [judge.judge(question) for question in strangers_questions(own)]
        later = [judge.judge(question) for question in later_questions()]
        theirs_judged = [judge.judge(question) for question in brought]
        refused = [
            judge.judge(OwnQuestion(product, "en", question.text, frozenset()))
            for product in sorted({question.product for question in own})
            for question in brought
        ]
    held_out = [one for one in judged if one.question.held_out]
    halves = {
        "own, learnt from": [one for one in judged if not one.question.held_out],
        "own, held out": held_out,
    }
    answerable = {
        name: [one for one in half if one.question.answers] for name, half in halves.items()
    }
    answerable["products added later"] = later
    if theirs_judged:
        answerable["brought"] = theirs_judged
    print(recall_table(answerable))
    print()
    pairs = {
        name: (answerable[name], [one for one in half if not one.question.answers])
        for name, half in halves.items()
    }
    pairs["own, held out, and those for other products"] = (
        answerable["own, held out"],
        [one for one in strangers if one.question.held_out],
    )
    if theirs_judged:
        pairs["brought, and the same asked to the sample company's manuals"] = (
            theirs_judged,
            refused,
        )
    print(outcome_table(pairs))
    draw_recall(PICTURES / "guidance-recall.svg", recall_groups(answerable["own, held out"]))
    draw_reliability(PICTURES / "guidance-reliability.svg", reliability(held_out))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
