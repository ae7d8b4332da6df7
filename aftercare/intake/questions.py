"""What an intake asks: the question for each record, its buttons, the summary at the end.

It words nothing itself and changes nothing; dialogue.py decides when a question is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from aftercare.catalogue.snapshot import NOTED, Catalogue, Record, ServiceView
from aftercare.intake.state import CONFIRMATION, REMEDY, WHAT_TO_CHANGE, IntakeState
from aftercare.replies import Button, Reply
from aftercare.ticket_numbers import EXAMPLE as TICKET_EXAMPLE
from aftercare.wording import show_value

_SERIAL_EXAMPLE = "W912345678"


@dataclass(frozen=True)
class Questions:
    """The questions of one intake in one language; `state` is only read."""

    catalogue: Catalogue
    state: IntakeState
    language: str

    @property
    def service(self) -> ServiceView:
        return self.catalogue.services[self.state.service]

    def next_field(self) -> str:
        """The first record that is neither given nor left out, then the confirmation."""
        for record in self.service.records:
            settled = record.field in self.state.records or record.field in self.state.skipped
            if not settled and not record.noted:
                return record.field
        return CONFIRMATION if self.service.confirm else ""

    def present(self) -> Reply:
        """The question for what is being asked now."""
        if self.state.asking == REMEDY:
            return Reply("utter_remedy_again")
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
        question = record.ask[self.language].format(
            serial_example=self._serial_example(), ticket_example=TICKET_EXAMPLE
        )
        response = "utter_ask_record" if record.required else "utter_ask_optional_record"
        return Reply(response, {"question": question}, self.choices(record))

    def choices(self, record: Record) -> tuple[Button, ...]:
        if record.kind == "product":
            return tuple(
                Button(product.name[self.language], "inform", {"product": product.id})
                for product in self.catalogue.products.values()
            )
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
