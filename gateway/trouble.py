"""Errors as the website API tells them: a code for programs, a sentence for people, an error id."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse

from aftercare.errors import AftercareError

RETRY_SECONDS = 2

_SENTENCES = {
    400: ("bad_request", "The request could not be read. Check it and send it again."),
    404: ("not_found", "There is nothing at this address. The calls are listed at /openapi.json."),
    405: ("method_not_allowed", "This address takes another method; see the Allow header."),
    413: ("too_large", "The request is too large. Send a shorter one."),
    415: ("unsupported_media_type", "Send the request as application/json."),
}


class ApiError(AftercareError):
    """An answer other than success; the message is shown to the caller."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def error_answer(
    status: int,
    code: str,
    message: str,
    *,
    error_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    error = {"code": code, "message": message}
    if error_id:
        error["error_id"] = error_id
    return JSONResponse({"error": error}, status, headers)


def status_answer(status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer to an error that the web framework found."""
    code, message = _SENTENCES.get(
        status, ("request_failed", "The request could not be carried out. Check it and try again.")
    )
    return error_answer(status, code, message, headers=headers)


def storage_answer(error_id: str) -> JSONResponse:
    return error_answer(
        503,
        "storage_unavailable",
        f"The service cannot store or read messages just now. Send the same request again in "
        f"{RETRY_SECONDS} seconds; if it lasts, report {error_id}.",
        error_id=error_id,
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def unexpected_answer(error_id: str) -> JSONResponse:
    return error_answer(
        500,
        "unexpected_error",
        f"The request failed for a reason that was logged. Try again, and report {error_id} if "
        "it happens again.",
        error_id=error_id,
    )


def described(*errors: tuple[int, str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's description of the errors of a call; codes of one status are listed together."""
    found: dict[int | str, dict[str, Any]] = {}
    for status, codes in errors:
        found[status] = {
            "description": f"Error code: {codes}",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}
            },
        }
    return found
