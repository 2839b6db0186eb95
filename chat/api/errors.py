"""Errors as HTTP answers: `{success: false, message, errors?}` (SPEC §6). The one mapping to HTTP."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from chat import errors

log = structlog.get_logger(__name__)

STATUS_CODES: list[tuple[type[errors.HelpdeskError], int]] = [
    (errors.NotAuthenticated, status.HTTP_401_UNAUTHORIZED),
    (errors.Forbidden, status.HTTP_403_FORBIDDEN),
    (errors.NotFound, status.HTTP_404_NOT_FOUND),
    (errors.Conflict, status.HTTP_409_CONFLICT),
    (errors.TooLarge, status.HTTP_413_REQUEST_ENTITY_TOO_LARGE),
    (errors.NotWhatItSays, status.HTTP_415_UNSUPPORTED_MEDIA_TYPE),
    (errors.InvalidInput, status.HTTP_400_BAD_REQUEST),
    (errors.RateLimited, status.HTTP_429_TOO_MANY_REQUESTS),
    (errors.Unavailable, status.HTTP_503_SERVICE_UNAVAILABLE),
]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Answer any exception of a view; what nobody expected is logged, and the client learns nothing of it."""
    set_rollback()
    if isinstance(error, errors.HelpdeskError):
        return _helpdesk_error(error)
    if isinstance(error, ValidationError):
        return _answer(400, "The request is not valid.", "invalid", error.detail)
    if isinstance(error, APIException):
        answer = _answer(error.status_code, str(error.detail), str(error.get_codes()))
        if (wait := getattr(error, "wait", None)) is not None:
            answer["Retry-After"] = str(int(wait))
        return answer
    if isinstance(error, Http404):
        return _answer(404, "There is no such page.", "not_found")
    if isinstance(error, PermissionDenied):
        return _answer(403, "You may not do that.", "forbidden")
    if isinstance(error, RequestDataTooBig):
        limit = f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,}"
        return _answer(413, f"The body is too large: at most {limit} bytes are allowed.", "too_large")
    log.error("request_failed", view=type(context.get("view")).__name__, exc_info=error)
    return _answer(500, "Something went wrong on our side. Please try again.", "error")


def _helpdesk_error(error: errors.HelpdeskError) -> Response:
    code = next((status_code for kind, status_code in STATUS_CODES if isinstance(error, kind)), 400)
    answer = _answer(code, error.message, error.code, {error.field: [error.message]} if error.field else None)
    if code == status.HTTP_401_UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.RateLimited):
        answer["Retry-After"] = str(error.retry_after_seconds)
    return answer


def _answer(status_code: int, message: str, code: str, details: Any = None) -> Response:
    body: dict[str, Any] = {"success": False, "message": message, "code": code}
    if details:
        body["errors"] = details
    return Response(body, status=status_code)
