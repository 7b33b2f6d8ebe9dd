"""What the sentences of verbatims compute: what texts do, who read none; texts that are quoted."""

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.language import words
from observlib.language.prose import joined, markdown
from observlib.themes.quotes import quote_list
from observlib.themes.verbatims import topic_label


def _clause_of(reading: str, catalogue: Catalogue) -> str:
    """What texts do, of which a reader gave a code: the words of the code book."""
    clauses = {
        topic_label(asked, code): asked.clause.replace("{}", word)
        for asked in catalogue.codebook.values()
        for word, code in asked.codes.items()
    }
    return clauses[reading]


def _read_by_nobody(refusals: pd.DataFrame) -> list[str]:
    """The devices of which nobody read a text."""
    reasons = refusals.groupby("device", sort=False)["reason"]
    return [str(device) for device, why in reasons if set(why) == {"none"}]


def quotes(quoted: pd.DataFrame, catalogue: Catalogue) -> Output:
    """Texts of each theme, as they were written but for what would tell who wrote them.

    Of the words `quotes` of the family: `product`, `device`, `theme` and `text`.
    """
    if quoted.empty:
        raise ObservError("quotes: no text to show; name it with `absent`")
    blocks = []
    by_theme = quoted.groupby(["product", "device", "theme"], sort=False)
    for (product, device, theme), texts in by_theme:
        row = {"product": product, "device": device}
        named = words.label(row, "product" if product else "device", catalogue)
        head = markdown("**{}**, {} :", named, str(theme))
        blocks.append(joined([head, quote_list(texts["text"])], "\n\n"))
    return text(joined(blocks, "\n\n"))
