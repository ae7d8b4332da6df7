"""Serves the website: `python -m web`."""

from __future__ import annotations

import uvicorn

from aftercare.log import set_up_logging
from aftercare.settings import settings
from web.app import create_app
from web.bounded_http import BoundedHttp

if __name__ == "__main__":
    set_up_logging()
    uvicorn.run(
        create_app(settings()),
        host=settings().host,
        port=settings().port,
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
