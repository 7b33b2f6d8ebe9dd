"""What people write: how many texts hold what readers look for, what they speak of, some of them.

Of each question of the code book, a share is told where two people read at least thirty texts of a
device and quarter, drawn at random, and agree (see `readings`); a machine that learnt from other
texts makes it more precise (see `intervals.prevalence`). Themes are those of a year and product.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, Coded
from observlib.confidentiality.disclosure import few_alike, protect
from observlib.estimates import Row, base
from observlib.indicators.answers import pooled_period, quarter_of, within
from observlib.indicators.families import counted, family, protected
from observlib.records import coding
from observlib.stats.survey.intervals import Agreement, cohens_kappa, prevalence
from observlib.themes import quotes
from observlib.themes.verbatims import machine

# --- What two people read in a random sample of texts, and whether it may speak for all of them

_LEAST_READ = 30  # texts that two people read, below which no share is told
_AGREE = 0.6  # Cohen's kappa from which two people are said to see the same
_READ = 2 / 3  # of the texts that were drawn up to the last one read: fewer were maybe chosen


@dataclass(frozen=True)
class _Reading:
    """What two people answered of one question, of a sample of the texts of a device and quarter.

    `codes` has a row a text, by its `answer_id`, and a column a person. `refusal` says why the
    sample may not speak for all texts, if it may not: `none` (nobody read), `one` (one person
    did), `few` texts, `skipped` (two did not read a third or more of those that chance drew),
    `alike` (every code is the same: nothing shows whether they agree) or `disagree`.
    """

    codes: pd.DataFrame
    agreement: Agreement | None
    refusal: str


def reading(texts: pd.DataFrame, codes: pd.DataFrame, quarter: str) -> _Reading:
    """What people answered of one question, of the texts of one device and quarter."""
    own = codes[codes["answer_id"].isin(texts["answer_id"])]
    wide = own.pivot(index="answer_id", columns="coder", values="code")
    pair = wide.count().sort_values(ascending=False, kind="stable").index[:2]
    both = wide[sorted(pair)].dropna()
    if len(wide.columns) < 2:
        return _Reading(both, None, "one" if len(wide.columns) else "none")
    if len(both) < _LEAST_READ:
        return _Reading(both, None, "few")
    measured = cohens_kappa(*(both[coder].tolist() for coder in both))
    found = None if math.isnan(measured.kappa) else measured
    order = coding.drawn(texts, quarter)["answer_id"]
    if not both.index.isin(order.head(math.ceil(len(both) / _READ))).all():
        return _Reading(both, found, "skipped")
    if found is None:
        return _Reading(both, None, "alike")
    return _Reading(both, found, "" if found.kappa >= _AGREE else "disagree")


def labelled(
    texts: pd.DataFrame, codes: pd.DataFrame, experiences: pd.DataFrame, variable: str
) -> pd.DataFrame:
    """Texts whose label is known: `device`, `answer_id`, `date`, `text` and `label`."""
    keys = ["device", "answer_id"]
    told = codes[codes["variable"] == variable]
    counts = told.groupby([*keys, "code"]).size().rename("times").reset_index()
    most = counts[counts["times"] == counts.groupby(keys)["times"].transform("max")]
    read = most[~most.duplicated(keys, keep=False)].rename(columns={"code": "label"})
    parts = [read[[*keys, "label"]]]
    if variable in experiences and variable != "date":
        own = experiences.rename(columns={"experience_id": "answer_id"})
        ticked = own[variable].notna().map({True: "yes", False: "no"})
        label = own[variable] if variable == "feeling" else ticked
        parts.append(own[keys].assign(label=label))
    known = pd.concat(parts, ignore_index=True).drop_duplicates(keys)
    return texts.merge(known, on=keys)[[*keys, "date", "text", "label"]]


_YES = "yes"
_REFUSALS = ["device", "reading", "reason"]
_QUOTES = ["product", "device", "theme", "text"]
_UNSTABLE = ["product", "device", "themes"]
_OF_ONE = "sur 1"  # from 0 to 1


@counted
def count_texts(texts: pd.DataFrame, quarter: Quarter) -> Iterator[Row]:
    """How many texts each device had in the quarter, `text_count`, to the nearest five."""
    for passport, own in _devices(texts, quarter):
        n = base(len(own))
        yield {**passport, "indicator": "text_count", "estimate": n, "n": n}


def _devices(texts: pd.DataFrame, quarter: Quarter) -> Iterator[tuple[Row, pd.DataFrame]]:
    """Each device's passport and texts, of one quarter."""
    by = ["device", "channel", "source"]
    for keys, own in within(texts, [quarter]).groupby(by):
        products = own["product"].fillna("").unique()
        product = products[0] if len(products) == 1 else ""
        yield {**dict(zip(by, keys, strict=True)), "product": product, "period": quarter}, own


