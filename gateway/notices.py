"""The desk's own sentences when the bot cannot speak: an answer that is late or does not come."""

from __future__ import annotations

DELAY_NOTICE = "delay_notice"
GIVEN_UP_NOTICE = "given_up_notice"

_DELAY = {
    "en": (
        "This is taking longer than usual. What you wrote is kept, and the answer will appear "
        "here as soon as possible. You need not send it again."
    ),
    "pt": (
        "Está demorando mais que o normal. O que você escreveu está guardado, e a resposta "
        "aparece aqui assim que possível. Não é preciso enviar de novo."
    ),
}
_DELAY_AT_OPENING = {
    "en": (
        "The assistant is taking longer than usual to start. You can write already: your message "
        "is kept and answered here as soon as possible."
    ),
    "pt": (
        "O assistente está demorando mais que o normal para começar. Você já pode escrever: a "
        "mensagem fica guardada e a resposta aparece aqui assim que possível."
    ),
}
_GIVEN_UP = {
    "en": (
        "I am sorry, your message “{words}” could not be answered. Please send it again in a "
        "few minutes, or write to {email} and give the number {error_id}."
    ),
    "pt": (
        "Lamento, não foi possível responder à sua mensagem “{words}”. Envie de novo daqui a "
        "alguns minutos ou escreva para {email} e informe o número {error_id}."
    ),
}
_GIVEN_UP_AT_OPENING = {
    "en": (
        "I am sorry, the assistant cannot be reached at the moment. Please try again later, or "
        "write to {email} and give the number {error_id}."
    ),
    "pt": (
        "Lamento, não é possível falar com o assistente neste momento. Tente mais tarde ou "
        "escreva para {email} e informe o número {error_id}."
    ),
}
_QUOTED_CHARACTERS = 60


def delay_text(language: str, *, opening: bool) -> str:
    """`opening`: the customer has written nothing yet that waits."""
    return _in(_DELAY_AT_OPENING if opening else _DELAY, language)


def given_up_text(language: str, *, words: str | None, email: str, error_id: str) -> str:
    """`words`: what the customer wrote, None for the greeting that nobody asked for."""
    if words is None:
        return _in(_GIVEN_UP_AT_OPENING, language).format(email=email, error_id=error_id)
    line = " ".join(words.split())
    quoted = line if len(line) <= _QUOTED_CHARACTERS else line[: _QUOTED_CHARACTERS - 1] + "…"
    return _in(_GIVEN_UP, language).format(words=quoted, email=email, error_id=error_id)


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language, texts["en"])
