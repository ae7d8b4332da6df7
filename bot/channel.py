"""The private channel: one call per turn, from the gateway only.

Typed text is always text, a button's payload is always a payload; which of the two it is says the
gateway, never the text itself. A turn that was done before is answered with the same replies.
"""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.actions.action import create_bot_utterance
from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message
from sanic import Blueprint, Sanic, response
from sanic.exceptions import InvalidUsage
from sanic.log import access_logger
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import action_calls, memory
from bot.failures import watch_turn
from bot.nlu.text import SLASH_GUARD
from bot.tracker_store import look_once, may_hold
from bot.turn_log import logged_turn

logger = logging.getLogger(__name__)

SHARED_HEADER = "X-Aftercare-Secret"
#: Buttons that leave a question or an answer come after the others, in the domain's order.
_LEAVING = ("/skip", "/cancel", "/guidance_not_helped", "/request_human")


class BadTurn(ValueError):
    """The call does not have the form of a turn; the message says what is wrong."""


@dataclass(frozen=True)
class Turn:
    """What the gateway asks for; `payload` is a button's, `text` what the customer saw or wrote."""

    conversation_id: str
    turn_id: str
    text: str
    channel: str = "website"
    payload: Optional[str] = None


class Replies(OutputChannel):
    """Collects what the bot says in one turn."""

    def __init__(self) -> None:
        self.replies: List[Dict[str, Any]] = []
        self.error_id: Optional[str] = None

    @classmethod
    def name(cls) -> str:
        return "aftercare"

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        custom = message.get("custom") or {}
        self.error_id = self.error_id or custom.get("error_id")
        self.replies.append(_reply(message, message.get("utter_action"), custom))

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        self.replies.append(_reply({"text": text}, None, {}))


class PrivateChannel(InputChannel):
    """`POST /webhooks/aftercare/turn`; docs/private-channel.md describes question and answer."""

    @classmethod
    def name(cls) -> str:
        return "aftercare"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> PrivateChannel:
        secret = (credentials or {}).get("secret") or ""
        if not secret or secret.startswith("${"):
            raise InvalidConfigException(
                "The private channel needs a secret: set AFTERCARE_PRIVATE_SECRET (`make up` does)."
            )
        return cls(secret)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("aftercare_channel", __name__)

        @routes.after_server_start
        async def started(server: Sanic, *_loop: Any) -> None:
            memory.settle()  # Rasa loads the model before the server starts
            # Sanic puts each line together even where the log takes none.
            server.config.ACCESS_LOG = access_logger.isEnabledFor(logging.INFO)

        @routes.after_server_stop
        async def stopped(*_server: Any) -> None:
            await action_calls.close()

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            ready = _ready_agent(request) is not None
            return response.json({"ready": ready}, status=200 if ready else 503)

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            shown = request.headers.get(SHARED_HEADER, "")
            # A header may hold bytes that are no text.
            if not hmac.compare_digest(
                shown.encode(errors="surrogateescape"), self._secret.encode()
            ):
                return response.json({"error": "not allowed"}, status=403)
            try:
                asked = _read_turn(request)
            except BadTurn as error:
                return response.json({"error": str(error)}, status=400)
            agent = _ready_agent(request)
            if agent is None:
                return response.json({"error": "the model is not loaded yet"}, status=503)
            with logged_turn(asked.turn_id):
                return response.json(await _take_turn(agent, asked))

        return routes


def _ready_agent(request: Request) -> Optional[Agent]:
    agent: Optional[Agent] = getattr(request.app.ctx, "agent", None)
    return agent if agent is not None and agent.is_ready() else None


