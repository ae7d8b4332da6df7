"""Serves the website: `python -m web`."""

from __future__ import annotations

import gc
import logging
import resource

import uvicorn

from aftercare.log import set_up_logging
from aftercare.settings import settings
from web.app import create_app
from web.bounded_http import BoundedHttp

#: What the process opens beside connections: database, logs, the way to the bot.
_OTHER_FILES = 256


def _allow_connections(wanted: int) -> None:
    """Raise this process's limit of open files to what so many connections need, where it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


if __name__ == "__main__":
    set_up_logging(settings().log_format)
    # The queue tells of each job in three lines that the gateway's own lines say already.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    _allow_connections(settings().max_connections)
    app = create_app(settings())
    # What was made until now lives as long as the process. Whenever Python's collector looked at
    # all of it, which takes a fifth of a second, everybody waited.
    gc.collect()
    gc.freeze()
    uvicorn.run(
        app,
        host=settings().host,
        port=settings().port,
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings().trusted_proxies,
        limit_concurrency=settings().max_connections,
        timeout_graceful_shutdown=5,
    )
