"""What is in the log, and what never is."""

import json
import logging
import logging.config

import pytest
import structlog

from helpdesk.logs import logging_configuration


@pytest.fixture
def render():
    """Return a function that renders a record as the handler would."""
    configuration = logging_configuration("INFO")
    formatter_options = configuration["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=formatter_options["processors"], foreign_pre_chain=formatter_options["foreign_pre_chain"]
    )

    def format_message(message: str, *arguments: object) -> str:
        return formatter.format(logging.LogRecord("any", logging.INFO, "", 0, message, arguments, None))

    return format_message


def test_a_line_cannot_be_forged_from_what_a_user_wrote(render):
    forged = 'name\r\n{"event": "forged"}\x1b[2J\x85\u2028'

    line = render("hello %s", forged)

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["event"] == f"hello {forged}"


def test_secrets_and_message_texts_are_blanked(capsys):
    logging.config.dictConfig(logging_configuration("INFO"))

    structlog.get_logger("test").info("something", token="secret-1", text="secret-2", conversation="c1")

    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert line["conversation"] == "c1"
    assert "secret" not in json.dumps(line)
