"""The articles of the knowledge base in the admin site, previewed as customers read them (SPEC §9)."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, SELF
from csp.decorators import csp
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from accounts.admin_forms import OneOrganizationForm
from accounts.admin_scope import OrganizationScopedAdmin, is_admin
from chat.actions import articles
from chat.knowledge.index import passages_of
from chat.knowledge.markdown import to_html
from chat.knowledge.sections import sections
from chat.knowledge.words import is_language
from chat.models import Article

MAX_BODY_CHARACTERS: int = Article._meta.get_field("body").max_length or 0
PREVIEW_POLICY = {
    "default-src": [NONE],
    "style-src": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}
"""A preview stands in a frame of the page on which the article is written, and can do nothing there."""


class ArticleForm(OneOrganizationForm):
    class Meta:
        model = Article
        fields = "__all__"

    def clean_language(self) -> str:
        """A language, not its name."""
        language: str = self.cleaned_data["language"]
        if not is_language(language):
            raise forms.ValidationError("A language is written as in en or pt-BR.")
        return language

    def clean_body(self) -> str:
        """Something that can be said."""
        body: str = self.cleaned_data["body"]
        if not sections(body):
            raise forms.ValidationError("There is no text in it: pictures and HTML are left out.")
        return body


@admin.register(Article)
class ArticleAdmin(OrganizationScopedAdmin):
    form = ArticleForm
    list_display = ["title", "language", "organization", "is_published", "updated_at"]
    list_filter = ["is_published", "language", ("organization", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["organization"]
    search_fields = ["title", "keywords", "body"]
    ordering = ["title"]
    actions = ["publish", "take_back"]
    readonly_fields = ["source", "updated_at"]
    fieldsets = [
        (
            None,
            {
                "fields": ["organization", "title", "keywords", "language", "is_published", "body"],
                "description": "Each section below a heading is an answer by itself. An assistant finds it by"
                " the words of its title, headings, keywords and text.",
            },
        ),
        ("Where it is from", {"fields": ["source", "updated_at"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        """Put ours before those of single articles, which take every address."""
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="chat_article_preview"), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """It stays in its organization."""
        return [*self.readonly_fields, *(["organization"] if obj is not None else [])]

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        """Store it together with its index."""
        articles.save(obj)

    def delete_model(self, request: HttpRequest, obj: Article) -> None:
        """Delete it together with its index."""
        articles.delete(Article.objects.filter(id=obj.id))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        """As one by one."""
        articles.delete(queryset)

    @admin.action(description="Publish: assistants answer from them", permissions=["change"])
    def publish(self, request: HttpRequest, chosen: QuerySet[Article]) -> None:
        """Let them be found."""
        self._publish(request, chosen, is_published=True)

    @admin.action(description="Take back: assistants know nothing of them", permissions=["change"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[Article]) -> None:
        """Let them be found no more."""
        self._publish(request, chosen, is_published=False)

    def _publish(self, request: HttpRequest, chosen: QuerySet[Article], *, is_published: bool) -> None:
        changed = articles.publish(chosen, is_published=is_published)
        what = "Published" if is_published else "Taken back"
        for article in changed:
            self.log_change(request, article, f"{what}.")
        self.message_user(request, f"{what}: {', '.join(map(str, changed)) or 'none, they were so already'}.")

    @method_decorator(require_POST)
    @method_decorator(csp(PREVIEW_POLICY))
    @method_decorator(xframe_options_sameorigin)
    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show what is written in the form, as it is then, and store nothing."""
        if not is_admin(request):
            raise PermissionDenied
        body = request.POST.get("body", "")[:MAX_BODY_CHARACTERS]
        article = Article(title=request.POST.get("title", ""), body=body)
        shown = {"article": article, "html": to_html(body), "passages": passages_of(article)}
        return TemplateResponse(request, "admin/chat/article/preview.html", shown)
