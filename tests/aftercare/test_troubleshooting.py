"""The manual's remedy is offered before a ticket for a fault, as the bot asks the desk for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aftercare.catalogue.snapshot import Catalogue
from aftercare.database import SessionFactory, reading
from aftercare.desk import Desk
from aftercare.intake.state import REMEDY
from aftercare.intake.understood import Understood
from aftercare.tables.guidance import QuotedAnswer
from aftercare.tables.tickets import Ticket, TicketEvent
from aftercare.troubleshooting import listed_symptoms
from tests.answers import bought, pressed, told
from tests.desks import YES, Caller

STORY = "my W900 shows E18"
OFFERED = ["utter_intake_opening", "utter_remedy_first_with_warnings", "utter_remedy"]


def report(caller: Caller, text: str = STORY, intent: str = "request_repair") -> Caller:
    return caller.want(intent, told(text, intent=intent, product="mare-w900", error_code="E18"))


def outcomes(sessions: SessionFactory) -> list[tuple[str, str, str | None]]:
    with reading(sessions) as session:
        rows = session.scalars(select(QuotedAnswer).order_by(QuotedAnswer.id))
        return [(row.anchor, row.purpose, row.outcome) for row in rows]


def test_the_remedy_comes_before_the_questions_with_its_warnings_first(joana: Caller) -> None:
    report(joana)
    assert joana.heard == OFFERED
    assert joana.state.asking == REMEDY
    quoted = joana.turn.replies[-1]
    assert quoted.values["quote"].startswith("WARNING: Never unscrew the pump filter")
    assert quoted.sources[0].path == "/manuals/mare-w900/en/error-e18"


def test_warnings_are_spoken_of_only_where_the_remedy_has_some(desk: Desk) -> None:
    caller = Caller(desk)
    said = told(
        "the C200 shows E01", intent="request_repair", product="aroma-c200", error_code="E01"
    )
    caller.want("request_repair", said)
    assert caller.heard == ["utter_intake_opening", "utter_remedy_first", "utter_remedy"]


def test_where_it_worked_no_ticket_is_opened(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    report(joana).say(pressed("guidance_helped"))
    assert (joana.heard, joana.turn.state) == (["utter_remedy_worked"], None)
    assert outcomes(stocked_sessions) == [("error-e18", "fault", "helped")]
    with reading(stocked_sessions) as session:
        assert session.scalars(select(Ticket)).all() == []


def test_where_it_did_not_help_the_ticket_tells_what_was_tried(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    report(joana).say(pressed("guidance_not_helped"))
    assert joana.heard == ["utter_remedy_not_helped", "utter_ask_optional_record"]
    joana.answer_all().say(YES)
    assert joana.heard == ["utter_ticket_opened"]
    assert outcomes(stocked_sessions) == [("error-e18", "fault", "not_helped")]
    with reading(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket)).one()
        note = session.scalars(select(TicketEvent.note)).one()
    assert ticket.description == STORY
    assert note == ("Tried from the manual and did not help: Error code E18: water does not drain.")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (pressed("skip"), "skipped"),
        (told("just send the repair request", intent="request_repair"), "skipped"),
        (told("it still shows the same", intent="nlu_fallback", confidence=0.3), "not_helped"),
        (told("no", intent="deny"), "not_helped"),
        (told("it still leaks, send someone", intent="guidance_not_helped"), "not_helped"),
        (told("i dont want to read this just send someone", intent="deny"), "skipped"),
        (told("I'd rather not try that", intent="deny"), "skipped"),
        (told("can't you just send a repairman", "nlu_fallback", 0.3), "skipped"),
        (told("não quero mexer nisso manda um técnico", "nlu_fallback", 0.3), "skipped"),
        (told("prefiro que venha um técnico", intent="request_installation"), "skipped"),
        (told("não tenho tempo pra ler isso", intent="out_of_scope"), "skipped"),
    ],
)
def test_other_words_go_on_to_the_repair(
    joana: Caller, stocked_sessions: SessionFactory, said: object, outcome: str
) -> None:
    report(joana).say(said)  # type: ignore[arg-type]
    assert joana.state.asking == "purchase_date"
    assert outcomes(stocked_sessions) == [("error-e18", "fault", outcome)]


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        (told("I don't need a technician, it worked", "nlu_fallback", 0.3), "utter_remedy_again"),
        (told("it worked, no need to send someone", "guidance_helped"), "utter_remedy_worked"),
        (told("não vaza mais", "guidance_helped", symptom="leak"), "utter_remedy_worked"),
    ],
)
def test_who_needs_nobody_to_come_does_not_skip_the_remedy(
    joana: Caller, said: Understood, heard: str
) -> None:
    assert report(joana).say(said).heard == [heard]


def test_fault_that_is_there_now_has_not_been_helped(joana: Caller) -> None:
    report(joana).say(told("it's leaking now", "guidance_helped", 0.67, symptom="leak"))
    assert joana.heard == ["utter_record_noted", "utter_remedy_again"]


def test_fault_on_file_that_is_there_now_has_not_been_helped_either(joana: Caller) -> None:
    story = "my W900 shows E18 and leaks"
    entities = {"product": "mare-w900", "error_code": "E18", "symptom": "leak"}
    joana.want("request_repair", told(story, "request_repair", **entities))
    joana.say(told("it's leaking now", "guidance_helped", 0.67, symptom="leak"))
    assert (joana.heard, joana.state.asking) == (["utter_remedy_again"], REMEDY)


def test_who_wants_to_talk_to_a_person_gets_one(joana: Caller) -> None:
    report(joana).say(told("get me someone to talk to", "request_human"))
    assert joana.state.service == "person"


def test_ok_means_that_it_will_be_tried_and_yes_that_it_worked(joana: Caller) -> None:
    report(joana).say(YES)
    assert joana.heard == ["utter_remedy_again"]
    joana.say(YES)
    assert joana.heard == ["utter_remedy_worked"]


def test_who_says_something_else_twice_goes_on(joana: Caller) -> None:
    report(joana).say("hmm")
    assert joana.heard == ["utter_remedy_again"]
    joana.say("hmm hmm")
    assert joana.state.asking == "purchase_date"


def test_what_is_told_instead_is_kept(joana: Caller) -> None:
    report(joana).say(bought("bought in January", "2026-01-15"))
    assert joana.heard == ["utter_record_noted", "utter_ask_optional_record"]
    assert joana.state.asking == "serial_number"


def test_another_model_brings_its_own_remedy(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    report(joana).say(told("no sorry, it's the W700", intent="deny", product="mare-w700"))
    assert joana.heard == ["utter_record_changed", *OFFERED[1:]]
    assert joana.turn.replies[-1].sources[0].path == "/manuals/mare-w700/en/error-e18"
    joana.say(pressed("guidance_helped"))
    # Nobody has tried what stands in the other model's manual.
    assert outcomes(stocked_sessions) == [
        ("error-e18", "fault", None),
        ("error-e18", "fault", "helped"),
    ]


def test_another_model_without_a_remedy_goes_on_to_the_repair(joana: Caller) -> None:
    report(joana).say(told("no, the P30", intent="correct", product="fonte-p30"))
    assert joana.heard == ["utter_record_changed", "utter_ask_optional_record"]
    assert joana.memory.answer is None


def test_model_that_is_told_later_brings_its_remedy_too(joana: Caller) -> None:
    report(joana).say(pressed("guidance_not_helped"))
    joana.say(told("wait, it is the W700", intent="correct", product="mare-w700"))
    assert joana.heard == ["utter_record_changed", *OFFERED[1:]]


def test_who_skipped_the_remedy_is_offered_none_for_another_model(joana: Caller) -> None:
    report(joana).say(pressed("skip"))
    joana.say(told("wait, it is the W700", intent="correct", product="mare-w700"))
    assert joana.heard == ["utter_record_changed", "utter_ask_optional_record"]


def test_model_that_was_right_at_first_brings_no_remedy_twice(joana: Caller) -> None:
    report(joana).say(told("no, the W700", intent="correct", product="mare-w700"))
    joana.say(told("no, it is the W900", intent="correct", product="mare-w900"))
    assert joana.heard == ["utter_record_changed", "utter_ask_optional_record"]


@pytest.mark.parametrize(
    ("text", "intent", "heard"),
    [
        ("and now it also leaks", "request_repair", "utter_remedy_again"),
        ("and now it also leaks", "file_complaint", "utter_remedy_again"),
        ("no, and now it leaks as well", "deny", "utter_remedy_not_helped"),
        ("that worked, but now it leaks", "guidance_helped", "utter_ask_optional_record"),
    ],
)
def test_another_fault_is_noted_while_the_remedy_is_tried(
    joana: Caller, text: str, intent: str, heard: str
) -> None:
    report(joana).say(told(text, intent, symptom="leak"))
    assert joana.heard[:2] == ["utter_record_noted", heard]
    assert joana.turn.replies[0].values["value"] == text
    assert joana.state.records["description"] == f"{STORY}\n{text}"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("it worked, it no longer leaks", "guidance_helped"),
        ("it still leaks", "guidance_not_helped"),
    ],
)
def test_fault_of_the_remedy_is_no_other_one(joana: Caller, text: str, intent: str) -> None:
    report(joana).say(told(text, intent, symptom="leak"))
    assert "utter_record_noted" not in joana.heard


def test_question_about_another_fault_is_answered_first(joana: Caller) -> None:
    said = told("it also leaks, is that covered?", "ask_warranty", symptom="leak")
    assert report(joana).say(said).turn.digression


def test_after_a_question_in_the_middle_the_remedy_is_asked_about_again(joana: Caller) -> None:
    report(joana)
    turn = joana.desk.resume(joana.state, joana.memory, joana.talk)
    assert [reply.response for reply in turn.replies] == ["utter_remedy_again"]
    joana._keep(turn)
    assert joana.say(YES).heard == ["utter_remedy_worked"]


@pytest.mark.parametrize(
    "text",
    [
        "the W900 shows E18 and there is smoke",
        "E18, I already cleaned the filter",
        "E18, we have tried everything in the manual",
        "shows E18, please send a technician",
        "E18 again, I want a replacement",
        "aparece E18, já limpei o filtro",
        "E18, mandem um técnico",
        "quero meu dinheiro de volta, E18",
        "the glass of the door is cracked and the handle came off",
    ],
)
def test_no_remedy_is_offered(joana: Caller, text: str) -> None:
    report(joana, text)
    assert joana.turn.replies[-1].response == "utter_ask_optional_record"


def test_nor_where_the_customer_wants_a_refund(joana: Caller) -> None:
    said = told(
        STORY, intent="request_repair", product="mare-w900", error_code="E18", wish="refund"
    )
    joana.want("request_repair", said)
    assert joana.heard[-1] == "utter_ask_optional_record"


def test_nor_for_what_the_manual_leaves_to_a_technician(joana: Caller) -> None:
    said = told("the A12 shows E5", intent="request_repair", product="brisa-a12", error_code="E5")
    joana.want("request_repair", said)
    assert joana.heard[-1] == "utter_ask_optional_record"


def test_a_remedy_is_offered_once_a_fault(joana: Caller) -> None:
    report(joana).say(pressed("cancel"))
    report(joana)
    assert joana.heard[-1] == "utter_ask_optional_record"


def test_a_section_that_was_quoted_before_is_not_offered_again(joana: Caller) -> None:
    joana.want("ask_usage", pressed("ask_usage", section="error-e18", product="mare-w900"))
    report(joana)
    assert joana.heard[-1] == "utter_ask_optional_record"


def test_a_complaint_gets_one_only_where_a_repair_would_put_it_right(joana: Caller) -> None:
    report(joana, intent="file_complaint", text="terrible quality, it shows E18")
    assert joana.state.asking == "wanted"
    joana.say(pressed("inform", choice="repair"))
    assert joana.heard == OFFERED[1:]


def test_a_complaint_about_money_gets_none(joana: Caller) -> None:
    report(joana, intent="file_complaint", text="terrible quality, it shows E18")
    joana.say(pressed("inform", choice="refund"))
    assert joana.heard == ["utter_ask_record"]


def test_the_portuguese_manual_is_quoted_in_portuguese(desk: Desk) -> None:
    maria = report(Caller(desk, language="pt"), "aparece E18 no visor")
    assert maria.turn.replies[-1].sources[0].path == "/manuals/mare-w900/pt/error-e18"


@pytest.mark.parametrize(("language", "text"), [("en", "it is leaking"), ("pt", "está vazando")])
def test_faults_are_known_by_the_words_of_the_catalogue(
    catalogue: Catalogue, language: str, text: str
) -> None:
    assert listed_symptoms(catalogue, language).told(text) == ["leak"]


def test_leaking_machine_gets_the_remedy_in_portuguese_too(desk: Desk) -> None:
    caller = Caller(desk, language="pt")
    said = told("minha cafeteira está vazando água", intent="request_repair", product="aroma-c200")
    caller.want("request_repair", said)
    assert caller.turn.replies[-1].sources[0].path == "/manuals/aroma-c200/pt/trouble-leak"


def test_remedy_that_was_skipped_may_help_after_all(
    joana: Caller, stocked_sessions: SessionFactory
) -> None:
    report(joana).say(pressed("skip"))
    assert joana.state.asking == "purchase_date"
    joana.say(told("oh it works now, thank you", "guidance_helped"))
    assert (joana.heard, joana.turn.state) == (["utter_remedy_worked"], None)
    assert outcomes(stocked_sessions) == [("error-e18", "fault", "helped")]


def test_section_that_was_quoted_since_helps_no_machine(joana: Caller) -> None:
    report(joana).say(pressed("skip"))
    joana.memory.answer = "another:descaling"
    assert joana.say(told("it worked, thanks", "guidance_helped")).turn.digression


def test_fault_that_is_told_at_the_day_of_purchase_brings_its_remedy(joana: Caller) -> None:
    first = "this is ridiculous, my stupid W900 broke down AGAIN after one week"
    joana.want("request_repair", told(first, "request_repair", product="mare-w900"))
    assert joana.state.asking == "purchase_date"
    text = "it won't drain, there is dirty water in it since yesterday"
    joana.say(told(text, "request_repair", symptom="not_draining", date="2026-03-01"))
    assert joana.heard == ["utter_record_noted", "utter_remedy_first", "utter_remedy"]
    assert "purchase_date" not in joana.state.records
    assert text in joana.state.records["description"]


def test_word_for_skipping_that_is_a_fault_too_is_no_fault(desk: Desk) -> None:
    caller = report(Caller(desk, language="pt"), "aparece E18 no visor")
    caller.say(told("pula", "skip", symptom="vibration"))
    assert (caller.heard, caller.state.records["description"]) == (
        ["utter_ask_optional_record"],
        "aparece E18 no visor",
    )
