"""A practice sheet to fill in: a draft, which no edition publishes before it is ready."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from observlib.base import files
from observlib.base.errors import UsageError
from observlib.pipeline import project
from observlib.records.practices import VERDICTS

_BODY = """\
<!-- Entre 150 et 300 mots. Pas de nom, d'adresse électronique ni de numéro de téléphone. -->

## Le contexte

## Ce qui s'est passé

## Ce que nous en retenons
"""


def new_practice(
    root: Path,
    data: Path,
    title: str,
    given: Mapping[str, str | None],
    products: Sequence[str] = (),
    today: date | None = None,
) -> Path:
    """Write a sheet to fill in, named after its title, and give its path.

    Parameters
    ----------
    root, data
        The project's root, and the data folder whose sheets it joins: those of `data/practices`
        where the folder has none of its own.
    title
        Its title, or the name (`slug`) of its file.
    given
        What is known of `department`, `tool`, `method` and `verdict`.
    products
        The products that it is about.
    today
        The day of writing.

    Raises
    ------
    UsageError
        Where the sheet exists already, its title makes no name, or what is given does not exist.
    ObservError
        Where the sheets there are wrong, or the folder cannot be written.
    """
    catalogue = project.catalogue(data, root)
    known = project.practices(data, "real", root)
    folder = project.own(data, "practices", root) or root / "data" / "practices"
    allowed: dict[str, list[str]] = {
        "department": list(catalogue.departments),
        "tool": list(known.tools),
        "method": list(known.methods),
        "verdict": list(VERDICTS),
    }
    wrong = [
        f"{key} {name!r}: does not exist; allowed: {', '.join(allowed[key]) or 'none'}"
        for key, name in given.items()
        if name is not None and name not in allowed[key]
    ]
    wrong += [
        f"product {name!r}: does not exist; allowed: {', '.join(catalogue.products)}"
        for name in products
        if name not in catalogue.products
    ]
    slug = slug_of(title)
    path = folder / f"{slug}.md"
    if not title.isprintable():
        wrong.append(f"title {title!r}: holds signs that cannot be printed; leave them out")
    elif slug in ("", "index"):
        wrong.append(f"title {title!r}: makes no file name; give letters or digits")
    elif path.exists():
        wrong.append(f"{path.relative_to(root)}: exists already; open it, or give another title")
    if wrong:
        raise UsageError(*wrong)
    lines = [
        "draft: true  # à retirer quand la fiche est prête : elle paraît avec l'édition suivante",
        f"title: {json.dumps(title, ensure_ascii=False)}",
        *(_line(key, given.get(key), allowed[key]) for key in ("department", "tool", "method")),
        _line("peer", None, ["pour un organisme voisin, avec `sources:` ; vide pour nos équipes"]),
        f"products: [{', '.join(products)}]  # {', '.join(catalogue.products)}",
        f"date: {(today or date.today()).isoformat()}",
        _line("contact", None, ["un rôle, jamais un nom"]),
        _line("verdict", given.get("verdict"), allowed["verdict"]),
        _line("cost", None, ["ce que cela a coûté, en mots"]),
        _line("days", None, ["en jours de travail, si on le sait"]),
        _line("redo", None, ["ce qu'il faut refaire"]),
        _line("avoid", None, ["ce qu'il faut éviter"]),
    ]
    with files.telling_write_errors(folder, "no sheet was written"):
        folder.mkdir(parents=True, exist_ok=True)
        files.write_text(path, "\n".join(["---", *lines, "---", "", _BODY]))
    return path


def slug_of(title: str) -> str:
    """The name of a title's file: plain letters, digits and hyphens.

    Examples
    --------
    >>> slug_of("L’œuvre : à refaire, déjà ?")
    'l-oeuvre-a-refaire-deja'
    """
    text = title.lower().replace("œ", "oe").replace("æ", "ae").replace("’", "-")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain))[:80].strip("-")


def _line(key: str, value: str | None, allowed: Sequence[str]) -> str:
    return f"{key}:{f' {value}' if value else ''}  # {', '.join(allowed)}"
