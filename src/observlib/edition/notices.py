"""What an edition must say of itself at the top of its pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from observlib.catalogue import Catalogue
from observlib.display import typography
from observlib.estimates.measures import measured_by
from observlib.language import french, words
from observlib.language.prose import plain

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
    """The home page with links to the files of the edition's data, where it has a place for them.

    Parameters
    ----------
    text
        The page.
    edition
        The edition's folder.
    package
        The files of its data package, by their paths there.
    """
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
    """The method page with what the edition's own attack found, where it has a place for it.

    Parameters
    ----------
    text
        The page.
    quarter
        The edition's.
    report
        As `disclosed.report` gives it.
    """
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
