"""What callers of the API send: checked models, and a refusal that names the field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from aftercare.catalogue.entries import LANGUAGES
from aftercare.exchange.cells import read_phone
from gateway.bodies import json_body
from gateway.customer_text import read_text
from gateway.trouble import ApiError

LONGEST_NOTE = 4000
_LONGEST_VALUE = 2000

Status = Literal["new", "in_progress", "waiting", "resolved", "closed"]


def _text(most: int) -> AfterValidator:
    def check(value: str) -> str:
        try:
            return read_text(value, most)
        except ApiError as error:
            raise PydanticCustomError(
                error.code, "{sentence}", {"sentence": error.message}
            ) from None

    return AfterValidator(check)


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


class _Wish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ContactWish(_Wish):
    name: Annotated[str, _text(200)] | None = None
    email: Annotated[str, AfterValidator(_email)] | None = None
    phone: Annotated[str, AfterValidator(_phone)] | None = None


class TicketWish(_Wish):
    service: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    product: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)
    language: Literal["en", "pt"] = LANGUAGES[0]
    description: Annotated[str, _text(_LONGEST_VALUE)]
    customer: ContactWish = ContactWish()
    records: dict[str, Annotated[str, _text(_LONGEST_VALUE)]] = Field(default={}, max_length=50)


class StatusWish(_Wish):
    to: Status
    seen: Status
    note: Annotated[str, _text(LONGEST_NOTE)] | None = None


class NoteWish(_Wish):
    note: Annotated[str, _text(LONGEST_NOTE)]


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
