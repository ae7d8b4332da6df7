"""What callers of the API send: checked models, and a refusal that names the field."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from aftercare.catalogue.entries import LANGUAGES
from aftercare.exchange.cells import read_phone
from gateway.api.cursors import LARGEST_ID
from gateway.bodies import json_body
from gateway.customer_text import read_text
from gateway.trouble import ApiError

#: Errors of every body and of its key, beside those of its form.
WRITING = "invalid_parameter, unknown_field, invalid_field, idempotency_key_reused"
LONGEST_NOTE = 4000
_LONGEST_VALUE = 2000

Status = Literal["new", "in_progress", "waiting", "resolved", "closed"]


def _read(value: str, most: int) -> str:
    try:
        return read_text(value, most)
    except ApiError as error:
        raise PydanticCustomError(error.code, "{sentence}", {"sentence": error.message}) from None


def _text(most: int) -> AfterValidator:
    return AfterValidator(lambda value: _read(value, most))


def _line(most: int) -> AfterValidator:
    """A text of one line, without double blanks."""
    return AfterValidator(lambda value: " ".join(_read(value, most).split()))


def _line_or_nothing(most: int) -> AfterValidator:
    return AfterValidator(
        lambda value: " ".join(_read(value, most).split()) if value.strip() else ""
    )


def _email(value: str) -> str:
    try:
        found = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise PydanticCustomError("email", "It is no e-mail address.") from None
    return found.normalized.lower()


def _phone(value: str) -> str:
    found = read_phone(value)
    if found is None:
        raise PydanticCustomError("phone", "It is no phone number. Write it as +5511912345678.")
    return found


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise PydanticCustomError("day", "It is no day. Write it as 2026-01-31.") from None


Day = Annotated[
    str,
    AfterValidator(_day),
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}),
]
_Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
_Email = Annotated[str, AfterValidator(_email)]
_Phone = Annotated[str, AfterValidator(_phone)]
_Language = Literal["en", "pt"]


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ContactWish(_Wish):
    name: Annotated[str, _text(200)] | None = None
    email: _Email | None = None
    phone: _Phone | None = None


class TicketWish(_Wish):
    service: _Id
    product: _Id | None = None
    language: _Language = LANGUAGES[0]
    description: Annotated[str, _text(_LONGEST_VALUE)]
    customer: ContactWish = ContactWish()
    records: dict[str, Annotated[str, _text(_LONGEST_VALUE)]] = Field(default={}, max_length=50)


class StatusWish(_Wish):
    to: Status
    seen: Status
    note: Annotated[str, _text(LONGEST_NOTE)] | None = None


class NoteWish(_Wish):
    note: Annotated[str, _text(LONGEST_NOTE)]


class CustomerWish(_Wish):
    """A customer as another system knows them; what is not given stays as it is on file."""

    external_id: Annotated[str, _line(100)] | None = None
    name: Annotated[str, _line(200)] | None = None
    email: _Email | None = None
    phone: _Phone | None = None
    language: _Language | None = None


class CustomerChange(_Wish):
    """What is given takes the place of what is on file; null takes it out."""

    external_id: Annotated[str, _line(100)] | None = None
    name: Annotated[str, _line(200)] = ""
    email: _Email | None = None
    phone: _Phone | None = None
    language: _Language = LANGUAGES[0]


class NameWish(_Wish):
    en: Annotated[str, _line(200)]
    pt: Annotated[str, _line(200)]


class ProductWish(_Wish):
    """A product whole: what is not given is what its default says."""

    model: Annotated[str, _line(60)]
    name: NameWish
    category: _Id
    price_minor: int = Field(ge=0, le=LARGEST_ID)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    importance: int = Field(default=3, ge=1, le=5)
    warranty_months: int = Field(default=0, ge=0, le=1200)
    serial_pattern: Annotated[str, _text(120)] | None = None
    serial_example: Annotated[str, _line(60)] | None = None
    needs_installation: bool = False
    active: bool = True


class _Piece(_Wish):
    serial_number: Annotated[str, _line_or_nothing(60)] | None = None
    bought_on: Day | None = None
    delivered_on: Day | None = None
    installed_on: Day | None = None
    seller: Annotated[str, _line_or_nothing(200)] | None = None
    order_number: Annotated[str, _line_or_nothing(60)] | None = None
    keep_unverified: bool = Field(
        default=False, description="Keep a serial number that is not of the product's form."
    )


class OwnedWish(_Piece):
    customer: int = Field(ge=1, le=LARGEST_ID)
    product: _Id


class OwnedChange(_Piece):
    """What is given takes the place of what is on file; null or an empty text takes it out."""

    retired: bool = Field(default=False, description="Whether the customer has it no longer.")


def body_of(model: type[BaseModel]) -> Any:
    """The dependency that reads the JSON object with this model's fields."""
    return json_body(*model.model_fields)


def described_body(model: type[BaseModel]) -> dict[str, Any]:
    """OpenAPI's description of the body, with what it refers to written out."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def written_out(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return written_out(parts[value["$ref"].rpartition("/")[2]])
            return {name: written_out(one) for name, one in value.items() if name != "default"}
        return [written_out(one) for one in value] if isinstance(value, list) else value

    content = {"application/json": {"schema": written_out(schema)}}
    return {"requestBody": {"required": True, "content": content}}


def checked[Wish: BaseModel](model: type[Wish], body: dict[str, Any]) -> Wish:
    """The body as a wish. Raises ApiError (422) with the field and what is wrong with it."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(_shown(part) for part in first["loc"])
        sentence = first["msg"].rstrip(".")
        raise ApiError(
            422, "invalid_field", f"The field '{place}' cannot be taken: {sentence}."
        ) from None


def _shown(part: object) -> str:
    """A name that a caller chose, without what no answer can hold."""
    return str(part).encode("ascii", "replace").decode()[:60]
