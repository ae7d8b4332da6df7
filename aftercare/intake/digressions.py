"""What may be said in the middle of an intake without being an answer in it."""

from __future__ import annotations

#: Kinds whose answer may be any words, so that only a clear other wish is not taken for one.
FREE_TEXT = frozenset({"description", "name", "address"})
#: What is answered between two questions of an intake (data/rules/digressions.yml).
DIGRESSIONS = frozenset(
    {
        "ask_usage",
        "ask_warranty",
        "check_ticket_status",
        "add_to_ticket",
        "request_human",
        "ask_waiting_time",
        "attach_files",
        "come_back",
        "postback",
        "request_repair",
        "request_return",
        "request_installation",
        "request_maintenance",
        "file_complaint",
        "give_feedback",
        "privacy_request",
        "bot_challenge",
        "ask_capabilities",
        "change_language",
        "greet",
        "thank",
        "goodbye",
        "out_of_scope",
        "guidance_helped",
        "guidance_not_helped",
        "switch_service",
        "next_step",
        "previous_step",
        "repeat_step",
        "stuck_on_step",
        "pause_training",
        "request_training",
        "request_training_summary",
    }
)
#: Questions that stay questions in the middle of an answer. What else is said while a story, a
#: name or an address is asked for belongs to it.
INTERRUPTS = frozenset(
    {
        "ask_usage",
        "ask_warranty",
        "ask_waiting_time",
        "check_ticket_status",
        "request_human",
        "bot_challenge",
        "ask_capabilities",
        "change_language",
    }
)
COURTESIES = frozenset({"greet", "thank", "goodbye"})
#: In a story these are mostly part of it ("I still have no answer to my ticket"); and "how do I
#: stop it leaking?" tells what happens.
TOLD_IN_STORIES = frozenset({"ask_usage", "ask_warranty", "check_ticket_status"})
