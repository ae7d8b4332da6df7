"""An intake on the sample company that a test talks to, message by message."""

from __future__ import annotations

from aftercare.catalogue.snapshot import Catalogue
from aftercare.intake.dialogue import Intake, Step, Verdict
from aftercare.intake.state import CONFIRMATION, IntakeState, Memory
from aftercare.intake.understood import Understood
from tests.answers import TODAY, answer_to, pressed, told


class Conversation:
    """One intake; its state goes through JSON after each message, as it does in the bot."""

    def __init__(
        self, catalogue: Catalogue, service: str, language: str = "en", memory: Memory | None = None
    ) -> None:
        self.catalogue = catalogue
        self.service = catalogue.services[service]
        self.language = language
        self.state = IntakeState(service)
        self.memory = memory or Memory()
        self.step = Step(Verdict.ASK)

    def begin(self, said: Understood | None = None) -> Conversation:
        return self._keep(self._intake().begin(said or pressed(self.service.intent)))

    def say(self, said: Understood | str) -> Conversation:
        said = told(said, intent="nlu_fallback", confidence=0.3) if isinstance(said, str) else said
        return self._keep(self._intake().take(said))

    def resume(self) -> Conversation:
        return self._keep(self._intake().resume())

    def answer(self) -> Conversation:
        """A good answer to what is being asked."""
        return self.say(answer_to(self.service.record(self.asking), self.language))

    def answer_until(self, asking: str) -> Conversation:
        for _ in range(20):
            if self.asking == asking or self.step.verdict is not Verdict.ASK:
                break
            self.answer()
        assert self.asking == asking, f"{self.service.id} asks for {self.asking}"
        return self

    def to_confirmation(self) -> Conversation:
        return self.answer_until(CONFIRMATION)

    @property
    def asking(self) -> str:
        return self.state.asking

    @property
    def records(self) -> dict[str, str]:
        return self.state.records

    @property
    def verdict(self) -> Verdict:
        return self.step.verdict

    @property
    def heard(self) -> list[str]:
        """The names of the responses to the last message."""
        return [reply.response for reply in self.step.replies]

    def _intake(self) -> Intake:
        return Intake(self.catalogue, self.state, self.memory, TODAY, self.language)

    def _keep(self, step: Step) -> Conversation:
        self.step = step
        self.state = IntakeState.from_json(self.state.to_json())
        self.memory = Memory.from_json(self.memory.to_json())
        return self
