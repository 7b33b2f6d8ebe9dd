"""Findings of what people write: what is read in it, of what it speaks; some of the texts."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, words
from observlib.display.output import Output, text
from observlib.display.prose import Markdown, joined, markdown, plain
from observlib.display.words import SEMICOLON
from observlib.errors import ObservError
from observlib.quotes import listed
from observlib.sentences import published, value_of
from observlib.themes.verbatims.estimates import label_of

_TOLD = 3  # readings that a sentence names
_REASONS = {
    "none": "personne ne l'y a cherché",
    "one": "une seule personne l'y a cherché, et rien ne dit si une autre y verrait la même chose",
    "few": "deux personnes l'ont cherché dans moins de trente textes",
    "skipped": "trop de textes que le sort a désignés n'ont pas été lus par les deux lecteurs",
    "alike": "les deux lecteurs ont répondu de même pour tous les textes, et rien ne montre qu'ils "
    "s'accorderaient sur une autre réponse",
    "disagree": "deux lecteurs ne le voient pas assez souvent dans les mêmes textes",
}
_CAUTION = (
    "Ceux qui écrivent l'ont choisi : ces parts sont celles de leurs textes, et non celles de tous "
    "les usagers."
)


def read(shares: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What texts of a period do most, by device, with intervals.

    Parameters
    ----------
    shares
        Estimates of `text_share`.
    """
    rows = published(shares, "text_share", period)
    indicator = words.indicator_of("text_share", catalogue)
    clauses = {
        label_of(asked, code): asked.clause.replace("{}", word)
        for asked in catalogue.codebook.values()
        for word, code in asked.codes.items()
    }
    sentences = []
    for _, own in rows.groupby("device", sort=False):
        own = own.sort_values("estimate", ascending=False, kind="stable").head(_TOLD)
        parts = [
            f"{value_of(row, catalogue)} {clauses[row['group_value']]} "
            f"({words.interval(row, indicator)})"
            for row in own.to_dict("records")
        ]
        device = words.label(own.iloc[0].to_dict(), "device", catalogue)
        when = french.period_label(period)
        sentences.append(f"Parmi les textes du {when} ({device}), {french.join(parts)}.")
    return " ".join([*sentences, _CAUTION]) if sentences else ""


def unread(refusals: pd.DataFrame, kappas: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """Of what no share is told, by device, and why.

    Parameters
    ----------
    refusals
        The words `refusals` of the family: `device`, `reading` and `reason`.
    kappas
        Estimates of `coder_kappa`, which are told where readers disagree.
    """
    nobody = refusals.groupby("device", sort=False)["reason"].agg(lambda why: set(why) == {"none"})
    names = {str(name): words.label({"device": name}, "device", catalogue) for name in nobody.index}
    unasked = [names[device] for device in nobody.index[nobody.astype(bool)]]
    paragraphs = []
    if unasked:
        paragraphs.append(plain(f"Personne n'a relu de textes : {french.join(unasked)}."))
    for device, own in refusals.groupby("device", sort=False):
        name, parts = names[str(device)], []
        if name in unasked:
            continue
        for reason, alike in own.groupby("reason", sort=False):
            found = french.join(f"« {reading} »" for reading in alike["reading"])
            told = _REASONS[str(reason)]
            agreed = kappas[
                (kappas["device"] == device) & kappas["group_value"].isin(alike["reading"])
            ]
            if reason == "disagree" and len(agreed):
                each = [value_of(row, catalogue) for row in agreed.to_dict("records")]
                told += f" (kappa de {french.join(each)})"
            parts.append(f"{found}, car {told}")
        paragraphs.append(markdown("**{}**, sans part : {}.", name, SEMICOLON.join(parts)))
    return joined(paragraphs, "\n\n")


def themes(shares: pd.DataFrame, catalogue: Catalogue) -> str:
    """The first theme of each product's texts, or of a device's where they are of none.

    Parameters
    ----------
    shares
        Estimates of `text_theme_share`.
    """
    rows = published(shares, "text_theme_share")
    rows = rows.sort_values("estimate", ascending=False, kind="stable")
    parts = []
    for first in rows.drop_duplicates(["product", "device"]).to_dict("records"):
        named = words.label(first, "product" if first["product"] else "device", catalogue)
        share = value_of(first, catalogue)
        parts.append(f"« {first['group_value']} » ({named}, {share} des textes)")
    if not parts:
        return ""
    return f"Sur un an, les mots qui reviennent le plus ensemble sont {french.join(parts)}."


def quotes(quoted: pd.DataFrame, catalogue: Catalogue) -> Output:
    """Texts of each theme, as they were written but for what would tell who wrote them.

    Parameters
    ----------
    quoted
        The words `quotes` of the family: `product`, `device`, `theme` and `text`.

    Raises
    ------
    ObservError
        Where there is none to show.
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
    """That no machine has read the texts, where what it takes is not installed.

    Parameters
    ----------
    extras
        The words `lacking` of the family: each `extra` that would have to be installed.
    """
    if extras.empty:
        return ""
    return (
        "Aucune machine n'a lu ces textes, et aucun thème n'y a été cherché : les bibliothèques "
        f"qu'il y faut ne sont pas installées (pip install 'observlib[{extras['extra'].iat[0]}]')."
    )


def untold(unstable: pd.DataFrame) -> str:
    """That themes were found and are not told, as other texts would not give them again.

    Parameters
    ----------
    unstable
        The words `unstable` of the family: `product`, `device` and how many `themes`.
    """
    if not unstable["themes"].sum():
        return ""
    return (
        "Des thèmes trouvés dans ces textes sont tus : ils ne reviennent pas quand on tire "
        "d'autres textes."
    )
