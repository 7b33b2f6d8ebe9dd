"""What a study may ask for and say: the families and, of one, all that it holds, by name."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.indicators.families import Given
from observlib.pipeline import frame
from observlib.study import narratives
from observlib.study.texts import offered


class Whole(pd.DataFrame):
    """A frame that JupyterLab and a terminal show whole: pandas cuts texts, rows and columns."""

    @property
    def _constructor(self) -> type[Whole]:
        return Whole

    def __repr__(self) -> str:
        width = max(map(len, self.get("what", [])), default=0)
        left = {"what": f"{{:<{width}}}".format}
        return str(self._filled().to_string(justify="left", formatters=left))

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return str(self._filled().to_html())

    def _filled(self) -> pd.DataFrame:
        return self.astype(object).where(self.notna(), "")


def families() -> pd.DataFrame:
    """What each family gives, and what may be said whatever the theme: `name`, `kind`, `what`."""
    declared = frame.families()
    rows = [(name, "family", _first(family.compute)) for name, family in declared.items()]
    of_a_theme = {theme for name in declared for theme, _ in _of_theme(name)}
    for name, found in offered(narratives).items():
        if callable(found):
            rows.append((f"say.{name}", "sentence", _first(found)))
        elif name not in of_a_theme:
            sentences = offered(found).items()
            rows += [(f"say.{name}.{own}", "sentence", _first(words)) for own, words in sentences]
    return Whole(rows, columns=["name", "kind", "what"]).set_index("name")


def family(name: str, given: Given, catalogue: Catalogue) -> pd.DataFrame:
    """What a family holds: its indicators, comparisons and words, and the sentences on it.

    Returns
    -------
    pandas.DataFrame
        By `name`: `kind`, `what` it is, its `periods` and `groups`, and how many `rows` it has.
    """
    rows: list[dict[str, Any]] = []
    for indicator, own in given.estimates.groupby("indicator", sort=False):
        row = {"name": indicator, "kind": "indicator"}
        row["what"] = catalogue.indicators[str(indicator)].label
        row["periods"] = " … ".join(dict.fromkeys([own["period"].min(), own["period"].max()]))
        row["groups"] = ", ".join(sorted(set(own["group"]) - {""}))
        rows.append({**row, "rows": len(own)})
    for against, own in given.comparisons.groupby("against", sort=False):
        of = ", ".join(own["indicator"].unique())
        rows.append({"name": against, "kind": "comparison", "what": of, "rows": len(own)})
    for word, own in given.words.items():
        columns = ", ".join(own.columns)
        rows.append({"name": word, "kind": "words", "what": columns, "rows": len(own)})
    for theme, sentences in _of_theme(name):
        for sentence, function in offered(sentences).items():
            row = {"name": f"say.{theme}.{sentence}", "kind": "sentence", "what": _first(function)}
            rows.append(row)
    columns_ = ["name", "kind", "what", "periods", "groups", "rows"]
    found = Whole(rows, columns=columns_).set_index("name")
    # of a family without a row, no text tells pandas that these hold texts
    found = found.astype({"rows": "Int64", "periods": object, "groups": object})
    return found.fillna({"periods": "", "groups": ""})


def _of_theme(name: str) -> Iterator[tuple[str, ModuleType]]:
    """The modules of sentences that stand beside a family, by their names in `say`."""
    folder = frame.family(name).compute.__module__.rpartition(".")[0]
    for theme, found in offered(narratives).items():
        if isinstance(found, ModuleType) and found.__name__.rpartition(".")[0] == folder:
            yield theme, found


def _first(explained: Any) -> str:
    return str(inspect.getdoc(explained)).split("\n")[0]
