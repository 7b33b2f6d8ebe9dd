"""Practice sheets as pages that both publishers read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from observlib.base.yaml_files import as_front_matter
from observlib.catalogue import Catalogue
from observlib.display import typography
from observlib.language import french
from observlib.language.prose import Markdown, joined, markdown, plain
from observlib.records.practices import Practices, Sheet, Source

_ORIGINS = {
    "demonstration": (
        "::: {.callout-warning}\n"
        "## Fiche de démonstration : récit inventé\n\n"
        "Ce retour d'expérience est plausible et inventé, chiffres compris. Il montre ce qu'une "
        "fiche peut contenir.\n"
        ":::"
    ),
    "neighbour": (
        "::: {.callout-note}\n"
        "## D'après des sources publiques\n\n"
        "Cette fiche rapporte ce que les sources citées disent, et rien de plus. Le verdict est "
        "le nôtre : ce que nous pourrions en reprendre.\n"
        ":::"
    ),
}


def write_sheets(practices: Practices, catalogue: Catalogue, folder: Path) -> None:
    """Write a page for each sheet into the folder, which is not made where there is none."""
    for sheet in practices.sheets:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{sheet.slug}.qmd"
        path.write_text(page_of(sheet, practices, catalogue), encoding="utf-8", newline="\n")


def page_of(sheet: Sheet, practices: Practices, catalogue: Catalogue) -> str:
    """The page of a sheet, as Quarto Markdown: what it is of, what to redo and avoid, its text."""
    header = {
        "title": str(plain(typography(sheet.title))),
        "description": str(plain(typography(_summary(sheet, practices, catalogue)))),
        "order": -sheet.date.toordinal(),  # the newest first
        "date": sheet.date.isoformat(),
        "format": "html",
        "toc": False,
    }
    lessons = [
        ("Ce qu'il faut refaire", _sentence(sheet.redo)),
        ("Ce qu'il faut éviter", _sentence(sheet.avoid)),
    ]
    sources = joined(map(_source, sheet.sources), "\n")
    parts = [
        _ORIGINS.get(sheet.origin, ""),
        _definitions(lessons),
        sheet.body,
        f"## Sources\n\n{sources}" if sheet.sources else "",
        f"## La fiche\n\n{_definitions(_terms(sheet, practices, catalogue))}",
    ]
    text = typography("\n\n".join(part for part in parts if part))
    return f"{as_front_matter(header)}\n{text}\n"


def _definitions(terms: Iterable[tuple[str, str]]) -> Markdown:
    """Terms, each with the words that are said of it."""
    return joined((markdown("{}\n:   {}", term, words) for term, words in terms), "\n\n")


def _summary(sheet: Sheet, practices: Practices, catalogue: Catalogue) -> str:
    """The sheet in a line, which stands alone on cards and in search results."""
    terms = [f"Verdict : {sheet.verdict}."]
    if sheet.peer:
        terms.append(f"Organisme : {catalogue.peers[sheet.peer].label}.")
    terms += [
        f"{term} : {practices.label(sort, name, catalogue)}."
        for term, sort in (("Outil", "tool"), ("Méthode", "method"))
        if (name := getattr(sheet, sort))
    ]
    summary = " ".join(terms)
    return f"Exemple inventé. {summary}" if sheet.invented else summary


def _terms(sheet: Sheet, practices: Practices, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What the front matter says, in words."""
    if sheet.peer:
        yield "Organisme", catalogue.peers[sheet.peer].label
    for term, sort in (("Outil", "tool"), ("Méthode", "method")):
        if name := getattr(sheet, sort):
            yield term, practices.label(sort, name, catalogue)
    if sheet.products:
        yield "Produits", french.join(catalogue.products[name].label for name in sheet.products)
    yield "Verdict", _sentence(sheet.verdict)
    yield "Coût", _sentence(sheet.cost) + _days(sheet.days)
    yield "Département", catalogue.departments[sheet.department].label
    yield "Interlocuteur", _sentence(sheet.contact)
    yield "Date", french.day_label(sheet.date)


def _days(days: float | None) -> str:
    if days is None:
        return ""
    count = french.number(days, 0 if days.is_integer() else 1)
    return f" ({count} {french.plural(days, 'jour', 'jours')} de travail)"


def _source(source: Source) -> Markdown:
    when = french.period_label(source.date) if source.date else "date inconnue"
    return markdown("- [{}](<{}>), {}.", source.title, Markdown(source.url), when)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
