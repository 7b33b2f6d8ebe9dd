"""The warning that a page shows when its figures are synthetic; the same for both publishers."""

from __future__ import annotations

from observlib.publish.project import split_front_matter

MARK = "Données de démonstration"
DEMONSTRATION = f"""\
::: {{.callout-warning}}
## {MARK}\u00a0: chiffres synthétiques

Ces chiffres ont été fabriqués pour montrer le fonctionnement de l’observatoire. Ils ne décrivent
aucun service réel et ne doivent être ni cités ni réutilisés.
:::
"""


def with_banner(text: str) -> str:
    """A Markdown text with the warning after its front matter, unless it already holds it.

    Examples
    --------
    >>> with_banner("Texte").startswith("::: {.callout-warning}")
    True
    >>> with_banner(with_banner("Texte")) == with_banner("Texte")
    True
    """
    if MARK in text:
        return text
    front, body = split_front_matter(text)
    head = f"---\n{front}---\n\n" if front else ""
    return f"{head}{DEMONSTRATION}\n{body.lstrip()}"
