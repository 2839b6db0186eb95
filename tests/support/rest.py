"""A program that calls the REST interface with somebody's token, without a network."""

import json
from typing import Any

from django.test import Client

from accounts.tokens import Principal, issue_access_token
from tests.support.people import People


class Caller:
    """Calls as one person, or as nobody."""

    def __init__(self, people: People, principal: Principal | None) -> None:
        headers = {}
        if principal is not None:
            token, _ = issue_access_token(people.user(principal))
            headers["Authorization"] = f"Bearer {token}"
        self._client = Client(headers=headers)

    def get(self, path: str, **query: Any) -> tuple[int, dict[str, Any]]:
        """The status and the JSON body of an answer."""
        answer = self._client.get(path, query)
        return answer.status_code, answer.json()

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        """As `get`, with a body: a JSON text, or what becomes one."""
        data = body if isinstance(body, str) else json.dumps({} if body is None else body)
        answer = self._client.generic(method, path, data, content_type="application/json")
        return answer.status_code, answer.json()
