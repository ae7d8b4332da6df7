"""Which of two wishes is taken up, and the second wish after the first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from aftercare.database import SessionFactory, writing
from aftercare.intake.state import Memory
from aftercare.intake.understood import Entity, Understood
from aftercare.replies import Button
from aftercare.tables.catalogue import CatalogueState, Service
from aftercare.talk import Talk
from tests.answers import EMAIL, pressed, told
from tests.desks import YES, Caller

REPAIR, RETURN, WARRANTY = "request_repair", "request_return", "ask_warranty"
STORY = "my W900 hums, stops and leaves the water inside"


class Chooser(Caller):
    """A caller who answers what is asked between two intakes as well."""

    def decide(self, said: Understood) -> Chooser:
        self._keep(self.desk.decide(said, self.memory, self.talk))
        return self


@pytest.fixture
def joana(joana: Caller) -> Chooser:
    return Chooser(joana.desk)


def _undecided(text: str = STORY, intent: str = REPAIR) -> Understood:
    said = told(text, intent, 0.44, product="mare-w900", email=EMAIL)
    return replace(said, ranking=((REPAIR, 0.44), (RETURN, 0.41)))


def _two_wishes() -> Understood:
    text = "the W900 hums, stops and keeps the water, and how long is the warranty of the P30?"
    second = text.index("and how")
    entities = (
        Entity("product", "mare-w900", 4, 8),
        Entity("further_wish", WARRANTY, second, len(text)),
        Entity("product", "fonte-p30", text.index("P30"), text.index("P30") + 3),
    )
    return Understood(text, REPAIR, 0.8, entities)


# One of two ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "report a fault", "return a product"),
        ("pt", "relatar um defeito", "devolver um produto"),
    ],
)
def test_undecided_message_is_asked_about(
    joana: Chooser, language: str, first: str, second: str
) -> None:
    joana.talk = Talk("c-1", "website", language)
    joana.want(REPAIR, _undecided())
    (reply,) = joana.turn.replies
    assert (reply.response, reply.values) == (
        "utter_which_wish",
        {"first": first, "second": second},
    )
    titles = [first.capitalize(), second.capitalize()]
    assert list(reply.buttons) == [Button(titles[0], REPAIR), Button(titles[1], RETURN)]
    assert (joana.turn.state, joana.memory.asks) == (None, True)


@pytest.mark.parametrize("intent", [REPAIR, RETURN])
def test_chosen_wish_goes_on_with_what_was_told(joana: Chooser, intent: str) -> None:
    joana.want(REPAIR, _undecided()).decide(pressed(intent))
    held = {"product": "mare-w900", "description": STORY, "email": EMAIL}
    assert held.items() <= joana.state.records.items()
    assert not joana.memory.asks
    assert joana.memory.undecided is None


def test_message_that_rasa_did_not_dare_to_name_is_asked_about_too(joana: Chooser) -> None:
    said = _undecided(intent="nlu_fallback")
    assert joana.desk.service_meant(said) == REPAIR
    assert joana.want(REPAIR, said).heard == ["utter_which_wish"]
    assert joana.decide(told("the first", "inform", 0.4)).state.records["description"] == STORY


def test_bare_question_is_no_description(joana: Chooser) -> None:
    said = _undecided("return or repair the W900?")
    joana.want(RETURN, said).decide(pressed(REPAIR))
    assert joana.state.records == {"product": "mare-w900", "email": EMAIL}
    assert joana.state.asking == "description"


def test_both_are_taken_up_one_after_the_other(joana: Chooser) -> None:
    joana.want(REPAIR, _undecided()).decide(told("both", "inform", 0.3))
    assert joana.state.service == "repair"
    assert joana.answer_all().say(YES).heard == ["utter_ticket_opened", "utter_next_wish"]
    assert Chooser.decide(joana, YES).state.service == "return"


def test_product_named_instead_is_kept_and_the_question_comes_again(joana: Chooser) -> None:
    said = told("it hums and stops and smells", REPAIR, 0.44)
    joana.want(REPAIR, replace(said, ranking=((REPAIR, 0.44), (RETURN, 0.41))))
    assert joana.decide(told("the P30", product="fonte-p30")).heard == ["utter_which_wish"]
    assert joana.decide(pressed(REPAIR)).state.records["product"] == "fonte-p30"


def test_something_else_shows_what_there_is_and_still_knows_the_message(joana: Chooser) -> None:
    joana.want(REPAIR, _undecided()).decide(pressed("skip"))
    assert (joana.heard, joana.memory.asks) == (["utter_capabilities"], False)
    joana.want("file_complaint", pressed("file_complaint"))
    assert joana.state.records["description"] == STORY


def test_cancel_forgets_the_message(joana: Chooser) -> None:
    joana.want(REPAIR, _undecided()).decide(told("forget it", "cancel", 0.9))
    assert (joana.heard, joana.memory.undecided) == (["utter_intake_cancelled"], None)


def test_person_hears_what_was_told(joana: Chooser) -> None:
    joana.want(REPAIR, _undecided()).decide(told("a human please", "request_human", 0.9))
    assert joana.state.service == "person"
    assert joana.state.records["description"].startswith(STORY)


def test_other_wish_replaces_the_choice(joana: Chooser) -> None:
    asked = told("how long is the warranty", WARRANTY, 0.9)
    joana.want(REPAIR, _undecided()).decide(asked)
    assert (joana.state.service, joana.memory.choices) == ("warranty", [])


def test_ticket_number_replaces_the_choice(joana: Chooser) -> None:
    number = told("K4F-7M2C", "inform", 0.3, ticket_number="K4F-7M2C")
    assert joana.want(REPAIR, _undecided()).decide(number).state.service == "ticket_status"


def test_small_talk_is_a_digression_and_the_question_comes_again(joana: Chooser) -> None:
    joana.want(REPAIR, _undecided()).decide(told("are you a bot", "bot_challenge", 0.9))
    assert (joana.turn.digression, joana.heard) == (True, [])
    again = joana.desk.ask_again(joana.memory, joana.talk)
    assert [reply.response for reply in again.replies] == ["utter_which_wish"]


def test_answer_that_says_nothing_ends_the_question(joana: Chooser) -> None:
    joana.want(REPAIR, _undecided()).decide(told("blue", "nlu_fallback", 0.2))
    assert (joana.heard, joana.memory.asks) == (["utter_not_understood"], False)


def test_own_ticket_is_what_is_asked_about_after_it_was_opened(joana: Chooser) -> None:
    joana.memory = Memory(ticket="K4F-7M2C")
    said = told("and how is it going with that", "check_ticket_status", 0.45)
    close = (("check_ticket_status", 0.45), ("request_human", 0.4))
    joana.want("check_ticket_status", replace(said, ranking=close))
    assert "utter_which_wish" not in joana.heard


def test_choice_of_a_service_that_was_withdrawn_is_asked_no_more(
    joana: Chooser, stocked_sessions: SessionFactory
) -> None:
    joana.want(REPAIR, _undecided())
    _withdraw(stocked_sessions, "return")
    assert joana.desk.ask_again(joana.memory, joana.talk).replies == []
    assert joana.decide(told("blue", "nlu_fallback", 0.2)).heard == ["utter_not_understood"]


# The second wish -----------------------------------------------------------------


def test_second_wish_is_offered_when_the_first_is_done(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes())
    assert joana.state.records["product"] == "mare-w900"
    assert joana.state.records["description"] == "the W900 hums, stops and keeps the water"
    joana.answer_all().say(YES)
    assert joana.heard == ["utter_ticket_opened", "utter_next_wish"]
    assert joana.turn.replies[1].values == {
        "wish": "ask about the warranty (Fonte P30 water purifier)"
    }
    assert joana.decide(YES).state.records == {"product": "fonte-p30"}
    assert (joana.memory.wishes, joana.memory.asks) == ([], False)


def test_second_wish_told_in_the_middle_is_kept_out_of_the_answer(joana: Chooser) -> None:
    joana.want(REPAIR).say(told("W900", product="mare-w900"))
    joana.say(replace(_two_wishes(), intent="nlu_fallback"))
    assert joana.state.records["description"] == "the W900 hums, stops and keeps the water"
    assert [wish["intent"] for wish in joana.memory.wishes] == [WARRANTY]


def test_second_wish_is_offered_also_when_the_first_is_dropped(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes()).say(pressed("cancel"))
    assert joana.heard == ["utter_intake_cancelled", "utter_next_wish"]


def test_refused_wish_is_offered_no_more(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes()).say(pressed("cancel"))
    Chooser.decide(joana, told("no thanks", "deny", 0.6))
    assert (joana.heard, joana.memory) == (
        ["utter_anything_else"],
        replace(joana.memory, wishes=[], offered=False),
    )


def test_wishes_are_offered_one_by_one(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes())
    also = told("and I want to complain too", "file_complaint")
    joana.desk.note_other_wish(also, joana.state, joana.memory, joana.talk)
    joana.say(pressed("cancel"))
    Chooser.decide(joana, pressed("deny"))
    assert joana.turn.replies[0].values == {"wish": "make a complaint"}


def test_wish_that_comes_up_by_itself_is_not_offered_again(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes()).say(pressed("cancel"))
    asked = told("the warranty, yes", WARRANTY, 0.9)
    assert joana.decide(asked).state.service == "warranty"
    assert joana.memory.wishes == []


def test_other_service_leaves_the_offer_for_later(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes()).say(pressed("cancel"))
    assert joana.decide(pressed(RETURN)).state.service == "return"
    assert joana.say(pressed("cancel")).heard == ["utter_intake_cancelled", "utter_next_wish"]


def test_thanks_are_a_digression_and_the_offer_comes_again(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes()).say(pressed("cancel"))
    assert joana.decide(told("thanks", "thank", 0.9)).turn.digression
    again = joana.desk.ask_again(joana.memory, joana.talk)
    assert [reply.response for reply in again.replies] == ["utter_next_wish"]


def test_remark_that_says_nothing_ends_the_offer(joana: Chooser) -> None:
    joana.want(REPAIR, _two_wishes()).say(pressed("cancel"))
    Chooser.decide(joana, told("blue", "inform", 0.4))
    assert (joana.heard, joana.memory.offered) == (["utter_what_next"], False)


def test_remark_about_the_last_answer_is_answered_before_the_offer(joana: Chooser) -> None:
    text = "how long is the warranty of the P30? I also want to complain"
    second = text.index("I also")
    entities = (
        Entity("product", "fonte-p30", text.index("P30"), text.index("P30") + 3),
        Entity("further_wish", "file_complaint", second, len(text)),
    )
    joana.want(WARRANTY, Understood(text, WARRANTY, 0.9, entities)).say(pressed("skip"))
    assert joana.heard == ["utter_warranty_term", "utter_next_wish"]
    Chooser.decide(joana, told("no, the W900", "correct", 0.7, product="mare-w900"))
    assert joana.heard == [
        "utter_warranty_term",
        "utter_warranty_exclusions",
        "utter_next_wish",
    ]
    assert "W900" in joana.values["product"]


def test_changing_over_takes_the_words_of_the_other_wish_along(joana: Chooser) -> None:
    joana.want(REPAIR).say(told("W900", product="mare-w900")).say("it hums and stops")
    wish = told("I want to send my P30 back, it is far too small", RETURN, product="fonte-p30")
    joana.desk.note_other_wish(wish, joana.state, joana.memory, joana.talk)
    turn = joana.desk.switch(RETURN, joana.state, joana.memory, joana.talk)
    assert turn.state
    assert turn.state.records["product"] == "fonte-p30"
    assert turn.state.records["description"] == f"it hums and stops\n{wish.text}"
    assert turn.memory.wishes == []


def test_withdrawn_service_is_not_offered(joana: Chooser, stocked_sessions: SessionFactory) -> None:
    joana.want(REPAIR, _two_wishes())
    _withdraw(stocked_sessions, "warranty")
    assert joana.say(pressed("cancel")).heard == ["utter_intake_cancelled"]


def test_day_told_for_the_warranty_is_known_to_the_repair(joana: Chooser) -> None:
    said = told("is my W900 covered, bought in January", WARRANTY, product="mare-w900")
    joana.want(WARRANTY, said).say(told("15/01/2026", date="2026-01-15"))
    assert joana.want(REPAIR).state.records["purchase_date"] == "2026-01-15"
    other = joana.want(REPAIR, told("my P30 drips", REPAIR, product="fonte-p30"))
    assert "purchase_date" not in other.state.records


def _withdraw(sessions: SessionFactory, service: str) -> None:
    with writing(sessions) as session:
        session.get_one(Service, service).active = False
        session.execute(update(CatalogueState).values(fingerprint="newer"))
