"""What an edition must say of itself at the top of its pages."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError
from observlib.base.period import edition_day, epoch
from observlib.base.yaml_files import as_front_matter
from observlib.catalogue import Catalogue
from observlib.estimates.measures import measured_by
from observlib.language import french, words
from observlib.language.prose import Markdown, joined, markdown, plain, typography
from observlib.records.practices import Practices, Sheet, Source

# --- The project's documentation (`docs/`) as pages that both publishers read

_LINK = re.compile(r"(?<=\.)md(?=(#[\w-]+)?\))")
_PICTURE = re.compile(r"!\[([^\]]+)\]\(([^)\s]+)\)")


def write_documentation(docs: Path, folder: Path) -> None:
    """Write a page for each Markdown file of `docs/`, and copy its pictures."""
    untitled = []
    for path in sorted(docs.rglob("*")):
        target = folder / path.relative_to(docs)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".svg":
            shutil.copyfile(path, target)
        elif path.suffix == ".md":
            text = path.read_text(encoding="utf-8")
            if text.startswith("# "):
                target.with_suffix(".qmd").write_text(
                    documentation_page(text), "utf-8", newline="\n"
                )
            else:
                untitled.append(f"{path}: begins with no title; its first line is `# A title`")
    if untitled:
        raise ObservError(*untitled)


def documentation_page(text: str) -> str:
    """The page of a file: its title in a front matter, its links to files as links to pages.

    Examples
    --------
    >>> text = "# A source\\n\\nSee [surveys](survey.md#a), ![Two boxes](boxes.svg)."
    >>> print(documentation_page(text))
    ---
    title: A source
    format: html
    lang: en
    toc-title: On this page
    ---
    <BLANKLINE>
    See [surveys](survey.qmd#a), ![](boxes.svg){fig-alt="Two boxes"}.
    """
    title, _, body = text.partition("\n")
    header = {
        "title": title.removeprefix("# "),
        "format": "html",
        "lang": "en",
        "toc-title": "On this page",
    }
    body = _PICTURE.sub(r'![](\2){fig-alt="\1"}', body)
    return as_front_matter(header) + _LINK.sub("qmd", body)


# --- How each page ends: how to cite it, what it was made from, and how to make it again

DEMONSTRATION_STORE = "data/demo/store/ledger.json"  # what `make` makes of a demonstration's data
_DIGESTS = "Chaque table a l’empreinte de son contenu"
_ORIGINS = (
    "**Remonter.** Chaque chiffre a un identifiant et [ses origines]({}) : méthode, tables, "
    "données reçues."
)
_SHOWN = 8  # digits of a digest


def with_passport(
    notebook: str, entry: Mapping[str, Any], edition: Mapping[str, Any], data: str, origins: str
) -> str:
    """A page's notebook that ends with its passport, an annex."""
    made = json.loads(notebook)
    cell = {"cell_type": "markdown", "id": "passport", "metadata": {}}
    made["cells"].append({**cell, "source": passport(entry, edition, data, origins)})
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def passport(
    entry: Mapping[str, Any], edition: Mapping[str, Any], data: str, origins: str = ""
) -> str:
    """The passport of a page, as Markdown.

    Examples
    --------
    >>> entry = {"title": "Appels", "study": "appels", "parameters": {}, "data": {"calls": "0a1b"}}
    >>> about = {"quarter": "2026-T3", "published": "2026-11-15", "revisions": [], "kind": "real", "site": "Observatoire de l’eau"}
    >>> print(passport(entry, about, "data", "origines/appels.qmd").replace("\\u00a0", " "))
    ## Citer et refaire cette page {.annex}
    <BLANKLINE>
    **Citer.** Observatoire de l’eau, « Appels », édition 2026-T3, 15 novembre 2026.
    <BLANKLINE>
    **Refaire.** Dans une copie du projet, à la version [que dit le manifeste](manifest.json){.commit}, avec les mêmes données :
    <BLANKLINE>
    ```bash
    SOURCE_DATE_EPOCH=1794700800 observ edition 2026-T3 --study appels
    ```
    <BLANKLINE>
    **Vérifier.** `observ review` compare tout ce que l’édition publie à ce qu’il refait. [Les relectures publiées](../editions/relectures.html) disent ce qui en est sorti.
    <BLANKLINE>
    **Remonter.** Chaque chiffre a un identifiant et [ses origines](origines/appels.qmd) : méthode, tables, données reçues.
    <BLANKLINE>
    **Données lues.** Chaque table a l’empreinte de son contenu : `calls` (`0a1b`).
    """  # noqa: E501
    quarter, revisions = edition["quarter"], edition["revisions"]
    day = edition_day(edition["published"], revisions)
    words = ["observ", "edition", quarter, *([] if data == "data" else ["--data", data])]
    words += ["--study", entry["study"]]
    own = {name: value for name, value in entry["parameters"].items() if name != "quarter"}
    words += [text for name, value in own.items() for text in ("-p", f"{name}={value}")]
    lines = [f"SOURCE_DATE_EPOCH={epoch(day)} {shlex.join(words)}"]
    if edition["kind"] == "demonstration":
        lines.insert(0, f"make {DEMONSTRATION_STORE}")
    name = f"édition {quarter}{f', révision {len(revisions)}' if revisions else ''}"
    title = plain(entry["title"])
    read = [f"`{table}` (`{digest[:_SHOWN]}`)" for table, digest in entry["data"].items()]
    return "\n\n".join(
        (
            "## Citer et refaire cette page {.annex}",
            typography(
                f"**Citer.** {plain(edition['site'])}, « {title} », {name}, "
                f"{french.day_label(day)}."
            ),
            typography(
                "**Refaire.** Dans une copie du projet, à la version [que dit le manifeste]"
                "(manifest.json){.commit}, avec les mêmes données :"
            ),
            "\n".join(["```bash", *lines, "```"]),
            typography(
                "**Vérifier.** `observ review` compare tout ce que l’édition publie à ce qu’il "
                "refait. [Les relectures publiées](../editions/relectures.html) disent ce qui en "
                "est sorti."
            ),
            *([typography(_ORIGINS.format(origins))] if origins else []),
            *([typography(f"**Données lues.** {_DIGESTS} : {', '.join(read)}.")] if read else []),
        )
    )


# --- Practice sheets as pages that both publishers read

_SHEET_ORIGINS = {
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
        path.write_text(sheet_page(sheet, practices, catalogue), encoding="utf-8", newline="\n")


def sheet_page(sheet: Sheet, practices: Practices, catalogue: Catalogue) -> str:
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
        _SHEET_ORIGINS.get(sheet.origin, ""),
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


DEMONSTRATION = typography(
    "::: {.callout-warning}\n"
    f"## Données de démonstration : chiffres synthétiques\n\n{words.INVENTED}\n"
    ":::"
)


def notices(manifest: Mapping[str, Any]) -> list[str]:
    """The callouts of an edition's home page: synthetic data, pages that could not be made.

    Examples
    --------
    >>> notices({"kind": "real", "studies": [{"title": "Panorama", "page": "panorama"}]})
    []
    """
    found = [DEMONSTRATION] if manifest["kind"] == "demonstration" else []
    failed = [study["title"] for study in manifest["studies"] if "error" in study]
    sentences = []
    if failed:
        one = len(failed) == 1
        begin = "Cette page n’a pas pu être établie" if one else "Ces pages n’ont pas pu l’être"
        sentences.append(f"{begin} : {plain(french.join(failed))}.")
    if any(study.get("asked") is False for study in manifest["studies"]):
        sentences.append("Seule une partie des études a été demandée ; les autres pages manquent.")
    if sentences:
        text = f"::: {{.callout-important}}\n## Édition partielle\n\n{' '.join(sentences)}\n:::"
        found.append(typography(text))
    return found


def with_notices(text: str, manifest: Mapping[str, Any], more: Iterable[str] = ()) -> str:
    """A Markdown page with its edition's notices after its front matter, and `more` of its own.

    Examples
    --------
    >>> page = "---\\ntitle: Accueil\\n---\\nTexte"
    >>> print(with_notices(page, {"kind": "demonstration", "studies": []})[:47])
    ---
    title: Accueil
    ---
    <BLANKLINE>
    ::: {.callout-warning}
    """
    return headed(text, [*notices(manifest), *more])


def headed(text: str, callouts: Iterable[str]) -> str:
    """A Markdown page with callouts after its front matter."""
    head, mark, body = text.partition("\n---\n") if text.startswith("---") else ("", "", text)
    parts = [(head + mark).strip(), *callouts, body.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def with_part(text: str, name: str, part: str) -> str:
    """A page with a part at its place, between two comments; as it is where it has no such place.

    Examples
    --------
    >>> print(with_part("Avant.\\n<!-- ici -->\\n?\\n<!-- /ici -->\\nAprès.", "ici", "Du texte."))
    Avant.
    <!-- ici -->
    <BLANKLINE>
    Du texte.
    <BLANKLINE>
    <!-- /ici -->
    Après.
    """
    before, begin, rest = text.partition(f"<!-- {name} -->")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not begin or not end:
        return text
    return f"{before}{begin}\n\n{part.strip()}\n\n{end}{after}"


_FILES = {  # of a data package, by how their names end, as readers look for them
    ".xlsx": "Classeur, pour un tableur",
    ".zip": "Le tout",
    "estimates.csv": "Estimations",
    "comparisons.csv": "Écarts",
    "errata.csv": "Errata",
    "dictionary.csv": "Noms des codes, en français et en anglais",
    "datapackage.json": "Description des colonnes (Table Schema)",
    "dataset.jsonld": "Notice pour les catalogues de données (DCAT)",
}


def with_package(text: str, edition: Path, package: Collection[str]) -> str:
    """The home page with links to the edition's data files, where it has a place for them."""
    lines = [
        f"- [{label}]({name}) ({_size(edition / name)})"
        for end, label in _FILES.items()
        for name in package
        if name.endswith(end)
    ]
    return with_part(text, "donnees", typography("\n".join(lines))) if lines else text


def _size(path: Path) -> str:
    kind = path.suffix[1:].upper().replace("JSONLD", "JSON-LD")
    return f"{kind}, {french.number(max(1, round(path.stat().st_size / 1000)))}{french.NBSP}ko"


_EACH = {1: "par mois", 3: "par trimestre", 12: "sur un an"}


def with_attack(text: str, quarter: str, report: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The method page with what the edition's own attack found, where it has a place for it."""
    return with_part(text, "attaque", typography(_attack(quarter, report, catalogue)))


def _attack(quarter: str, report: Mapping[str, Any], catalogue: Catalogue) -> str:
    tried, withheld = french.number(report["tried"]), french.number(report["withheld"])
    sentences = [
        f"Édition du {french.period_label(quarter)} : {tried} cases ont été essayées, dont "
        f"{withheld} de chiffres non publiés ; aucune n’est retrouvée."
    ]
    if report["narrowest"] is not None:  # else any number is possible behind each of them
        ends = [
            f"{french.number(report['narrowest'])} personnes",
            f", et de {french.number(report['widest'])} au plus" if report["widest"] else "",
        ]
        sentences.append(
            "Derrière un chiffre non publié, le plus petit et le plus grand nombre possible "
            f"diffèrent de {ends[0]} au moins{ends[1]}."
        )
    wide = [_series(*names, catalogue=catalogue) for names in report["wide"]]
    if wide:
        listed = "\n".join(f"- {plain(one)}" for one in wide)
        sentences.append(f"Ces séries sont données par pas élargis :\n\n{listed}")
    return " ".join(sentences)


def _series(device: str, *of: Any, catalogue: Catalogue) -> str:
    *_, question, months = of
    known = catalogue.devices.get(device)
    indicator = next(name for name, measure in measured_by(question).items() if measure.scale)
    label = catalogue.indicators[indicator].label
    return f"{known.label if known else device} ({label}, {_EACH.get(months, 'par période')})"
