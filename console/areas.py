"""The places of the console's navigation: groups, and in each the areas that belong together.

To add one, give the area the name of its first page's route, put it into a group here, and its
words into console/frame_words.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from console.access import Shell


@dataclass(frozen=True)
class Area:
    """A place of the console; `right` names the shell's value that opens it, else it is for all."""

    name: str
    right: str = ""

    def open_to(self, shell: Shell) -> bool:
        return not self.right or bool(getattr(shell, self.right))


@dataclass(frozen=True)
class Group:
    """Areas that one piece of work leads through; its link leads to the first of them."""

    name: str
    areas: tuple[Area, ...]


GROUPS = (
    Group("desk", (Area("start"), Area("conversations"), Area("queue"))),
    Group("cases", (Area("tickets"), Area("complaints"), Area("returns"), Area("visits"))),
    Group(
        "people",
        (
            Area("customers"),
            Area("maintenance"),
            Area("trainings"),
            Area("satisfaction", right="satisfaction"),
            Area("personal_data", right="personal_data"),
        ),
    ),
    Group("knowledge", (Area("services"), Area("answers"), Area("manuals", right="manuals"))),
    Group("connections", (Area("integrations", right="integrations"),)),
)


def groups_for(shell: Shell) -> list[Group]:
    """The groups with the areas that this person may enter; a group without any is left out."""
    groups = []
    for group in GROUPS:
        areas = tuple(area for area in group.areas if area.open_to(shell))
        if areas:
            groups.append(Group(group.name, areas))
    return groups
