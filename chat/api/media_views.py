"""Upload of images, audio and video (SPEC §6 `POST media`)."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from chat import access, payloads, selectors
from chat.actions import media
from chat.api import serializers, shapes
from chat.api.answers import answer
from chat.api.base import View
from chat.api.throttles import Uploads
from chat.api.uploads import FIELD, MediaUploadHandler
from chat.errors import InvalidInput


class MediaFiles(View):
    parser_classes = (MultiPartParser,)  # type: ignore[assignment]  # the only one that reads no JSON
    throttle_classes = (Uploads,)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Have the body's files written to disk."""
        request.upload_handlers = [MediaUploadHandler(request)]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="upload_media",
        request={"multipart/form-data": serializers.UploadMedia},
        responses={201: shapes.answers(shapes.Media), **shapes.refusals(400, 401, 403, 413, 415, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """Upload 1 to 5 files of 10 MB each, to send them in messages by their `_id`."""
        try:
            data = cast(QueryDict, request.data)
        except RequestDataTooBig:
            raise
        except SuspiciousOperation:
            raise InvalidInput("The body has too many parts.") from None
        access.check_claims(self.caller(), data)
        rows = media.receive(self.caller(), str(data.get("type", "")), request.FILES.getlist(FIELD))
        found = [payloads.media(selectors.media_facts(row), self.viewer()) for row in rows]
        return answer("Media uploaded successfully", found, status=201)
