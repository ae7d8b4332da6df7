"""A desk with the sample company, for tests of the core and of the actions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aftercare.catalogue.files import read_company
from aftercare.catalogue.snapshot import Catalogue, CatalogueReader
from aftercare.database import SessionFactory, open_engine, open_sessions
from aftercare.desk import Desk
from aftercare.guidance.answers import Guidance
from aftercare.guidance.index import FOLDER, GuidanceIndex, build_index
from aftercare.intake.state import CONFIRMATION, REMEDY, IntakeState, Memory
from aftercare.intake.understood import Understood
from aftercare.settings import PROJECT_ROOT
from aftercare.talk import Talk, Turn
from tests.answers import answer_to, pressed, told
from tests.conftest import settings_in


@dataclass(frozen=True)
class Library:
    """A folder with the loaded database and the search index, only to be read."""

    folder: Path
    sessions: SessionFactory
    catalogue: Catalogue

    @property
    def guidance(self) -> Guidance:
        return Guidance(self.sessions, GuidanceIndex(self.folder))


def make_library(folder: Path, loaded_file: Path) -> Library:
    """Copy the loaded database into the folder and build the index of its manuals."""
    shutil.copy(loaded_file, folder / "aftercare.db")
    sessions = open_sessions(open_engine(settings_in(folder)))
    build_index(sessions, folder)
    return Library(folder, sessions, CatalogueReader(sessions).newest())


def open_test_desk(
    sessions: SessionFactory, index_folder: Path, clock: Callable[[], datetime]
) -> Desk:
    """A desk on a database of the test's own and the shared index."""
    return Desk(
        sessions,
        Guidance(sessions, GuidanceIndex(index_folder)),
        read_company(PROJECT_ROOT / "catalogue"),
        clock,
    )


def copy_index(library: Library, folder: Path) -> None:
    """An index that a test may damage."""
    shutil.copytree(library.folder / FOLDER, folder / FOLDER)


YES = told("yes", intent="affirm")


class Caller:
    """Talks to a desk and keeps what the bot would keep between two messages."""

    def __init__(self, desk: Desk, conversation: str = "c-1", language: str = "en") -> None:
        self.desk, self.talk = desk, Talk(conversation, "website", language)
        self.memory = Memory()
        self.turn = Turn(None, self.memory)

    @property
    def state(self) -> IntakeState:
        assert self.turn.state is not None, self.heard
        return self.turn.state

    @property
    def heard(self) -> list[str]:
        return [reply.response for reply in self.turn.replies]

    @property
    def values(self) -> dict[str, str]:
        return self.turn.replies[0].values

    def want(self, intent: str, said: Understood | None = None) -> Caller:
        return self._keep(self.desk.begin(intent, said or pressed(intent), self.memory, self.talk))

    def say(self, said: Understood | str) -> Caller:
        said = told(said, intent="nlu_fallback", confidence=0.3) if isinstance(said, str) else said
        return self._keep(self.desk.take(said, self.state, self.memory, self.talk))

    def answer_all(self) -> Caller:
        """Good answers until there is nothing left to ask but the confirmation."""
        while self.turn.state and self.state.asking != CONFIRMATION:
            if self.state.asking == REMEDY:
                self.say(pressed("skip"))
                continue
            service = self.desk._catalogue.newest().services[self.state.service]
            self.say(answer_to(service.record(self.state.asking), self.talk.language))
        return self

    def _keep(self, turn: Turn) -> Caller:
        state = IntakeState.from_json(turn.state.to_json()) if turn.state else None
        self.memory = Memory.from_json(turn.memory.to_json())
        self.turn = Turn(state, self.memory, turn.replies, turn.digression)
        return self
