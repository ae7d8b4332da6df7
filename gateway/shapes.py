"""The JSON that the website API gives, as OpenAPI describes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from aftercare.attachments.kinds import KINDS
from aftercare.handover.queue import Standing, minutes_of
from aftercare.settings import Settings
from aftercare.tables.handover import HandoverState
from gateway.links import Links
from gateway.transcript import Spoken


class SessionMade(BaseModel):
    token: str = Field(description="Opens this conversation only; told once.")
    conversation_id: str
    renew_after: datetime = Field(description="From then on replace the token.")
    expires_at: datetime = Field(description="From then on the token opens nothing.")


class MessageTaken(BaseModel):
    id: str
    seq: int = Field(description="The message's place in the conversation.")


class ButtonShown(BaseModel):
    id: str = Field(description="Send it back as 'button' to press it.")
    title: str


class SourceShown(BaseModel):
    title: str
    section: str
    url: str
    lang: str | None = Field(default=None, description="Where it is not the conversation's.")


class QuoteShown(BaseModel):
    """Words of a message that are not in the conversation's language."""

    text: str = Field(description="As it stands in the message's text.")
    lang: str


class AttachmentShown(BaseModel):
    id: str
    name: str
    type: str = Field(description="Media type, told from the content.")
    size: int = Field(description="In bytes.")
    url: str = Field(description="Opens the file without the token, for a while.")
    width: int | None = Field(default=None, description="Of images, in pixels.")
    height: int | None = None
    alt: str | None = Field(
        default=None, description="What an image shows, where the staff member who sent it said so."
    )


class MessageShown(BaseModel):
    seq: int
    sender: Literal["customer", "bot", "staff"] = Field(serialization_alias="from")
    name: str | None = Field(default=None, description="Of the staff member who wrote it.")
    text: str
    buttons: list[ButtonShown]
    attachments: list[AttachmentShown]
    sources: list[SourceShown]
    quote: QuoteShown | None = None
    at: datetime


class FilesTaken(BaseModel):
    most: int = Field(description="So many files one message may carry; 0: none are taken.")
    largest: int = Field(description="In bytes, of one file.")
    types: list[str]
    link_seconds: int = Field(description="How long the `url` of a file opens it.")


class HandlingShown(BaseModel):
    """Who has the conversation: the bot, the bot while the customer waits, or a person."""

    by: Literal["bot", "queue", "staff"]
    since: datetime | None = None
    name: str | None = Field(default=None, description="Of the staff member who has it.")
    place: int | None = Field(default=None, description="In the queue; 1 is next.")
    wait_minutes: int | None = Field(
        default=None, description="How long such a wait took lately; left out where too few waited."
    )


class PageShown(BaseModel):
    language: str
    handling: HandlingShown
    files: FilesTaken
    messages: list[MessageShown]


class ErrorTold(BaseModel):
    code: str
    message: str
    error_id: str | None = None


class ErrorAnswer(BaseModel):
    error: ErrorTold


def files_taken(settings: Settings) -> FilesTaken:
    """What a client has to know before it sends files."""
    return FilesTaken(
        most=settings.max_files,
        largest=settings.max_file_bytes,
        types=list(KINDS),
        link_seconds=settings.file_link_minutes * 60,
    )


def handling_shown(standing: Standing | None) -> HandlingShown:
    if standing is None:
        return HandlingShown(by="bot")
    return HandlingShown(
        by="staff" if standing.state == HandoverState.WITH_PERSON else "queue",
        since=standing.since,
        name=standing.name,
        place=standing.place,
        wait_minutes=minutes_of(standing.expected) if standing.expected is not None else None,
    )


def shown(message: Spoken, links: Links) -> MessageShown:
    """A message as the website sees it: no payloads, no numbers of the understanding."""
    return MessageShown.model_validate(
        {
            "seq": message.seq,
            "sender": message.sender,
            "name": message.author,
            "text": message.text,
            "buttons": [{"id": b["id"], "title": b["title"]} for b in message.buttons],
            "attachments": [
                {
                    "id": file.id,
                    "name": file.name,
                    "type": file.media_type,
                    "size": file.size,
                    "url": links.url(file.id, message.conversation_id),
                    "width": file.width,
                    "height": file.height,
                    "alt": file.description or None,
                }
                for file in message.files
            ],
            "sources": [
                {
                    "title": source["title"],
                    "section": source["section"],
                    "url": links.source_url(source["path"], message.conversation_id),
                    "lang": source.get("language"),
                }
                for source in message.sources
                # Anything but a path would lead away from the website.
                if source["path"].startswith("/")
            ],
            "quote": next(map(_quote, filter(_is_quoted, message.sources)), None),
            "at": message.at,
        }
    )


def _is_quoted(source: Mapping[str, str]) -> bool:
    return bool(source.get("quote"))


def _quote(source: Mapping[str, str]) -> dict[str, str]:
    return {"text": source["quote"], "lang": source["language"]}
