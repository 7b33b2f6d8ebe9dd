"""Findings of what people write: what is read in it, of what it speaks; some of the texts."""

from __future__ import annotations

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown, plain
from observlib.themes.quotes import listed
from observlib.themes.sentences import published, value_of
from observlib.themes.verbatims import topic_label

_TEXTS = wording.load_texts(__file__)
_TOLD = 3  # readings that a sentence names


def most_frequent_codes(shares: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What texts of a period do most, by device (`text_share`)."""
    rows = published(shares, "text_share", period)
    clauses = {
        topic_label(asked, code): asked.clause.replace("{}", word)
        for asked in catalogue.codebook.values()
        for word, code in asked.codes.items()
    }
    sentences = []
    for _, own in rows.groupby("device", sort=False):
        own = own.sort_values("estimate", ascending=False, kind="stable").head(_TOLD)
        first, *others = [
            f"{value_of(row, catalogue)} {clauses[row['group_value']]}"
            for row in own.to_dict("records")
        ]
        device = words.label(own.iloc[0].to_dict(), "device", catalogue)
        when = french.period_label(period)
        sentences.append(_TEXTS["read"].format(when=when, device=device, share=first))
        if others:
            sentences.append(_TEXTS["read_too"].format(shares=french.join(others)))
    return " ".join([*sentences, _TEXTS["caution"]]) if sentences else ""


def unread(refusals: pd.DataFrame, kappas: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """Of what no share is told, by device, and why.

    `refusals` are words of the family: `device`, `reading`, `reason`; `kappas` (`coder_kappa`) are
    told where readers disagree.
    """
    nobody = refusals.groupby("device", sort=False)["reason"].agg(lambda why: set(why) == {"none"})
    names = {str(name): words.label({"device": name}, "device", catalogue) for name in nobody.index}
    unasked = [names[device] for device in nobody.index[nobody.astype(bool)]]
    paragraphs = []
    if unasked:
        first, *more = words.shared_out(unasked)
        told = [_TEXTS["nobody"].format(devices=first), *words.also(more)]
        paragraphs.append(plain(" ".join(told)))
    for device, own in refusals.groupby("device", sort=False):
        name, parts = names[str(device)], list[str]()
        if name in unasked:
            continue
        for reason, alike in own.groupby("reason", sort=False):
            found = french.join(map(words.in_quotes, alike["reading"]))
            parts.append(_TEXTS["unread"].format(readings=found, why=_TEXTS[f"why.{reason}"]))
            agreed = kappas[
                (kappas["device"] == device) & kappas["group_value"].isin(alike["reading"])
            ]
            if reason == "disagree" and len(agreed):
                each = [value_of(row, catalogue) for row in agreed.to_dict("records")]
                parts.append(_TEXTS["agreement"].format(kappas=french.join(each)))
        paragraphs.append(markdown("**{}**. {}", name, " ".join(parts)))
    return joined(paragraphs, "\n\n")


def themes(shares: pd.DataFrame, catalogue: Catalogue) -> str:
    """The first theme of each product's texts, or of a device's (`text_theme_share`)."""
    rows = published(shares, "text_theme_share")
    rows = rows.sort_values("estimate", ascending=False, kind="stable")
    sentences: list[str] = []
    for first in rows.drop_duplicates(["product", "device"]).to_dict("records"):
        named = words.label(first, "product" if first["product"] else "device", catalogue)
        share = value_of(first, catalogue)
        told = _TEXTS["theme_too" if sentences else "theme"].format(
            theme=first["group_value"], name=named, share=share
        )
        sentences.append(told)
    return " ".join(sentences)


def quotes(quoted: pd.DataFrame, catalogue: Catalogue) -> Output:
    """Texts of each theme, as they were written but for what would tell who wrote them.

    Of the words `quotes` of the family: `product`, `device`, `theme` and `text`.
    """
    if quoted.empty:
        raise ObservError("quotes: no text to show; name it with `absent`")
    blocks = []
    for (product, device), own in quoted.groupby(["product", "device"], sort=False):
        row = {"product": product, "device": device}
        named = words.label(row, "product" if product else "device", catalogue)
        for theme, texts in own.groupby("theme", sort=False):
            head = markdown("**{}**, {} :", named, str(theme))
            blocks.append(joined([head, listed(texts["text"])], "\n\n"))
    return text(joined(blocks, "\n\n"))


def lacking(extras: pd.DataFrame) -> str:
    """That no machine has read the texts, where what it takes (words `lacking`) is missing."""
    return "" if extras.empty else _TEXTS["lacking"].format(extra=extras["extra"].iat[0])


def untold(unstable: pd.DataFrame) -> str:
    """That themes were found and are not told (words `unstable`), as they would not last."""
    return _TEXTS["untold"] if unstable["themes"].sum() else ""
