"""What somebody waits for comes."""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import Any


def settle(future: asyncio.Future[Any] | concurrent.futures.Future[Any], outcome: Any) -> None:
    """Give who waits an answer, or raise the exception that is the outcome; nothing where nobody waits any
    more.
    """
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
