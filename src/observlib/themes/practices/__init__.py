"""Practice sheets, counted by what they are about."""

from collections import Counter
from collections.abc import Iterable

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.base.text import fold
from observlib.catalogue import Catalogue
from observlib.indicators.families import family
from observlib.records.practices import ORIGINS, PRACTICE_VERDICTS, Practices


@family("practices")
def count_practices(practices: Practices, catalogue: Catalogue, quarter: Quarter) -> pd.DataFrame:
    """How many sheets there are in all, by verdict, tool, method, department and origin."""
    sheets = practices.sheets
    named: dict[str, Iterable[str]] = {
        group: sorted(
            (
                practices.label(group, name, catalogue)
                for sheet in sheets
                if (name := getattr(sheet, group)) is not None
            ),
            key=fold,
        )
        for group in ("tool", "method", "department")
    }
    named["verdict"] = sorted((sheet.verdict for sheet in sheets), key=PRACTICE_VERDICTS.index)
    named["origin"] = [words for own, words in ORIGINS.items() for s in sheets if s.origin == own]
    source = f"practices@{practices.digest}"
    base = {"indicator": "practices", "period": quarter, "source": source}
    rows = [{**base, "estimate": float(len(sheets))}] if sheets else []
    for group, values in named.items():
        rows += [
            {**base, "group": group, "group_value": value, "estimate": float(count)}
            for value, count in Counter(values).items()
        ]
    return estimates.make(rows)
