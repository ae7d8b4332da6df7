"""What company.yml says of returns: where goods go, how long customers have, who pays the way."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from aftercare.catalogue.entries import Entry


class ReturnsFile(Entry):
    #: The lines of the label, without the number.
    address: tuple[str, ...] = Field(min_length=1, max_length=8)
    days_to_send: int = Field(ge=1, le=365, default=14)
    #: After the last day of sending, how long a parcel may still be on its way.
    days_on_the_way: int = Field(ge=0, le=90, default=10)
    postage: Literal["company", "customer"] = "company"
    #: Within how many days of receipt a distance sale may be withdrawn from without a reason; 0:
    #: the law gives no such right. Brazil: seven (CDC, art. 49).
    withdrawal_days: int = Field(ge=0, le=60, default=7)
