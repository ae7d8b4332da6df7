"""Stand-ins for what surrounds the bot's own code: an action server, and Rasa's agent."""

from __future__ import annotations

from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.actions.action import RemoteAction, create_bot_utterance
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

DOMAIN = """
version: "3.1"
intents: [greet, inform, restart]
entities: [product, language]
slots:
  language:
    type: text
    mappings: [{type: from_entity, entity: language}]
actions: [action_answer]
responses:
  utter_greet: [{text: Hello}]
  utter_trouble:
  - text: "Algo falhou ({error_id})"
    condition: [{type: slot, name: language, value: pt}]
  - text: "Something failed ({error_id})"
"""


class FakeEndpoint:
    """An action server that gives one answer, or fails with one error."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome
        self.kwargs: Dict[str, Any] = {}  # settings that Rasa looks into

    async def request(self, **arguments: Any) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def call_action(endpoint: FakeEndpoint, name: str = "action_answer") -> List[Any]:
    """Run a remote action as Rasa does, for a customer who has said nothing yet."""
    domain = Domain.from_yaml(DOMAIN)
    tracker = DialogueStateTracker("somebody", domain.slots)
    speaker = TemplatedNaturalLanguageGenerator(domain.responses)
    action = RemoteAction(name, endpoint)
    return await action.run(CollectingOutputChannel(), speaker, tracker, domain)


class FakeProcessor:
    """Understands every typed text in the same way, and remembers what it was given."""

    def __init__(self, handle_message: Optional[Callable[[UserMessage], Any]] = None) -> None:
        self.parsed: List[str] = []
        self.entities: List[Dict[str, Any]] = []
        self.handle_message = handle_message

    async def parse_message(self, message: UserMessage) -> Dict[str, Any]:
        self.parsed.append(message.text)
        return {
            "text": message.text,
            "intent": {"name": "inform", "confidence": 0.75},
            "entities": self.entities,
        }


class FakeAgent:
    """Rasa's agent with one action: says the replies, or calls an action server that fails."""

    def __init__(self) -> None:
        self.domain = Domain.from_yaml(DOMAIN)
        self.tracker_store = InMemoryTrackerStore(self.domain)
        self.nlg = TemplatedNaturalLanguageGenerator(self.domain.responses)
        self.lock_store = InMemoryLockStore()
        self.processor = FakeProcessor(self._handle_message)
        self.handled: List[UserMessage] = []
        self.replies: List[Dict[str, Any]] = [{"text": "Hello", "utter_action": "utter_greet"}]
        self.fails_with: Optional[Exception] = None
        self.ready = True
        self.pause: Callable[[], Awaitable[None]] = _no_pause

    def is_ready(self) -> bool:
        return self.ready

    async def _handle_message(self, message: UserMessage) -> None:
        self.handled.append(message)
        await self.pause()
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        tracker.update(
            UserUttered(
                message.text,
                message.parse_data["intent"],
                message.parse_data["entities"],
                message.parse_data,
                message_id=message.message_id,
                metadata=message.metadata,
            )
        )
        if self.fails_with is not None:
            await self._fail()
        for reply in [] if self.fails_with else self.replies:
            said = create_bot_utterance(dict(reply))
            tracker.update(said)
            await message.output_channel.send_response(message.sender_id, said.message())
        await self.tracker_store.save(tracker)

    async def _fail(self) -> None:
        try:
            await call_action(FakeEndpoint(self.fails_with))
        except Exception as error:
            assert error is not None  # Rasa logs it and goes on to listen, and so does this.


async def _no_pause() -> None:
    return
