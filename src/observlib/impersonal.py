"""Text that teams write and that is published: it names roles, and no person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from observlib.catalogue.entries import Text
from observlib.errors import ObservError
from observlib.personal import TITLE, held


def impersonal(text: str) -> str:
    """The text; `ValueError` where it holds an address, a number to call or a person's number.

    Examples
    --------
    >>> impersonal("pôle études, septembre 2026")
    'pôle études, septembre 2026'
    """
    if what := held(text):
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
    if "@" in text or named or re.search(TITLE, text):
        raise ValueError("names a person or an address; give a role, such as 'pôle études'")
    return text


def refuse_persons(content: Mapping[str, Any], text: str) -> None:
    """Stop at personal data in what a page would show and the open data hold.

    Parameters
    ----------
    content
        A cell's estimates (`columns`, `rows`), `kind` and texts such as `caption`.
    text
        What stands for the cell where only text can be shown.

    Raises
    ------
    ObservError
        With each column or text that holds some; none of it is repeated.

    Examples
    --------
    >>> refuse_persons({"kind": "text", "columns": [], "rows": []}, "Écrire à zoe@exemple.invalid")
    Traceback (most recent call last):
    ...
    observlib.errors.ObservError: text: its text holds an e-mail address; take it out
    """
    texts = {key: [value] for key, value in content.items() if isinstance(value, str)}
    columns = zip(content["columns"], zip(*content["rows"], strict=True), strict=False)
    cells = {
        name: [cell for cell in set(column) if isinstance(cell, str)] for name, column in columns
    }
    found = {
        f"{content['kind']}: its {name} holds {what}; take it out"
        for name, values in {"text": [text], **texts, **cells}.items()
        for value in values
        if (what := held(value))
    }
    if found:
        raise ObservError(*sorted(found))


Plain = Annotated[Text, AfterValidator(impersonal)]
