"""The customer learns in the chat how to send the goods and what was decided; nobody else does."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from aftercare.database import SessionFactory, writing
from aftercare.desk import Desk
from aftercare.intake.state import Memory
from aftercare.replies import Reply
from aftercare.returns.cases import expire, refuse
from aftercare.returns.deciding import Decision, decide
from aftercare.tables.returns import Disposition, Outcome, ReturnCase, ReturnStatus
from aftercare.tables.tickets import Ticket
from aftercare.talk import Talk
from tests.aftercare.returns.conftest import RITA, returned_ticket
from tests.answers import pressed, told
from tests.conftest import NOW
from tests.desks import YES, Caller
from tests.factories import make_conversation, make_staff

HERE, ELSEWHERE = Talk("c-1", "website", "en"), Talk("c-2", "website", "en")


def _open(sessions: SessionFactory, status: ReturnStatus) -> tuple[str, str]:
    with writing(sessions) as session:
        make_conversation(session, id="c-2")
        ticket = returned_ticket(session, status, conversation_id="c-1")
        rma = session.scalars(select(ReturnCase.rma)).one()
        return ticket.number, rma or ""


def _press(desk: Desk, do: str, of: str, talk: Talk = HERE) -> list[Reply]:
    return desk.postbacks.answer(pressed("postback", do=do, of=of), Memory(), talk)


def _heard(replies: list[Reply]) -> list[str]:
    return [reply.response for reply in replies]


def test_authorisation_tells_number_address_day_and_label(
    desk: Desk, stocked_sessions: SessionFactory
) -> None:
    number, rma = _open(stocked_sessions, ReturnStatus.AUTHORISED)
    first, second = _press(desk, "return_told", f"{number} authorised")
    assert (first.values["rma"], first.values["send_by"]) == (rma, "16 March 2026")
    assert "Av. das Marés 450" in first.values["address"]
    assert first.sources[0].path == f"/returns/{rma}"
    assert second.response == "utter_return_postage_paid"
    assert _press(desk, "return_told", f"{number} authorised", ELSEWHERE) == []
    assert _heard(_press(desk, "return_label", number)) == _heard([first, second])
    assert _heard(_press(desk, "return_label", number, ELSEWHERE)) == ["utter_button_outdated"]


def test_news_that_is_old_by_now_is_not_told(desk: Desk, stocked_sessions: SessionFactory) -> None:
    number, _ = _open(stocked_sessions, ReturnStatus.RECEIVED)
    assert _press(desk, "return_told", f"{number} authorised") == []
    assert _heard(_press(desk, "return_told", f"{number} received")) == ["utter_return_received"]


def test_refusal_and_expiry_are_told(desk: Desk, stocked_sessions: SessionFactory) -> None:
    number, _ = _open(stocked_sessions, ReturnStatus.REQUESTED)
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        refuse(session, ticket, told="It was bought elsewhere.", by=RITA, now=NOW)
        other = returned_ticket(session, ReturnStatus.AUTHORISED, conversation_id="c-1")
        expire(session, other, today=NOW.date().replace(month=5), now=NOW)
        late = other.number
    refused = _press(desk, "return_told", f"{number} refused")
    assert _heard(refused) == ["utter_return_refused", "utter_return_reason"]
    assert refused[1].values["words"] == "It was bought elsewhere."
    assert _heard(_press(desk, "return_told", f"{late} expired")) == ["utter_return_expired"]


@pytest.mark.parametrize(
    ("decision", "responses"),
    [
        (
            Decision(Outcome.REFUND, Disposition.RESTOCK, 29_900, "Scratched.", "Sorry!"),
            ["utter_return_refund", "utter_return_reason"],
        ),
        (Decision(Outcome.REPAIR, Disposition.BACK_TO_CUSTOMER), ["utter_return_repair"]),
        (Decision(Outcome.REPLACE, Disposition.SUPPLIER), ["utter_return_replace"]),
        (Decision(Outcome.SCRAP, Disposition.SPARE_PARTS), ["utter_return_scrap"]),
        (
            Decision(Outcome.REFUSE, Disposition.BACK_TO_CUSTOMER, told="No fault."),
            ["utter_return_not_accepted", "utter_return_reason"],
        ),
    ],
)
def test_decision_is_told_with_amount_and_reason(
    desk: Desk, stocked_sessions: SessionFactory, decision: Decision, responses: list[str]
) -> None:
    number, _ = _open(stocked_sessions, ReturnStatus.INSPECTED)
    with writing(stocked_sessions) as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        manager = make_staff(session, role="manager")
        decide(session, ticket, decision, staff=manager, limit=0, now=NOW)
    replies = _press(desk, "return_told", f"{number} settled")
    assert _heard(replies) == responses
    if decision.outcome is Outcome.REFUND:
        assert replies[0].values["amount"] == "R$3,000.00"
        assert replies[1].values["words"] == "Scratched. Sorry!"


def test_status_tells_the_return(
    desk: Desk, stocked_sessions: SessionFactory, joana: Caller
) -> None:
    number, rma = _open(stocked_sessions, ReturnStatus.AUTHORISED)
    joana.memory.proved = [number]
    joana.want("check_ticket_status", pressed("check_ticket_status", ticket_number=number))
    told_of = next(r for r in joana.turn.replies if r.response == "utter_return_status_authorised")
    assert told_of.values["rma"] == rma


@pytest.mark.parametrize(("words", "asked"), [("it arrived cracked", True), ("", False)])
def test_photo_is_wished_where_there_is_something_to_see(
    joana: Caller, words: str, asked: bool
) -> None:
    said = told(words, "request_return") if words else pressed("request_return")
    joana.want("request_return", said).answer_all()
    joana.state.records["reason"] = "damaged" if words else "changed_mind"
    joana.say(YES)
    assert ("utter_return_photo" in joana.heard) is asked
