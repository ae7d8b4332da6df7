"""The desk's own sentences about people coming and going, said while the bot is silent."""

from __future__ import annotations

from aftercare.tables.handover import HandoverStep

#: Payloads of the buttons that go with them; the intent of the wish for a person.
ASK_AGAIN = "/request_human"
LEAVE_MESSAGE = '/request_human{"choice": "message"}'
#: The turn by which the bot takes a conversation up again; nobody types it.
COME_BACK = "/come_back"

_TEXTS: dict[HandoverStep, dict[str, str]] = {
    HandoverStep.TAKEN: {
        "en": "You are talking with {name} now, who can read everything that was said here.",
        "pt": "Agora você está falando com {name}, que pode ler tudo o que foi dito aqui.",
    },
    HandoverStep.NOBODY_CAME: {
        "en": (
            "I'm sorry, nobody has been free so far. You can go on waiting, or leave a message "
            "that a colleague answers later."
        ),
        "pt": (
            "Lamento, ninguém ficou livre até agora. Você pode continuar esperando ou deixar uma "
            "mensagem, que um colega responde mais tarde."
        ),
    },
    HandoverStep.WENT_SILENT: {
        "en": "I'm sorry, {name} could not go on with this conversation.",
        "pt": "Lamento, não foi possível para {name} continuar esta conversa.",
    },
}
_TEXTS[HandoverStep.TAKEN_OVER] = _TEXTS[HandoverStep.TAKEN]

_BUTTONS: dict[HandoverStep, tuple[tuple[str, dict[str, str]], ...]] = {
    HandoverStep.NOBODY_CAME: (
        (ASK_AGAIN, {"en": "Go on waiting", "pt": "Continuar esperando"}),
        (LEAVE_MESSAGE, {"en": "Leave a message", "pt": "Deixar uma mensagem"}),
    ),
    HandoverStep.WENT_SILENT: (
        (ASK_AGAIN, {"en": "Talk to a person", "pt": "Falar com uma pessoa"}),
    ),
}


def notice_text(step: HandoverStep, language: str, name: str = "") -> str:
    texts = _TEXTS[step]
    return texts.get(language, texts["en"]).format(name=name)


def notice_buttons(step: HandoverStep, language: str) -> list[tuple[str, str]]:
    """Title and payload of each button."""
    return [
        (titles.get(language, titles["en"]), payload) for payload, titles in _BUTTONS.get(step, ())
    ]