def topic_label(asked: Coded, code: str) -> str:
    """What a share of texts is told by: a question, and its answer where it is not yes."""
    word = next((word for word, known in asked.codes.items() if known == code), code)
    return asked.label if code == _YES else f"{asked.label} {word}"


def shares(
    texts: pd.DataFrame,
    codes: pd.DataFrame,
    experiences: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The share of texts that hold what readers look for, by device and question."""
    made: list[pd.DataFrame] = []
    refused: list[dict[str, str]] = []
    measured: dict[str, machine.Measured] = {}
    for passport, own in _devices(texts, quarter):
        is_own = texts["answer_id"].isin(own["answer_id"]) & (texts["device"] == passport["device"])
        others, of_device = texts[~is_own], codes[codes["device"] == passport["device"]]
        for asked in catalogue.codebook.values():
            found = reading(own, of_device[of_device["variable"] == asked.id], quarter)
            if found.agreement:
                made.append(_kappa(passport, asked, found))
            if found.refusal:
                why = {"reading": asked.label, "reason": found.refusal}
                refused.append({"device": str(passport["device"]), **why})
                continue
            known = labelled(others, codes, experiences, asked.id)
            known = known.sort_values(["date", "answer_id"]).tail(machine.MOST_LEARNT)
            guesses = None
            if machine.can_learn(known["label"]) and machine.installed():
                guessed = machine.guess(known["text"], known["label"], own["text"])
                guesses = pd.Series(guessed, own["answer_id"])
                if asked.id not in measured:
                    measured[asked.id] = machine.measure(known["text"].tolist(), known["label"])
            made.append(_shares(passport, asked, found, own, guesses))
    of_all = {"period": quarter, "source": ", ".join(sorted(texts["source"].unique()))}
    made += [_quality(of_all, catalogue.codebook[name], its) for name, its in measured.items()]
    return estimates.combine(made), pd.DataFrame(refused, columns=_REFUSALS)


@counted
def _kappa(passport: Row, asked: Coded, found: _Reading) -> Iterator[Row]:
    assert found.agreement is not None
    kappa, low, high, n = found.agreement
    row = {**passport, "indicator": "coder_kappa", "group": "reading", "group_value": asked.label}
    yield row | {"estimate": kappa, "ci_low": low, "ci_high": high, "n": n, "unit": _OF_ONE}


@protected()
def _shares(
    passport: Row,
    asked: Coded,
    found: _Reading,
    texts: pd.DataFrame,
    guesses: pd.Series | None,
) -> Iterator[Row]:
    """The shares of one question; answers of which all are told or none are one question's."""
    wanted = [_YES] if _YES in asked.codes.values() else [*asked.codes.values()]
    reads = {code: (found.codes == code).mean(axis=1) for code in wanted}  # half where one does
    few = any(few_alike("%", 100 * read.mean(), len(read)) for read in reads.values())
    for code, read in reads.items():
        seen = guesses == code if guesses is not None else pd.Series(False, texts["answer_id"])
        told = prevalence(read, seen.loc[read.index].astype(float), int(seen.sum()), len(texts))
        row = {**passport, "group": "reading", "group_value": topic_label(asked, code), "unit": "%"}
        for indicator, ends, n_eff, hidden in (
            ("text_share", (told.estimate, told.low, told.high), told.n_eff, not told.tuning),
            ("text_share_read", (told.hand, told.hand_low, told.hand_high), told.n, True),
        ):
            row["status"] = "suppressed" if few and hidden else "published"
            row |= {"indicator": indicator, "n": len(texts), "n_eff": n_eff}
            value, low, high = (100 * share for share in ends)
            yield {**row, "estimate": value, "ci_low": low, "ci_high": high}


def _quality(of_all: Row, asked: Coded, found: machine.Measured) -> pd.DataFrame:
    """How good the machine of one question is, and what it guesses of the texts of each label."""
    about = {**of_all, "group_value": asked.label}
    return estimates.combine([_f1(about, found), *_confusions(of_all, asked, found)])


@counted
def _f1(about: Row, found: machine.Measured) -> Iterator[Row]:
    """Macro-F1 of a machine, and of always guessing the commonest answer."""
    row = {**about, "group": "reading", "unit": _OF_ONE, "n": base(found.n.sum())}
    yield {**row, "indicator": "machine_f1", "estimate": found.f1}
    yield {**row, "indicator": "machine_baseline", "estimate": found.baseline}


def _confusions(about: Row, asked: Coded, found: machine.Measured) -> Iterator[pd.DataFrame]:
    """What the machine guesses of the texts of each label, which are those of people."""
    word = {code: word for word, code in asked.codes.items()}
    row = {**about, "indicator": "machine_confusion", "group": "confusion", "unit": "%"}
    for label, guesses in found.confusion.iterrows():
        shares = {
            f"{asked.label} : {word.get(label, label)}, deviné {word.get(guess, guess)}": share
            for guess, share in guesses.items()
        }
        n = int(found.n[label])
        yield protect(
            {**row, "group_value": name, "estimate": 100 * share, "n": n}
            for name, share in shares.items()
        )


def spoken_of(
    texts: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """The themes of each product's texts of a year, and texts of the quarter that tell them."""
    year = quarter.back(4)
    rows = within(texts.assign(product=texts["product"].fillna("")), year)
    rows = rows.sort_values(["date", "answer_id"], kind="stable")
    alone = rows["device"].where(rows["product"] == "", "")
    made: list[Row] = []
    quoted: list[dict[str, str]] = []
    unstable: list[Row] = []
    for (product, device), own in rows.groupby([rows["product"], alone], sort=True):
        own = own.drop_duplicates("text", keep="last").tail(machine.MOST_OF_TOPICS)
        if len(own) < machine.LEAST_OF_TOPICS or not machine.installed():
            continue
        found = machine.find_themes(own["text"])
        if found is None:
            continue
        sources = ", ".join(sorted(own["source"].unique()))
        about = {"product": product, "device": device, "source": sources, "n": len(own)}
        about |= {"period": pooled_period(year), "group": "text_theme"}
        for theme in found.themes.to_dict("records"):
            row = {**about, "group_value": theme["name"]}
            share = {"unit": "%", "estimate": 100 * theme["texts"] / len(own)}
            made.append({**row, "indicator": "text_theme_share", **share})
            lasting = {"unit": _OF_ONE, "estimate": theme["stability"]}
            made.append({**row, "indicator": "theme_stability", **lasting})
        quoted += _quoted(own, found, catalogue, quarter, product)
        unstable.append({"product": product, "device": device, "themes": found.unstable})
    words = {
        "quotes": pd.DataFrame(quoted, columns=_QUOTES),
        "unstable": pd.DataFrame(unstable, columns=_UNSTABLE),
    }
    return protect(made, low_base=0, personal=False), words


def _quoted(
    texts: pd.DataFrame, found: machine.Themes, catalogue: Catalogue, quarter: str, product: str
) -> Iterator[dict[str, str]]:
    """The texts of the quarter nearest to each theme's centre, of those that may be quoted."""
    names = quotes.names_in(texts["text"])
    open_ = {name for name, device in catalogue.devices.items() if device.quotes}
    may = [
        device in open_ and when == quarter and quotes.may_be_quoted(text, names)
        for device, when, text in zip(
            texts["device"], quarter_of(texts["date"]), texts["text"], strict=True
        )
    ]
    for place, theme in enumerate(found.themes["name"]):
        own = np.flatnonzero((found.of_text == place) & np.array(may))
        nearest = own[np.argsort(-found.nearness[own], kind="stable")][: quotes.OF_A_THEME]
        for text in texts.iloc[nearest].itertuples():
            about = {"product": product, "device": str(text.device), "theme": str(theme)}
            yield {**about, "text": str(text.text)}


@family("verbatims")
def verbatims_(
    verbatims: pd.DataFrame,
    codes: pd.DataFrame,
    experiences: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, None, dict[str, pd.DataFrame]]:
    """The texts of the quarter, what readers find in them, their themes over a year; some texts.

    The words `lacking` name the `extra` without which no machine reads texts, where that is missed.
    """
    texts = coding.whole_texts(verbatims)
    told, refused = shares(texts, codes, experiences, catalogue, quarter)
    themes, words = spoken_of(texts, catalogue, quarter)
    found = estimates.combine([count_texts(texts, quarter), told, themes])
    missed = len(texts) >= machine.LEAST_LABELLED and not machine.installed()
    lacking = pd.DataFrame({"extra": ["text"] if missed else []}, dtype=object)
    return found, None, {"refusals": refused, "lacking": lacking, **words}
