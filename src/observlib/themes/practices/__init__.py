"""Practice sheets, counted by what they are about."""

from collections import Counter
from collections.abc import Iterator

from observlib.base.period import Quarter
from observlib.base.text import fold
from observlib.catalogue import Catalogue
from observlib.estimates import Row
from observlib.indicators.families import estimated, family
from observlib.records.sheets import ORIGINS, PRACTICE_VERDICTS, Practices


@family("practices")
@estimated
def count_practices(practices: Practices, catalogue: Catalogue, quarter: Quarter) -> Iterator[Row]:
    """How many sheets there are in all, by verdict, tool, method, department and origin."""
    sheets, source = practices.sheets, f"practices@{practices.digest}"
    about = {"indicator": "practices", "period": quarter, "source": source}
    if sheets:
        yield {**about, "estimate": float(len(sheets))}
    values: dict[str, list[str]] = {}
    for group in ("tool", "method", "department"):
        named = [name for sheet in sheets if (name := getattr(sheet, group)) is not None]
        labels = (practices.label(group, name, catalogue) for name in named)
        values[group] = sorted(labels, key=fold)
    values["verdict"] = sorted((sheet.verdict for sheet in sheets), key=PRACTICE_VERDICTS.index)
    values["origin"] = [ORIGINS[one] for one in ORIGINS for sheet in sheets if sheet.origin == one]
    for group, labelled in values.items():
        for value, count in Counter(labelled).items():
            yield {**about, "group": group, "group_value": value, "estimate": float(count)}
