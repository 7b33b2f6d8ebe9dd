"""How each page ends: how to cite it, what it was made from, and how to make it again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from observlib.base.period import edition_day, epoch
from observlib.display import typography
from observlib.language import french
from observlib.language.prose import plain

DEMONSTRATION = "data/demo/store/ledger.json"  # what `make` makes of a demonstration's data
_DIGESTS = "Chaque table a l’empreinte de son contenu"
_ORIGINS = (
    "**Remonter.** Chaque chiffre a un identifiant et [ses origines]({}) : méthode, tables, "
    "données reçues."
)
_SHOWN = 8  # digits of a digest


def with_passport(
    notebook: str, entry: Mapping[str, Any], edition: Mapping[str, Any], data: str, origins: str
) -> str:
    """A page's notebook that ends with its passport, an annex.

    Parameters
    ----------
    notebook
        As JSON.
    entry, edition
        What the manifest says of the page; the manifest, and the name of the `site`.
    data
        The data folder, from the project's root.
    origins
        Where the page of the origins of its numbers is; nothing where it has none.
    """
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
        lines.insert(0, f"make {DEMONSTRATION}")
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
