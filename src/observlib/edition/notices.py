"""What an edition must say of itself at the top of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from observlib.display import french, typography
from observlib.display.prose import plain

SYNTHETIC = "Chiffres synthétiques."
DEMONSTRATION = typography(
    "::: {.callout-warning}\n"
    "## Données de démonstration : chiffres synthétiques\n\n"
    "Ces chiffres ont été fabriqués pour montrer le fonctionnement de l’observatoire. Ils ne "
    "décrivent aucun service réel et ne doivent être ni cités ni réutilisés.\n"
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


def with_notices(text: str, manifest: Mapping[str, Any]) -> str:
    """A Markdown page with its edition's notices after its front matter.

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
    head, mark, body = text.partition("\n---\n") if text.startswith("---") else ("", "", text)
    parts = [(head + mark).strip(), *notices(manifest), body.strip()]
    return "\n\n".join(part for part in parts if part) + "\n"
