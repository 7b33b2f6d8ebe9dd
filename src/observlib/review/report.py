"""A review as a page to read, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from observlib import files
from observlib.display import french, wording
from observlib.display.output import pipe_table
from observlib.display.prose import Markdown, markdown
from observlib.display.typography import typography
from observlib.editions.reviews import in_words
from observlib.publish import pandoc
from observlib.review import Review
from observlib.review.compare import Difference

TEXTS = wording.beside(__file__)
PAGE, JSON = "index.html", "review.json"


def write(review: Review, folder: Path) -> Path:
    """Write a review's page and its JSON into a folder; the page.

    Raises
    ------
    ObservError
        Where the folder cannot be written.
    """
    title = TEXTS["title"].format(quarter=review.quarter)
    html = pandoc.convert(
        page(review),
        "html",
        name="the review",
        template=pandoc.TEMPLATES / "review.html",
        metadata={"title": title, "lang": "fr-FR"},
    )
    told = json.dumps(review.as_dict(), ensure_ascii=False, indent=1) + "\n"
    with files.telling_write_errors(folder, "no report was written"):
        folder.mkdir(parents=True, exist_ok=True)
        files.write_text(folder / JSON, told)
        files.write_text(folder / PAGE, html)
    return folder / PAGE


def page(review: Review) -> str:
    """The page of a review, as Markdown: its verdict, what was compared, what differs and where."""
    key, verdict = review.verdict.replace(" ", "_"), in_words(review.verdict)
    day = french.day_label(date.fromisoformat(review.published))
    about = [TEXTS["of"].format(day=day) + "."]
    about += [TEXTS["synthetic"]] if review.kind == "demonstration" else []
    if review.commit:
        about.append(TEXTS["commit"].format(commit=review.commit) + ".")
    about.append(TEXTS["environment"].format(**review.environment) + ".")
    parts = [
        f"::: {{.verdict}}\n**{TEXTS['verdict']} : {verdict}.** {TEXTS[f'about.{key}']}\n:::",
        typography(" ".join(about)),
    ]
    if review.not_run:
        lines = "\n".join(markdown("- {}", line) for line in review.not_run)
        parts += [f"## {TEXTS['not_run']}", lines]
    for is_close in (False, True):
        if found := [one for one in review.differences if one.is_close == is_close]:
            parts += [f"## {TEXTS['close' if is_close else 'found']}", _table(found)]
    if review.counts:
        counted = {
            TEXTS["counted"]: [TEXTS[f"counts.{name}"] for name in review.counts],
            TEXTS["number"]: [french.number(number) for number in review.counts.values()],
        }
        table = pipe_table(counted, right=(TEXTS["number"],))
        parts += [f"## {TEXTS['compared']}", table]
    parts += [f"## {TEXTS['apart']}", TEXTS["build"]]
    return "\n\n".join(map(typography, parts)) + "\n"


def _table(found: Iterable[Difference]) -> Markdown:
    columns = {
        TEXTS["file"]: [one.file for one in found],
        TEXTS["where"]: [one.where for one in found],
        TEXTS["published"]: [one.published or "…" for one in found],
        TEXTS["remade"]: [one.remade or "…" for one in found],
    }
    return pipe_table(columns, even=True)
