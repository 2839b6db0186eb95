"""What an admin may write into an assistant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from accounts.admin_forms import OneOrganizationForm
from chat.models import Assistant

EMBEDDED = "The embedded assistant, which answers from the knowledge base"


def endpoints() -> list[tuple[str, str]]:
    """The endpoints that the operator allows, to choose from; the first is what holds without a choice."""
    default = settings.ASSISTANT_BASE_URL
    others = [url for url in settings.ASSISTANT_ENDPOINTS if url != default]
    return [("", f"{default} (default)" if default else EMBEDDED), *((url, url) for url in others)]


class AssistantForm(OneOrganizationForm):
    endpoint = forms.ChoiceField(
        choices=endpoints,
        required=False,
        help_text="Of those that the operator allows (ASSISTANT_BASE_URL, ASSISTANT_ENDPOINTS). It gets what"
        " customers write.",
        error_messages={
            "invalid_choice": "The operator does not allow %(value)s (any more). Choose another."
        },
    )

    class Meta:
        model = Assistant
        fields = "__all__"
        labels = {
            "is_active": "Active",
            "max_answer_characters": "Length of an answer in characters",
            "silence_seconds": "Silence in seconds",
            "answer_seconds": "Time for an answer in seconds",
            "customer_tokens_per_day": "Tokens of a customer in a day",
            "organization_tokens_per_day": "Tokens of the organization in a day",
            "queue": "Queue to which it hands over",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show where an endpoint stands that is allowed no more, so that nothing changes unseen."""
        super().__init__(*args, **kwargs)
        kept = self.instance.endpoint
        field = self.fields["endpoint"]
        assert isinstance(field, forms.ChoiceField)
        if kept == settings.ASSISTANT_BASE_URL:
            self.initial["endpoint"] = ""
        elif kept not in dict(endpoints()):
            field.widget.choices = [*endpoints(), (kept, f"{kept} (not allowed any more)")]
        self.fields["model"].widget.attrs["placeholder"] = settings.ASSISTANT_MODEL

    def clean(self) -> dict[str, Any] | None:
        """A silence ends before the answer's time does."""
        cleaned = super().clean()
        silence, whole = (self.cleaned_data.get(name) for name in ("silence_seconds", "answer_seconds"))
        if silence is not None and whole is not None and silence > whole:
            self.add_error("silence_seconds", f"At most as long as a whole answer may take, {whole} seconds.")
        return cleaned
