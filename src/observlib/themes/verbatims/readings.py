"""What two people read in a random sample of texts, and whether it may speak for all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from observlib.records import coding
from observlib.stats.survey.intervals import Agreement, cohens_kappa

LEAST = 30  # texts that two people read, below which no share is told
AGREE = 0.6  # Cohen's kappa from which two people are said to see the same
_READ = 2 / 3  # of the texts that were drawn up to the last one read: fewer were maybe chosen


@dataclass(frozen=True)
class Reading:
    """What two people answered of one question, of a sample of the texts of a device and quarter.

    `codes` has a row a text, by its `answer_id`, and a column a person. `refusal` says why the
    sample may not speak for all texts, if it may not: `none` (nobody read), `one` (one person
    did), `few` texts, `skipped` (two did not read a third or more of those that chance drew),
    `alike` (every code is the same: nothing shows whether they agree) or `disagree`.
    """

    codes: pd.DataFrame
    agreement: Agreement | None
    refusal: str


def reading(texts: pd.DataFrame, codes: pd.DataFrame, quarter: str) -> Reading:
    """What people answered of one question, of the texts of one device and quarter."""
    own = codes[codes["answer_id"].isin(texts["answer_id"])]
    wide = own.pivot(index="answer_id", columns="coder", values="code")
    pair = wide.count().sort_values(ascending=False, kind="stable").index[:2]
    both = wide[sorted(pair)].dropna()
    if len(wide.columns) < 2:
        return Reading(both, None, "one" if len(wide.columns) else "none")
    if len(both) < LEAST:
        return Reading(both, None, "few")
    measured = cohens_kappa(*(both[coder].tolist() for coder in both))
    found = None if math.isnan(measured.kappa) else measured
    order = coding.drawn(texts, quarter)["answer_id"]
    if not both.index.isin(order.head(math.ceil(len(both) / _READ))).all():
        return Reading(both, found, "skipped")
    if found is None:
        return Reading(both, None, "alike")
    return Reading(both, found, "" if found.kappa >= AGREE else "disagree")


def labelled(
    texts: pd.DataFrame, codes: pd.DataFrame, experiences: pd.DataFrame, variable: str
) -> pd.DataFrame:
    """Texts whose label is known: `device`, `answer_id`, `date`, `text` and `label`.

    The label is what most of those who read a text answered (texts on which they are divided are
    left out) or, of an experience, the feeling that its author gave, and whether an aspect was
    ticked.
    """
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
