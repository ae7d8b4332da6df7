"""The JSON that the website API gives, as OpenAPI describes it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from aftercare.tables.conversations import Message


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


class AttachmentShown(BaseModel):
    name: str
    url: str


class MessageShown(BaseModel):
    seq: int
    sender: Literal["customer", "bot", "staff"] = Field(serialization_alias="from")
    text: str
    buttons: list[ButtonShown]
    attachments: list[AttachmentShown]
    sources: list[SourceShown]
    at: datetime


class PageShown(BaseModel):
    language: str
    messages: list[MessageShown]


class ErrorTold(BaseModel):
    code: str
    message: str
    error_id: str | None = None


class ErrorAnswer(BaseModel):
    error: ErrorTold


def shown(message: Message, site_url: str) -> MessageShown:
    """A message as the website sees it: no payloads, no numbers of the understanding."""
    return MessageShown.model_validate(
        {
            "seq": message.seq,
            "sender": message.sender,
            "text": message.text,
            "buttons": [{"id": b["id"], "title": b["title"]} for b in message.buttons],
            "attachments": [],
            "sources": [
                {
                    "title": source["title"],
                    "section": source["section"],
                    "url": site_url + source["path"],
                }
                for source in message.sources
                # Anything but a path would lead away from the website.
                if source["path"].startswith("/")
            ],
            "at": message.at,
        }
    )
