"""`manage import_articles`: folders of Markdown files, good and bad ones (SPEC §9)."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chat.knowledge import find
from chat.models import Article
from helpdesk.demo import DEMO_ARTICLES
from tests.support.people import People

pytestmark = pytest.mark.database


def run(folder: Path, **options: str) -> str:
    said = StringIO()
    call_command("import_articles", folder, organization="home", stdout=said, stderr=said, **options)
    return said.getvalue()


def test_a_folder_is_imported_and_again_only_what_has_changed(people: People, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    delivery = tmp_path / "delivery.md"
    delivery.write_text(
        "# Delivery\r\n\r\n<!-- keywords: shipping,\nparcel -->\r\n\r\n## Duration\r\n\r\nTwo days."
    )
    (tmp_path / "sub" / "opening_times.md").write_text("﻿We open at nine.", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("Not for customers.")
    said = run(tmp_path, language="en-GB")
    assert f"{delivery}: made, 'Delivery'." in said
    assert said.endswith("2 made.\n")
    assert list(Article.objects.values_list("source", "title", "keywords", "language", "body")) == [
        ("delivery.md", "Delivery", "shipping, parcel", "en-GB", "## Duration\n\nTwo days."),
        ("sub/opening_times.md", "Opening times", "", "en-GB", "We open at nine."),
    ]
    assert find(people.sam.organization_id, "parcel")[0].text == "Two days."
    Article.objects.filter(title="Delivery").update(is_published=False)
    assert run(tmp_path, language="en-GB").endswith("2 unchanged.\n")
    delivery.write_text("# Delivery\n\nThree days.")
    assert run(tmp_path, language="en-GB").endswith("1 changed, 1 unchanged.\n")
    assert Article.objects.get(source="delivery.md").body == "Three days."
    assert find(people.sam.organization_id, "delivery") == [], "it is still not published"


def test_bad_files_are_named_and_the_others_imported(people: People, tmp_path: Path) -> None:
    bad = {
        "binary.md": (b"\xff\xfe\x00", "not UTF-8"),
        "empty.md": (b"", "no text"),
        "huge.md": (b"x" * 500_001, "more than 500,000 bytes"),
        "long.md": (b"x" * 100_001, "body has more than 100,000 characters"),
        "named.md": (b"# " + b"x" * 201 + b"\n\ntext", "title has more than 200 characters"),
        "nul.md": (b"a\x00b", "not a text"),
        "title.md": (b"# Only a title", "no text"),
    }
    for name, (content, _) in bad.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "good.md").write_text("# Good\n\nText.")
    said = StringIO()
    with pytest.raises(CommandError, match="1 made, 7 skipped"):
        call_command("import_articles", tmp_path, organization="home", stdout=said, stderr=said)
    for name, (_, why) in bad.items():
        assert any(
            name in line and "skipped" in line and why in line for line in said.getvalue().splitlines()
        ), name
    assert [article.title for article in Article.objects.all()] == ["Good"]


@pytest.mark.parametrize(
    ("folder", "options", "problem"),
    [
        (DEMO_ARTICLES, {"organization": "nowhere"}, "no organization 'nowhere'; there are: away, home"),
        (DEMO_ARTICLES / "nothing", {}, "no folder"),
        (DEMO_ARTICLES.parent / "management", {}, "no .md files"),
        (DEMO_ARTICLES, {"language": "English"}, "written as in en or pt-BR"),
    ],
)
def test_what_cannot_be_imported_is_named(
    people: People, folder: Path, options: dict[str, str], problem: str
) -> None:
    with pytest.raises(CommandError, match=problem):
        call_command("import_articles", folder, **{"organization": "home", **options})
    assert not Article.objects.exists()


def test_the_demos_articles_are_the_demo_shops(transactional_db) -> None:
    call_command("make_demo_data")
    demo = {article.organization.slug for article in Article.objects.select_related("organization")}
    assert demo == {"demo"}
    [best, *_] = find(Article.objects.all()[0].organization_id, "How long does delivery take?")
    assert (best.title, best.heading) == ("Delivery", "How long delivery takes")
