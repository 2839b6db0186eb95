"""Fixtures for tests in a browser."""

import pytest

from tests.conftest import StartHelpdesk
from tests.support.servers import RunningHelpdesk


@pytest.fixture(scope="module")
def helpdesk(start_helpdesk: StartHelpdesk) -> RunningHelpdesk:
    """One helpdesk for a module's tests; what the database matters for is tested without browsers."""
    return start_helpdesk("sqlite")
