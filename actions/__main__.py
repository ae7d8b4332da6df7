"""Runs the action server on loopback: `python -m actions`."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import uvicorn

from actions.digressions import (
    AnswerPostback,
    AnswerUsage,
    AnswerWaitingTime,
    AnswerWarranty,
    NoteOtherWish,
    TakeFiles,
    TakeShortAnswer,
    TakeUpRemark,
    TakeVerdict,
)
from actions.intake import ValidateIntakeForm
from actions.server import ActionServer
from actions.training import WalkOn
from aftercare.desk import Desk, open_desk
from aftercare.log import set_up_logging
from aftercare.settings import settings

_KEEP_ALIVE_SECONDS = 120
_LAST_ANSWERS_SECONDS = 15


def create_action_server(desk: Desk, secret: str) -> ActionServer:
    """The action server with all actions. Raises ValueError for an empty secret."""
    actions = (
        ValidateIntakeForm(desk),
        AnswerUsage(desk),
        AnswerWarranty(desk),
        AnswerWaitingTime(desk),
        TakeFiles(desk),
        TakeShortAnswer(desk),
        AnswerPostback(desk),
        TakeVerdict(desk),
        TakeUpRemark(desk),
        NoteOtherWish(desk),
        WalkOn(desk),
    )
    return ActionServer(actions, secret)


if __name__ == "__main__":
    set_up_logging(settings().log_format)
    address = urlsplit(settings().actions_url)
    server = create_action_server(
        open_desk(settings(), clock=lambda: datetime.now(UTC)), settings().private_secret
    )
    uvicorn.run(
        server,
        host=address.hostname or "127.0.0.1",
        port=address.port or 5055,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        # Longer than the bot keeps a connection that nobody uses: it is never closed under a call.
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )
