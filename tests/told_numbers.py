"""Numbers that French text tells, read back."""

import re

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
# Numbers that are no estimates: dates, the level of an interval, scales, ranks, references.
_NO_ESTIMATES = (
    rf"\b(?:\d{{1,2}}(?:er)? )?(?:{_MONTHS})(?: \d{{4}})?", r"\b\d(?:er|e)? trimestre(?: \d{4})?",
    r"\bT\d(?: \d{4})?|\b(?:19|20)\d{2}\b",
    r"[Ii]ntervalles? à \d+(?:,\d+)? %|\bsur (?:10|5|100|\d+ ans)\b|à 100 %",
    r"\[?@[\w-]+\]?|https?://\S+|`[^`]*`", r"\b\d+e\b",
)  # fmt: skip
_NUMBER = re.compile(r"(?<![\w,.])[+−-]?\d{1,3}(?:[   ]\d{3})+(?:,\d+)?|[+−-]?\d+(?:,\d+)?")


def numbers(text: str) -> list[str]:
    """The numbers of a text with plain spaces, without those of dates, scales and references."""
    for pattern in _NO_ESTIMATES:
        text = re.sub(pattern, " ", text)
    return _NUMBER.findall(text)


def value(number: str) -> tuple[float, int]:
    """What a number says, and its decimals."""
    plain = re.sub(r"[   ]", "", number).replace("−", "-").lstrip("+")
    _, _, decimals = plain.partition(",")
    return abs(float(plain.replace(",", "."))), len(decimals)


def is_told(x: float, said: float, decimals: int) -> bool:
    """Whether a value is told by a number, in its unit or in thousands, millions or minutes."""
    return any(abs(x - said * unit) < unit * 10**-decimals for unit in (1, 1e3, 1e6, 60, 1 / 60))
