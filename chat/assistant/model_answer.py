"""One answer of a language model, by pydantic-ai: it is asked, uses tools, and is asked again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolCallPart,
    ToolReturnPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from chat.assistant import prompts
from chat.assistant.cleaning import clean_for_model
from chat.assistant.model_tools import DESCRIPTIONS, SCHEMAS, known_arguments
from chat.assistant.provider import Model, Request

Say = Callable[[str], Awaitable[None]]
UseTool = Callable[[str, dict[str, Any]], Awaitable[str]]

CHARACTERS_IN_A_TOKEN = 4
BROKEN_OFF = ("length", "content_filter", "error")
NO_KEY = "none"
"""Sent as the key where there is none: local endpoints do without, the client does not."""
PROFILE = OpenAIModelProfile(
    # A stream that simply ends has broken off.
    openai_chat_streaming_requires_finish_reason=True,
    openai_supports_strict_tool_definition=False,
)


class BrokenOff(Exception):
    """The model's answer is not whole, or never would be."""


class Answer:
    """Asks for one answer and gives it piece by piece to `say`; `use_tool` returns a tool's result."""

    def __init__(
        self, request: Request, tools: tuple[str, ...], http: httpx2.AsyncClient, say: Say, use_tool: UseTool
    ) -> None:
        self._request = request
        self._names = tools if request.max_tool_calls else ()
        self._model = chat_model(request.model, http)
        self._say_piece = say
        self._use_tool = use_tool
        self._tools_left = request.max_tool_calls
        self._said = 0
        self._ends_with_space = True
        self._counted_tokens = 0
        self._characters = 0

    @property
    def tokens(self) -> int:
        """How many tokens were used: as the endpoint says, else as the texts are long."""
        return self._counted_tokens or self._characters // CHARACTERS_IN_A_TOKEN

    async def give(self) -> None:
        """Give the whole answer. Raises `BrokenOff`, and what pydantic-ai raises."""
        system = prompts.system_prompt(self._request)
        messages = [_message(*said) for said in prompts.conversation(self._request)]
        assert isinstance(messages[0], ModelRequest)
        messages[0].instructions = system
        self._characters = len(system) + sum(len(line.text) for line in self._request.history)
        may_use_tools = bool(self._names)
        while True:
            response = await self._ask(messages, may_use_tools=may_use_tools)
            if not response.tool_calls:
                return
            if not may_use_tools:
                raise BrokenOff("The model goes on using tools.")
            messages += [response, ModelRequest(parts=[await self._use(c) for c in response.tool_calls])]
            may_use_tools = self._tools_left > 0

    async def _ask(self, messages: list[ModelMessage], *, may_use_tools: bool) -> ModelResponse:
        parameters = ModelRequestParameters(function_tools=[_definition(name) for name in self._names])
        settings = ModelSettings()
        if self._request.model.temperature is not None:
            settings["temperature"] = self._request.model.temperature
        if self._names and not may_use_tools:
            settings["tool_choice"] = "none"
        is_first = True
        async with model_request_stream(
            self._model, messages, model_settings=settings, model_request_parameters=parameters
        ) as stream:
            async for event in stream:
                match event:
                    case (
                        PartStartEvent(part=TextPart(content=text))
                        | PartDeltaEvent(delta=TextPartDelta(content_delta=text))
                    ) if text:
                        await self._say(text, is_first=is_first)
                        is_first = False
            response = stream.get()
        self._counted_tokens += response.usage.total_tokens
        if response.finish_reason in BROKEN_OFF:
            raise BrokenOff(f"The model ended with {response.finish_reason}.")
        return response

    async def _say(self, text: str, *, is_first: bool) -> None:
        text = text.encode(errors="replace").decode()  # half a surrogate pair is no text
        if is_first and not self._ends_with_space:
            text = "\n\n" + text
        self._ends_with_space = text[-1].isspace()
        self._said += len(text)
        self._characters += len(text)
        await self._say_piece(text)
        if self._said > self._request.max_answer_characters:
            raise BrokenOff("The answer is too long.")

    async def _use(self, call: ToolCallPart) -> ToolReturnPart:
        result = await self._result(call)
        self._characters += len(result)
        return ToolReturnPart(
            tool_name=call.tool_name, content=clean_for_model(result), tool_call_id=call.tool_call_id
        )

    async def _result(self, call: ToolCallPart) -> str:
        if self._tools_left <= 0:
            return "No more tools may be used for this answer."
        self._tools_left -= 1
        if call.tool_name not in self._names:
            return f"There is no such tool. There are: {', '.join(self._names)}."
        try:
            arguments = call.args_as_dict(raise_if_invalid=True)
        except (ValueError, AssertionError):
            return "The arguments must be a JSON object."
        return await self._use_tool(call.tool_name, known_arguments(call.tool_name, arguments))


def chat_model(model: Model, http: httpx2.AsyncClient) -> OpenAIChatModel:
    """Return the model to ask, over this client; nothing is tried twice."""
    client = AsyncOpenAI(
        base_url=model.endpoint, api_key=model.api_key or NO_KEY, http_client=http, max_retries=0
    )
    provider = OpenAICompatibleProvider("openai-compatible", openai_client=client, profile=PROFILE)
    return OpenAIChatModel(model.name, provider=provider)


def why(error: BaseException) -> str:
    """Say what went wrong in words that hold no key and nothing that anybody wrote."""
    if isinstance(error, BrokenOff):
        return str(error)
    if isinstance(error, ModelHTTPError):
        return f"The endpoint answered with status {error.status_code}."
    names = [type(error).__name__]
    while (error := error.__cause__ or error.__context__) is not None and len(names) < 4:  # type: ignore[assignment]
        names.append(type(error).__name__)
    return " from ".join(names)


def _definition(name: str) -> ToolDefinition:
    return ToolDefinition(name=name, description=DESCRIPTIONS[name], parameters_json_schema=SCHEMAS[name])


def _message(role: str, text: str) -> ModelMessage:
    if role == "user":
        return ModelRequest(parts=[UserPromptPart(content=text)])
    return ModelResponse(parts=[TextPart(content=text)])
