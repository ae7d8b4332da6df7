"""The words of the frame around every page, in the languages that pages are written in."""

from __future__ import annotations

FRAME_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "html_lang": "en",
        "skip": "Skip to the content",
        "start": "Overview",
        "conversations": "Conversations",
        "tickets": "Tickets",
        "personal_data": "Personal data",
        "manuals": "Manuals",
        "whole_console": "Whole console",
        "find_what": "Ticket number or words",
        "find": "Find",
        "sign_out": "Sign out",
        "times": "Times are local to",
    },
    "pt": {
        "html_lang": "pt-BR",
        "skip": "Ir para o conteúdo",
        "start": "Visão geral",
        "conversations": "Conversas",
        "tickets": "Atendimentos",
        "personal_data": "Dados pessoais",
        "manuals": "Manuais",
        "whole_console": "Todo o painel",
        "find_what": "Número do atendimento ou palavras",
        "find": "Procurar",
        "sign_out": "Sair",
        "times": "Os horários são locais de",
    },
}
