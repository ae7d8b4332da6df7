"""What an intake asks: the question for each record, its buttons, the summary at the end.

It words nothing itself and changes nothing; dialogue.py decides when a question is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aftercare.catalogue.snapshot import NOTED, Catalogue, Record, ServiceView
from aftercare.intake.state import CONFIRMATION, DOUBLE, REMEDY, WHAT_TO_CHANGE, IntakeState
from aftercare.replies import Button, Reply
from aftercare.ticket_numbers import EXAMPLE as TICKET_EXAMPLE
from aftercare.wording import show_date, show_value

_SERIAL_EXAMPLE = "W912345678"


@dataclass(frozen=True)
class Questions:
    """The questions of one intake in one language; `state` is only read."""

    catalogue: Catalogue
    state: IntakeState
    language: str
    tickets: Sequence[Mapping[str, str]] = ()
    """The customer's own ones (Memory.own), to choose from."""
    owned: Sequence[Mapping[str, str]] = ()
    """The customer's own products (Memory.owned)."""

    @property
    def service(self) -> ServiceView:
        return self.catalogue.services[self.state.service]

    def next_field(self) -> str:
        """The first record that is neither given nor left out, then the confirmation."""
        for record in self.service.records:
            settled = record.field in self.state.records or record.field in self.state.skipped
            if not settled and not record.noted:
                return record.field
        return CONFIRMATION if self.service.confirm and not self.state.sure else ""

    def present(self) -> Reply:
        """The question for what is being asked now."""
        if self.state.asking == REMEDY:
            return Reply("utter_remedy_again")
        if self.state.asking == DOUBLE:
            return Reply("utter_double_found", {"number": self.state.double})
        if self.state.asking == CONFIRMATION:
            return Reply("utter_ask_confirmation", {"summary": self.summary()})
        if self.state.asking == WHAT_TO_CHANGE:
            buttons = tuple(
                Button(record.label[self.language], "choose_field", {"field": record.field})
                for record in self.service.records
                if not record.noted or record.field in self.state.records
            )
            return Reply("utter_ask_what_to_change", buttons=buttons)
        return self.of(self.service.record(self.state.asking))

    def of(self, record: Record) -> Reply:
        if record.kind == "product" and self.state.category in self.catalogue.categories:
            return self._which_model(self.state.category or "")
        if record.kind == "ticket_number" and self.tickets:
            return Reply("utter_ask_which_ticket", buttons=self._own_tickets())
        question = record.ask[self.language].format(
            serial_example=self._serial_example(), ticket_example=TICKET_EXAMPLE
        )
        response = "utter_ask_record" if record.required else "utter_ask_optional_record"
        return Reply(response, {"question": question}, self.choices(record))

    def choices(self, record: Record) -> tuple[Button, ...]:
        if record.kind == "product":
            own = {one["product"] for one in self.owned}
            # Whoever asks about another one still can: by its name.
            mine = own if self.service.completion == "answer_warranty" else ()
            return tuple(
                Button(product.name[self.language], "inform", {"product": product.id})
                for product in self.catalogue.products.values()
                if product.id in mine or not mine
            )
        if record.kind == "past_date":
            return self._days_of_purchase()
        if record.kind in NOTED:
            return ()  # they are told in one's own words; there are dozens of them
        return tuple(
            Button(choice.name[self.language], "inform", {"choice": choice.id})
            for choice in record.choices
        )

    def tell(self, response: str, record: Record) -> Reply:
        """A response about a record that is on file, with its label and value."""
        value = self.state.records[record.field]
        return Reply(
            response,
            {
                "label": record.label[self.language],
                "value": show_value(record, value, self.catalogue, self.language),
            },
        )

    def summary(self) -> str:
        return "\n".join(
            f"{record.label[self.language]}: "
            + show_value(record, self.state.records[record.field], self.catalogue, self.language)
            for record in self.service.records
            if record.field in self.state.records
        )

    def _own_tickets(self) -> tuple[Button, ...]:
        return tuple(
            Button(ticket["title"], "inform", {"ticket_number": ticket["number"]})
            for ticket in self.tickets
        )

    def _days_of_purchase(self) -> tuple[Button, ...]:
        """Which of several pieces of the same product is meant."""
        product, days = self.state.records.get("product"), dict[str, str]()
        for piece in self.owned:
            if piece["product"] == product and piece["bought"]:
                title = show_date(date.fromisoformat(piece["bought"]), self.language)
                serial = f" (…{piece['serial'][-4:]})" if piece["serial"] else ""
                days.setdefault(piece["bought"], title + serial)
        return tuple(Button(title, "inform", {"date": day}) for day, title in days.items())

    def _which_model(self, category: str) -> Reply:
        buttons = tuple(
            Button(product.name[self.language], "inform", {"product": product.id})
            for product in self.catalogue.products_of(category)
        )
        name = self.catalogue.categories[category][self.language]
        return Reply("utter_ask_which_model", {"category": name}, buttons)

    def _serial_example(self) -> str:
        product = self.catalogue.products.get(self.state.records.get("product", ""))
        return product.serial_example if product else _SERIAL_EXAMPLE
