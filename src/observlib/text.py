"""Text to compare and sort names by."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Text to compare and sort names by: no case, no accents, single spaces.

    Examples
    --------
    >>> fold(" Téléchargements\\u00a0UNIQUES ")
    'telechargements uniques'
    >>> sorted(["Travail", "Étrangers en France", "Famille"], key=fold)
    ['Étrangers en France', 'Famille', 'Travail']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def fold_label(text: str) -> str:
    """Text to compare labels by: folded, whatever the kind of its apostrophes.

    Examples
    --------
    >>> fold_label("L’aide\\u00a0JOIGNABLE ")
    "l'aide joignable"
    """
    return fold(text).replace("’", "'")
