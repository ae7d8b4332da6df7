"""Finds the product and the lesson that a customer means."""

from __future__ import annotations

from rapidfuzz import fuzz

from aftercare.catalogue.snapshot import Catalogue
from aftercare.guidance.answers import Guidance
from aftercare.intake.fields import meant_product
from aftercare.intake.understood import Understood
from aftercare.intake.words import plain
from aftercare.replies import Button, Reply
from aftercare.training.kinds import KIND_NAMES, Kind
from aftercare.training.lessons import LessonName
from aftercare.training.state import Asking, TrainingState
from aftercare.training.words import topic_of

#: So alike, a title is meant.
_SAME = 85
#: From this share of the words' weight on, a section of the manual is what they are about.
_NEAR = 0.25
_MOST_HITS = 8
#: More are listed kind by kind.
_FEW = 6
_MOST_BUTTONS = 12


def named_product(said: Understood, catalogue: Catalogue) -> str | None:
    """The product that the message names, also by a kind of which there is one model."""
    named = meant_product(said)
    if named and named.value in catalogue.products:
        return named.value
    category = said.first("product_category")
    models = catalogue.products_of(category.value) if category else []
    return models[0].id if len(models) == 1 else None


def ask_product(
    state: TrainingState, said: Understood, catalogue: Catalogue, language: str
) -> Reply:
    """Ask which product; of a kind that was named, only its models."""
    state.asking = Asking.PRODUCT
    category = said.first("product_category")
    if category and category.value in catalogue.categories:
        state.category = category.value
    products = catalogue.products_of(state.category) if state.category else []
    return Reply(
        "utter_training_which_product",
        buttons=tuple(
            Button(product.name[language], "inform", {"product": product.id})
            for product in products or catalogue.products.values()
        ),
    )


def ask_lesson(
    state: TrainingState, lessons: list[LessonName], product: str, language: str
) -> Reply:
    """Ask what is to be learnt: the kind first where there are many lessons."""
    kinds = [kind for kind in Kind if any(lesson.kind is kind for lesson in lessons)]
    values = {"product": product}
    if state.kind is None and len(lessons) > _FEW and len(kinds) > 1:
        state.asking = Asking.KIND
        buttons = [Button(KIND_NAMES[kind][language], "inform", {"choice": kind}) for kind in kinds]
        return Reply("utter_training_which_kind", values, tuple(buttons))
    state.asking = Asking.LESSON
    listed = [lesson for lesson in lessons if state.kind in (None, lesson.kind)]
    buttons = [
        Button(lesson.title, "inform", {"choice": lesson.id}) for lesson in listed[:_MOST_BUTTONS]
    ]
    return Reply("utter_training_which_lesson", values, tuple(buttons))


def named_kind(said: Understood, lessons: list[LessonName]) -> Kind | None:
    """The kind of lessons that an answer names."""
    there = {lesson.kind for lesson in lessons}
    pressed = said.first("choice")
    spoken = plain(said.text)
    for kind in there:
        names = [plain(name) for name in KIND_NAMES[kind].values()]
        if (pressed and pressed.value == kind) or spoken in names:
            return kind
    return None


def find_lesson(
    said: Understood,
    lessons: list[LessonName],
    sections: list[LessonName],
    product: str,
    guidance: Guidance,
    language: str,
) -> str | None:
    """The lesson that a message names or is about."""
    pressed = said.first("choice")
    if pressed:
        return next((one.id for one in lessons if one.id == pressed.value), None)
    topic = said.text_without("product", "product_category")
    return lesson_about(topic, lessons, sections, product, guidance, language)


def lesson_about(
    text: str,
    lessons: list[LessonName],
    sections: list[LessonName],
    product: str,
    guidance: Guidance,
    language: str,
) -> str | None:
    """The lesson whose title is said, or the section that the manual's search finds first."""
    topic = topic_of(text)
    if not topic:
        return None
    alike = [
        (fuzz.ratio(topic, topic_of(one.title) or plain(one.title)), one.id)
        for one in (*lessons, *sections)
    ]
    best = max(alike, key=lambda one: one[0], default=(0, ""))
    if best[0] >= _SAME:
        return best[1]
    there = {one.id for one in sections}
    for hit in guidance.search(topic, product=product, language=language, limit=_MOST_HITS):
        if hit.coverage >= _NEAR and hit.anchor in there:
            return hit.anchor
    return None
