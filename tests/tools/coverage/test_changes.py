"""All intervals of a study hold at once exactly where each of them holds."""

import pandas as pd

from observlib.base.period import Quarter
from tools.coverage import changes
from tools.coverage.truth import held


def whole(found: pd.DataFrame) -> pd.DataFrame:
    """By study, whether each difference holds and whether all are said to hold together."""
    told = held(found, changes.true_values())
    together = told["indicator"] == "differences_together"
    each = told[~together].groupby("repetition")["held"].all()
    return pd.DataFrame({"each": each, "all": told[together].set_index("repetition")["held"]})


def test_all_are_said_to_hold_exactly_where_each_does(monkeypatch):
    studies = whole(pd.concat(changes.estimate(1, range(4))))
    assert (studies["each"] == studies["all"]).all() and studies["all"].any()
    true = changes.rated

    def wrong(device: str, quarter: Quarter) -> dict[str, float]:
        """Truths of one device that no interval holds, and of others as they are."""
        more = 3.0 if device == "jdma-legifrance" and quarter == changes._NOW else 0.0
        return {name: value + more for name, value in true(device, quarter).items()}

    monkeypatch.setattr(changes, "rated", wrong)
    studies = whole(pd.concat(changes.estimate(1, range(4))))
    assert not studies["each"].any() and not studies["all"].any()
