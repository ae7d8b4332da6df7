"""What a conversation may say for a customer: yes or no, and of which piece.

Whoever types somebody's address into a chat is taken for that customer. Only where the website
vouches for them they turn round what was said elsewhere, or are let into what is on file.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from aftercare.errors import NotAllowed
from aftercare.maintenance.consent import consent_in, hold_customer, put_consent
from aftercare.maintenance.reach import may_hear, vouches_for
from aftercare.ownership.registering import Particulars, pieces_of, register
from aftercare.ownership.tickets import heard_in
from aftercare.tables.conversations import Conversation
from aftercare.tables.maintenance import ConsentHow
from aftercare.tables.ownership import OwnedProduct, OwnedSource
from aftercare.tables.tickets import Ticket
from aftercare.tickets.customer_acts import customer_of
from aftercare.tickets.history import Actor


def put_word(
    session: Session,
    conversation: Conversation,
    customer_id: int,
    *,
    given: bool,
    by: Actor,
    now: datetime,
) -> bool:
    """Keep a yes or no that a customer says in a conversation, which is held.

    False where it would turn round a word that is not this conversation's to take back.
    """
    hold_customer(session, customer_id)
    present = consent_in(session, customer_id, conversation.channel)
    if present is not None and present.given != given:
        said_here = present.conversation_id == conversation.id
        if not (said_here or vouches_for(conversation, customer_id)):
            return False
    put_consent(
        session,
        customer_id,
        conversation.channel,
        given=given,
        how=ConsentHow.CHAT,
        by=by,
        now=now,
        conversation_id=conversation.id,
    )
    return True


def piece_of_ticket(
    session: Session, ticket: Ticket, chat: str, now: datetime
) -> OwnedProduct | None:
    """The piece that a ticket is about, registered now where the desk did not know of it.

    None where the customer has one already and may not hear of it here: whoever types somebody's
    address is not let into what that person owns.
    """
    if ticket.owned_product_id is not None:
        return session.get(OwnedProduct, ticket.owned_product_id)
    if ticket.customer is None or ticket.product is None:
        return None
    customer_id = ticket.customer.id
    vouched = vouches_for(session.get_one(Conversation, chat), customer_id)
    present = [
        owned
        for owned in pieces_of(session, customer_id, ticket.product.id)
        if owned.retired_at is None
    ]
    if not all(may_hear(session, chat, owned) for owned in present):
        return None
    try:
        owned = register(
            session,
            ticket.customer,
            ticket.product,
            Particulars(),
            source=OwnedSource.SIGNED_IN if vouched else OwnedSource.INTAKE,
            by=customer_of(ticket),
            now=now,
            heard=heard_in(session, ticket),
        )
    except NotAllowed:
        return None
    ticket.owned_product_id = owned.id
    return owned