def _read_turn(request: Request) -> Turn:
    try:
        body = request.json
    except InvalidUsage as error:
        raise BadTurn("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadTurn("the body is not a JSON object")
    turn = Turn(
        conversation_id=body.get("conversation_id"),
        turn_id=body.get("turn_id"),
        text=body.get("text"),
        channel=body.get("channel") or "website",
        payload=body.get("payload") or None,
    )
    for field in ("conversation_id", "turn_id", "text", "channel", "payload"):
        value = getattr(turn, field)
        if not isinstance(value, str) and not (field == "payload" and value is None):
            raise BadTurn(f"{field} is not a string" if field in body else f"{field} is missing")
        if field in ("conversation_id", "turn_id") and not value:
            raise BadTurn(f"{field} is empty")
    return turn


async def _take_turn(agent: Agent, turn: Turn) -> Dict[str, Any]:
    """Do the turn, or answer as before if it was done.

    The conversation is held from looking until the turn is stored: the gateway may ask again while
    the first call is still at work, when a process of the gateway was killed meanwhile.
    """
    conversation, store = turn.conversation_id, agent.tracker_store
    async with agent.lock_store.lock(conversation):
        with look_once(store, conversation):
            if may_hold(store, conversation, turn.turn_id):
                tracker = await store.retrieve(conversation)
                done = _done_before(tracker, turn.turn_id) if tracker else None
                if done:
                    return done
            return await _do_turn(agent, turn)


async def _do_turn(agent: Agent, turn: Turn) -> Dict[str, Any]:
    failed = watch_turn()
    output = Replies()
    message = UserMessage(
        turn.text,
        output,
        turn.conversation_id,
        input_channel=PrivateChannel.name(),
        message_id=turn.turn_id,
        metadata={
            "turn_id": turn.turn_id,
            "channel": turn.channel,
            "button": turn.payload is not None,
        },
    )
    message.parse_data = await _understand(agent, message, turn.payload)
    # The agent's own method of this name would take the lock that is held already.
    await agent.processor.handle_message(message)
    error_id = output.error_id
    if failed:
        error_id = failed[0].error_id
        await _say_trouble(agent, output, message, error_id)
    return _answer(output.replies, message.parse_data, error_id, failed[0].name if failed else None)


async def _understand(agent: Agent, message: UserMessage, payload: Optional[str]) -> Dict[str, Any]:
    """Parse typed text with the model, a payload without it."""
    if payload:
        unpacked = YAMLStoryReader.unpack_regex_message(
            Message.build(payload), agent.domain, entity_extractor_name="button"
        ).as_dict()
        unpacked["text"] = message.text
        unpacked.setdefault("intent", {"name": None, "confidence": 0.0})
        unpacked.setdefault("entities", [])
        return unpacked
    return await understand_typed(agent, message)


async def understand_typed(agent: Agent, message: UserMessage) -> Dict[str, Any]:
    """What the model makes of text that somebody wrote, whatever sign it begins with."""
    if message.text.lstrip().startswith("/"):
        message.text = SLASH_GUARD + message.text
    return await agent.processor.parse_message(message)


async def _say_trouble(agent: Agent, output: Replies, message: UserMessage, error_id: str) -> None:
    """Say that something failed, and remember it, so that a repeat of the turn says it too."""
    tracker = await agent.tracker_store.retrieve(message.sender_id)
    if tracker is None:
        tracker = DialogueStateTracker(message.sender_id, agent.domain.slots)
    spoken = await agent.nlg.generate("utter_trouble", tracker, output.name(), error_id=error_id)
    if spoken:
        spoken = {**spoken, "utter_action": "utter_trouble", "custom": {"error_id": error_id}}
        await output.send_response(message.sender_id, spoken)
        tracker.update(create_bot_utterance(spoken), agent.domain)
        await agent.tracker_store.save(tracker)


def _done_before(tracker: DialogueStateTracker, turn_id: str) -> Optional[Dict[str, Any]]:
    """The answer to a turn that the tracker holds already."""
    replies: List[Dict[str, Any]] = []
    error_id: Optional[str] = None
    asked: Optional[UserUttered] = None
    for event in tracker.events:
        if isinstance(event, UserUttered):
            if asked is not None:
                break
            if (event.metadata or {}).get("turn_id") == turn_id:
                asked = event
        elif asked is not None and isinstance(event, BotUttered):
            custom = event.data.get("custom") or {}
            error_id = error_id or custom.get("error_id")
            said = {**event.data, "text": event.text}
            replies.append(_reply(said, event.metadata.get("utter_action"), custom))
    if asked is None:
        return None
    return _answer(replies, asked.parse_data, error_id, None)


def _reply(
    message: Dict[str, Any], response_name: Optional[str], custom: Dict[str, Any]
) -> Dict[str, Any]:
    buttons = [
        {"title": button["title"], "payload": button["payload"]}
        for button in message.get("buttons") or []
    ]
    buttons.sort(key=lambda button: button["payload"].startswith(_LEAVING))
    return {
        "text": message.get("text") or "",
        "response": response_name,
        "buttons": buttons,
        "sources": custom.get("sources", []),
    }


def _answer(
    replies: List[Dict[str, Any]],
    parse_data: Dict[str, Any],
    error_id: Optional[str],
    failed_action: Optional[str],
) -> Dict[str, Any]:
    intent = parse_data.get("intent") or {}
    entities = [
        {key: entity[key] for key in ("entity", "value", "start", "end", "role") if key in entity}
        for entity in parse_data.get("entities") or []
    ]
    languages = [entity["value"] for entity in entities if entity["entity"] == "language"]
    return {
        "replies": [reply for reply in replies if reply["text"]],
        "understood": {
            "intent": intent.get("name"),
            "confidence": intent.get("confidence"),
            "entities": [entity for entity in entities if entity["entity"] != "language"],
        },
        "language": languages[-1] if languages else None,
        "error_id": error_id,
        "failed_action": failed_action,
    }
