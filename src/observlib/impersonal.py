"""Text that teams write and that is published: it names roles, and no person."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from observlib.catalogue.entries import Text

PERSONAL = {
    "an e-mail address": re.compile(r"[\w.+-]@[\w-]+\.\w"),
    "a phone number": re.compile(r"(?<![\d/])(?:\+33[\s.]?|0)[1-9](?:[\s.-]?\d{2}){4}(?!\d)"),
}


def impersonal(text: str) -> str:
    """The text; `ValueError` where it holds an e-mail address or a phone number.

    Examples
    --------
    >>> impersonal("pôle études, septembre 2026")
    'pôle études, septembre 2026'
    """
    for what, pattern in PERSONAL.items():
        if pattern.search(text):
            raise ValueError(f"holds {what}; published text names roles and no person")
    return text


def a_role(text: str) -> str:
    """The text; `ValueError` where it names a person or an address and not a role.

    Examples
    --------
    >>> a_role("pôle études")
    'pôle études'
    """
    words = text.split()
    named = len(words) > 1 and all(word[0].isupper() for word in words)
    if "@" in text or named or re.search(r"\b(?:M\.|MM\.|Mmes?|Monsieur|Madame)\s", text):
        raise ValueError("names a person or an address; give a role, such as 'pôle études'")
    return text


Plain = Annotated[Text, AfterValidator(impersonal)]
