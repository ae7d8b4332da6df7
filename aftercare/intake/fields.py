"""Reads the answer to each kind of record: the value, or why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from rapidfuzz import fuzz

from aftercare.catalogue.snapshot import Catalogue, Record, part_id
from aftercare.intake.durations import read_time_ago
from aftercare.intake.understood import Entity, Understood
from aftercare.intake.words import plain, plain_in_place, words_of
from aftercare.serials import check_fits, has_form, normalise
from aftercare.ticket_numbers import EXAMPLE, read_number

#: Countries whose national numbers are understood without a country code.
PHONE_REGIONS = ("BR", "PT")
_OLDEST_PURCHASE = timedelta(days=365 * 40)
_LATEST_VISIT = timedelta(days=366)
_MIN_DESCRIPTION_WORDS = 2
#: Of a number that looks right and has wrong check digits.
MISTYPED_SERIAL = "utter_refused_serial_mistyped"
_CHOICE_RATIO = 82
#: Shorter words are too near to others: "onze" is not "one".
_SHORTEST_FUZZY = 5
_NAME_INTRODUCTION = re.compile(
    r"""^\W* (?:(?:hi|hello|oi|olá|ola)\W+)?
    (?: my[ ]name(?:[ ]is|'s) | (?:the[ ])?name(?:[ ]is|:) | i[ ]am | i'?m | it's | it[ ]is
      | this[ ]is | (?:you[ ]can[ ]|just[ ])?call[ ]me
      | (?:pode[ ])?me[ ]chama(?:r)?[ ]de | pode[ ]me[ ]chamar[ ]de | (?:o[ ])?nome[ ](?:é|e)
      | (?:o[ ])?meu[ ]nome[ ](?:é|e) | (?:eu[ ])?me[ ]chamo | chamo-me
      | (?:eu[ ])?sou(?:[ ][oa]\b)? | aqui[ ](?:é|e)(?:[ ][oa]\b)? | nome:
    ) \s+""",
    re.IGNORECASE | re.VERBOSE,
)
#: Words of sentences; whoever writes one has not given a name.
_IN_NO_NAME = frozenset(
    [
        *("the", "my", "is", "are", "was", "it", "not", "this", "that", "does", "an", "your"),
        *("uma", "um", "meu", "minha", "nao", "esta", "isso", "quero", "foi", "mudou", "seu"),
    ]
)
_NAME = re.compile(r"^[^\W\d_][^\d@<>{}\[\]|\\/=+*#?]{1,118}$")
#: A name said in the middle of other things: up to five words after "my name is".
_NAME_WITHIN = re.compile(
    r"""\b(?: (?:my|the)[ ]name(?:[ ]is|'s) | (?:o[ ])?(?:meu[ ])?nome[ ](?:é|e)
      | (?:eu[ ])?me[ ]chamo | chamo-me ) \s+
    (?! (?:wrong|not|spelled|spelt|misspelled|incorrect|errado|com|n[ãa]o|incorreto)\b )
    (?P<name> [^\W\d_]+ (?:[ '’-][^\W\d_]+){0,4}? )
    (?= \s*(?:[,.;:!\n(]|$)
      | \s+(?:and|but|e|mas|my|the|meu|minha|with|from|i|eu|n[ãa]o|not)\b )""",
    re.IGNORECASE | re.VERBOSE,
)


_NEGATED_BEFORE = re.compile(r"\b(?:not|isn'?t|nao|nem)(?: (?:it|is|e|the|a|o|my|um|uma|foi))* ?$")
_NEGATED_AFTER = re.compile(r" ?(?:nao|not)\b")


@dataclass(frozen=True)
class Accepted:
    value: str


@dataclass(frozen=True)
class Refused:
    """`response` tells the customer kindly what is wrong; `sure` says that they meant an answer."""

    response: str
    values: dict[str, str] = field(default_factory=dict)
    category: str | None = None
    """A kind of product that was named where several models exist."""
    sure: bool = False


@dataclass(frozen=True)
class Context:
    """What reading an answer may depend on."""

    catalogue: Catalogue
    product: str | None
    today: date
    language: str


Reading = Accepted | Refused
Reader = Callable[[Record, Understood, Context], Reading]


def read(record: Record, said: Understood, context: Context) -> Reading:
    """The answer to a record that was asked for."""
    return READERS[record.kind](record, said, context)


def already_said(record: Record, said: Understood, context: Context) -> str | None:
    """A value for the record that the message gives without being asked; None where it does not."""
    if record.kind == "symptom":
        entity = told_symptom(record, said)
    else:
        finder = _UNASKED.get(record.kind)
        entity = finder(said) if finder else None
    if entity is None:
        return None
    alone = Understood(entity.value, said.intent, said.confidence, (entity,), said.pressed)
    reading = read(record, alone, context)
    return reading.value if isinstance(reading, Accepted) else None


def _product(record: Record, said: Understood, context: Context) -> Reading:
    named = meant_product(said)
    if named and named.value in context.catalogue.products:
        return Accepted(named.value)
    category = said.first("product_category")
    if category:
        models = context.catalogue.products_of(category.value)
        if len(models) == 1:
            return Accepted(models[0].id)
        return Refused("utter_ask_which_model", category=category.value, sure=True)
    return Refused("utter_refused_product")


def _description(record: Record, said: Understood, context: Context) -> Reading:
    least = record.least_words or _MIN_DESCRIPTION_WORDS
    if len(words_of(said.text)) >= least or said.first("error_code"):
        return Accepted(said.text)
    return Refused("utter_refused_description")


def _choice(record: Record, said: Understood, context: Context) -> Reading:
    pressed = said.first("choice")
    ids = [choice.id for choice in record.choices]
    if pressed and pressed.value in ids:
        return Accepted(pressed.value)
    wished = [wish for wish in said.wished() if wish in ids]
    if len(wished) == 1:
        return Accepted(wished[0])
    refused = said.refused()
    text = plain(said.text)
    best: tuple[float, str] | None = None
    for choice in (choice for choice in record.choices if choice.id not in refused):
        for words in ([choice.id], *choice.words.values(), choice.name.values()):
            for form in map(plain, words):
                if re.search(rf"\b{re.escape(form)}\b", text):
                    score = 100.0 + len(form)
                else:
                    score = fuzz.ratio(form, text) if len(form) >= _SHORTEST_FUZZY else 0.0
                if score >= _CHOICE_RATIO and (best is None or score > best[0]):
                    best = (score, choice.id)
    if best:
        return Accepted(best[1])
    told = {symptom.value for symptom in said.all("symptom")}
    implied = next((one.id for one in record.choices if told.intersection(one.symptoms)), None)
    return Accepted(implied) if implied else Refused("utter_refused_choice")


def _symptom(record: Record, said: Understood, context: Context) -> Reading:
    symptom = told_symptom(record, said)
    return Accepted(symptom.value) if symptom else Refused("utter_refused_symptom")


def _part(record: Record, said: Understood, context: Context) -> Reading:
    """A part that the product has; of which product it is must be known."""
    part = told_part(said)
    piece = part.by_product.get(context.product or "") if part else None
    if piece and context.product:
        return Accepted(part_id(context.product, piece))
    return Refused("utter_refused_part")


def _amount(record: Record, said: Understood, context: Context) -> Reading:
    amount = said.first("amount")
    return Accepted(amount.value) if amount else Refused("utter_refused_amount")


def _past_date(record: Record, said: Understood, context: Context) -> Reading:
    entity = said.first("date", "purchase") or said.first("date")
    day = date.fromisoformat(entity.value) if entity else read_time_ago(said.text, context.today)
    if day is None:
        return Refused("utter_refused_date")
    if day > context.today:
        return Refused("utter_refused_date_in_future", sure=True)
    if day < context.today - _days(record, _OLDEST_PURCHASE):
        return Refused("utter_refused_date_too_old", sure=True)
    return Accepted(day.isoformat())


def _future_date(record: Record, said: Understood, context: Context) -> Reading:
    entity = said.first("date")
    if entity is None:
        return Refused("utter_refused_future_date")
    day = entity.future or date.fromisoformat(entity.value)
    if day <= context.today:
        return Refused("utter_refused_date_in_past", sure=True)
    if day > context.today + _days(record, _LATEST_VISIT):
        return Refused("utter_refused_date_too_far", sure=True)
    return Accepted(day.isoformat())


def _days(record: Record, usual: timedelta) -> timedelta:
    """How far away the day may be: as the catalogue says, or as is usual."""
    return usual if record.most_days is None else timedelta(days=record.most_days)


def _serial(record: Record, said: Understood, context: Context) -> Reading:
    product = context.catalogue.products.get(context.product or "")
    entity = said.first("serial_number")
    written = normalise(entity.value if entity else said.text)
    if product is None:
        fits = bool(re.fullmatch(r"[A-Z0-9]{6,20}", written) and re.search(r"\d", written))
        example = "W912345678"
    else:
        fits = has_form(written, product.serial_pattern)
        example = product.serial_example
    if fits and product and not check_fits(written, product.serial_pattern, product.serial_check):
        return Refused(MISTYPED_SERIAL, {"serial": written}, sure=True)
    if fits:
        return Accepted(written)
    return Refused(
        "utter_refused_serial",
        {"serial_example": example},
        sure=bool(entity) or _looks_like_a_code(said.text),
    )


def _order_number(record: Record, said: Understood, context: Context) -> Reading:
    entity = said.first("order_number")
    written = (entity.value if entity else said.text).strip(" #.:").upper()
    if re.fullmatch(r"(?=.*\d)[A-Z0-9][A-Z0-9./-]{2,29}", written):
        return Accepted(written)
    return Refused("utter_refused_order_number", sure=_looks_like_a_code(said.text))


def _ticket_number(record: Record, said: Understood, context: Context) -> Reading:
    for entity in said.all("ticket_number"):
        number = read_number(entity.value)
        if number:
            return Accepted(number)
    number = read_number(said.text)
    if number:
        return Accepted(number)
    if said.first("order_number"):
        return Refused("utter_ticket_number_needed", sure=True)
    return Refused(
        "utter_refused_ticket_number",
        {"ticket_example": EXAMPLE},
        sure=bool(said.first("ticket_number")) or _looks_like_a_code(said.text),
    )


def _name(record: Record, said: Understood, context: Context) -> Reading:
    text = said.text
    for entity in sorted(said.entities, key=lambda entity: -entity.start):
        if entity.name in ("email", "phone"):
            text = text[: entity.start] + text[entity.end :]
    text = _NAME_INTRODUCTION.sub("", text).strip(" ,.;:-!\n")
    if any(said.first(name) for name in ("product", "product_category", "error_code")):
        return Refused("utter_refused_name")
    if not text.isprintable():
        return Refused("utter_refused_name")  # it would be shown to staff in another order
    if _NAME.match(text) and len(text.split()) <= 8 and not _IN_NO_NAME & set(words_of(text)):
        return Accepted(text)
    return Refused("utter_refused_name")


def _email(record: Record, said: Understood, context: Context) -> Reading:
    entity = said.first("email")
    written = entity.value if entity else said.text.strip()
    try:
        address = validate_email(written, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return Refused("utter_refused_email", sure="@" in said.text)
    return Accepted(address.normalized.lower())


def _phone(record: Record, said: Understood, context: Context) -> Reading:
    entity = said.first("phone")
    written = entity.value if entity else said.text
    for region in PHONE_REGIONS:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return Accepted(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return Refused("utter_refused_phone", sure=sum(map(str.isdigit, said.text)) >= 6)


def _contact(record: Record, said: Understood, context: Context) -> Reading:
    if said.first("email") or "@" in said.text:
        return _email(record, said, context)
    reading = _phone(record, said, context)
    if isinstance(reading, Accepted):
        return reading
    return Refused("utter_refused_contact", sure=reading.sure)


def _address(record: Record, said: Understood, context: Context) -> Reading:
    if len(words_of(said.text)) >= 3 and re.search(r"\d", said.text):
        return Accepted(said.text)
    return Refused("utter_refused_address")


def _looks_like_a_code(text: str) -> bool:
    return len(text.split()) <= 3 and "@" not in text and any(map(str.isdigit, text))


def meant_product(said: Understood) -> Entity | None:
    """The product that is meant: not the one of "not the W700" or "W700 não, W900"."""
    named = said.all("product")
    text = plain_in_place(said.text)
    kept = [
        entity
        for entity in named
        if not _NEGATED_BEFORE.search(text[: entity.start])
        and not _NEGATED_AFTER.match(text[entity.end :])
    ]
    return next(reversed(kept or named), None)


def told_symptom(record: Record, said: Understood) -> Entity | None:
    """The first fault that a message tells; the most general one only where no other is told."""
    known = [choice.id for choice in record.choices]
    told = [symptom for symptom in said.all("symptom") if symptom.value in known]
    return min(told, key=lambda symptom: symptom.value == known[-1], default=None)


def told_part(said: Understood) -> Entity | None:
    """The part that a message names, else what the product does."""
    return said.first("part") or said.first("feature")


def introduces_by_name(text: str) -> bool:
    """Whether the message begins like "my name is"."""
    return bool(_NAME_INTRODUCTION.match(text))


def _name_within(said: Understood) -> Entity | None:
    found = None if said.pressed else _NAME_WITHIN.search(said.text)
    return Entity("name", found["name"], *found.span("name")) if found else None


READERS: dict[str, Reader] = {
    "product": _product,
    "description": _description,
    "choice": _choice,
    "symptom": _symptom,
    "part": _part,
    "amount": _amount,
    "past_date": _past_date,
    "future_date": _future_date,
    "serial": _serial,
    "order_number": _order_number,
    "ticket_number": _ticket_number,
    "name": _name,
    "email": _email,
    "phone": _phone,
    "contact": _contact,
    "proof": _contact,
    "address": _address,
}

#: Where a value that nobody asked for is found. A plain date is not taken for the day of purchase.
_UNASKED: dict[str, Callable[[Understood], Entity | None]] = {
    "product": meant_product,
    "past_date": lambda said: said.first("date", "purchase"),
    "serial": lambda said: said.first("serial_number"),
    "part": told_part,
    "amount": lambda said: said.first("amount"),
    "order_number": lambda said: said.first("order_number"),
    "ticket_number": lambda said: said.first("ticket_number"),
    "name": _name_within,
    "email": lambda said: said.first("email"),
    "phone": lambda said: said.first("phone"),
    "contact": lambda said: said.first("email") or said.first("phone"),
    "proof": lambda said: said.first("email") or said.first("phone"),
}
