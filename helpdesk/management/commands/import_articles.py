"""`manage import_articles`: a folder of Markdown files becomes articles of the knowledge base (SPEC §9)."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from chat.actions import articles
from chat.knowledge.files import BadArticleFile, article_files, read_article
from chat.knowledge.words import is_language


class Command(BaseCommand):
    help = "Make articles of a folder's Markdown files; those imported before are changed where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the options."""
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--language", default="en", help="of the files, as in en or pt-BR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import file by file. Raises `CommandError` when one of them could not be."""
        folder: Path = options["folder"]
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)[:20])
            raise CommandError(f"There is no organization {options['organization']!r}; there are: {known}.")
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        if not is_language(options["language"]):
            raise CommandError(
                f"--language {options['language']!r}: a language is written as in en or pt-BR."
            )
        outcomes: Counter[str] = Counter()
        for path in article_files(folder):
            try:
                draft = read_article(path, folder)
            except BadArticleFile as problem:
                self.stderr.write(f"{path}: skipped, {problem}.")
                outcomes["skipped"] += 1
                continue
            outcome = articles.put(organization, draft, language=options["language"])
            self.stdout.write(f"{path}: {outcome}, {draft.title!r}.")
            outcomes[outcome] += 1
        if not outcomes:
            raise CommandError(f"There are no .md files in {folder}.")
        done = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
        if outcomes["skipped"]:
            raise CommandError(f"{done}.")
        self.stdout.write(f"{done}.")
