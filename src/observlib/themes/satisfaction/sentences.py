"""What the sentences of satisfaction compute: which pairs are of departments, what is sure."""

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.estimates import REFERENCE
from observlib.indicators.pairs import MANY, SUBJECT_OF_PAIRS, calculation_counts
from observlib.language import words


def _within_departments(compared: pd.DataFrame, catalogue: Catalogue) -> bool:
    """Whether products of one department alone are compared, as all pairs would be too many."""
    of = {one.id: one.department for one in catalogue.products.values()}
    mine, theirs = (compared[side + "product"].map(of) for side in ("", REFERENCE))
    return len(of) > MANY and bool((mine == theirs).all())


def _calculations_of_verdicts(
    rows: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    """How many calculations hold with each verdict, the least sure first."""
    known = compared[compared["verdict"] != "unknown"]
    verdicts = known[[*SUBJECT_OF_PAIRS, "period", "verdict"]]
    found = calculation_counts(rows).merge(verdicts, on=[*SUBJECT_OF_PAIRS, "period"])
    found = found.assign(group_value="", share=found["held"] / found["made"])
    return words.named(found, catalogue, "product").sort_values("share", kind="stable")
