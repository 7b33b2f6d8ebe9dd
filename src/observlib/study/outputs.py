"""What a cell of a study ends with: it carries what it tells, or says that there is nothing."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from observlib import display, estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import charts
from observlib.display.output import METHODS, NOTED
from observlib.display.select import Crowded
from observlib.estimates import COMPARISON_COLUMNS, side_of
from observlib.language import wording
from observlib.language.prose import Markdown, joined
from observlib.stats import comparability
from observlib.study import selection
from observlib.study.selection import OF_STUDY, Shown
from observlib.study.texts import frames_of
from observlib.themes.sentences import absent as nothing

_TEXTS = wording.load_texts(__file__)
_OF_PAIRS = {  # the indicators that explain pairs, and the columns of their values
    "difference": "difference",
    "detectable_difference": "detectable",
    "difference_level": "level",
}
Keys = str | Sequence[str]


class Showing:
    """What a study shows (see `study.Study`)."""

    def __init__(self, catalogue: Catalogue, quarter: Quarter) -> None:
        self.catalogue = catalogue
        self.quarter = quarter
        self._shown: list[pd.DataFrame] = []

    def text(
        self,
        *parts: str,
        data: pd.DataFrame | None = None,
        absent: str = "",
        when: str = "",
        separator: str = " ",
    ) -> display.Output:
        """One paragraph of the parts that say something, with the estimates that they tell.

        Parameters
        ----------
        parts
            Sentences of `say`, which bring their estimates, or plain text.
        data
            Estimates that plain text gives numbers of.
        absent
            The noun or sentence where no part says anything.
        when
            The period of which there is nothing, where it is not the study's quarter.
        separator
            What stands between two parts.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> marks = study.estimates("satisfaction", indicator="satisfaction_10")
        >>> said = study.text(study.say.span(marks), study.say.withheld(marks))
        >>> "les notes des avis" in repr(said)
        True
        """
        said = [part for part in parts if part]
        plain = [] if data is None else [data]
        if not said:
            return self._absent([*frames_of(parts), *plain], absent, when)
        marked = any(isinstance(part, Markdown) for part in said)
        words = joined(said, separator) if marked else separator.join(said)
        return self._carry(display.text(words), [*frames_of(said), *plain])

    def paragraphs(
        self, *parts: str, data: pd.DataFrame | None = None, absent: str = "", when: str = ""
    ) -> display.Output:
        """As `text`, with a paragraph for each part.

        Parameters
        ----------
        parts, data, absent, when
            As those of `text`.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> repr(study.paragraphs("Un.", "", "Deux."))
        'Un.\\n\\nDeux.'
        """
        return self.text(*parts, data=data, absent=absent, when=when, separator="\n\n")

    def comparable(self, frame: pd.DataFrame, nth: int = 1) -> pd.DataFrame:
        """The most rows of a frame that one chart may show, as they were asked for in ways alike.

        Parameters
        ----------
        frame, nth
            Estimates; 2 for the most of those that are left, and so on.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> marks = study.estimates("satisfaction", indicator="satisfaction_10")
        >>> study.comparable(marks, 2)["device"].unique().tolist()
        ['satisfaction-3939']
        """
        return comparability.comparable(frame, self.catalogue, nth)

    def _show(
        self,
        verb: Callable[..., display.Output],
        frame: pd.DataFrame,
        caption: str,
        shown: Shown,
        **options: Any,
    ) -> display.Output:
        rows = self._kept(frame, shown)
        if rows.empty or (verb is display.line_chart and rows["estimate"].isna().all()):
            return self._absent([rows], shown.get("absent", ""), shown.get("when", ""))
        indicators = shown.get("indicator", rows["indicator"])
        rows = selection.bare(rows)
        if list(rows.columns) == estimates.COLUMNS:  # which an analyst may have made
            rows = estimates.with_units(rows, self.catalogue.units)
        caption = caption or charts.chart_title(rows, self.catalogue)
        taken = inspect.signature(verb).parameters
        own = {name: getattr(self, known) for name, known in OF_STUDY.items() if name in taken}
        if "indicators" in taken:
            options["indicators"] = selection.listed(indicators)
        try:
            made = verb(frame=rows, caption=caption, **own, **options)
        except Crowded:  # an edition does not fail as one more device is listened to
            said = display.markdown("*{}*", _TEXTS["crowded"])
            made = display.text(said).carrying([rows], self.catalogue)
        self._shown += [rows, *(x for x in options.values() if isinstance(x, pd.DataFrame))]
        return self._carry(made, frames_of([caption]))

    def _kept(self, frame: pd.DataFrame, shown: Shown) -> pd.DataFrame:
        where = {name: x for name, x in shown.items() if name not in ("absent", "when")}
        return selection.select(frame, self.quarter, where, self.catalogue)

    def _absent(
        self, frames: Sequence[pd.DataFrame], what: str = "", when: str = ""
    ) -> display.Output:
        rows = estimates.combine(map(_estimates, frames))
        what = what or self._noun(frames)
        sentence = what.strip("*")
        if sentence.endswith("."):
            said = sentence if sentence == what else display.markdown("*{}*", sentence)
            return display.text(said).carrying([rows], self.catalogue)
        return nothing(what, when or self.quarter, rows).carrying([rows], self.catalogue)

    def _noun(self, frames: Iterable[pd.DataFrame]) -> str:
        """What there is none of: the noun of what was asked for."""
        for asked in (frame.attrs for frame in frames):
            for against in asked.get("against", ()):
                return _TEXTS.group("compared").get(against, _TEXTS["comparison"])
            for name in asked.get("indicator", ()):
                known = self.catalogue.indicators.get(name)
                if known and known.noun:
                    return known.noun
        return _TEXTS["datum"]

    def _carry(self, output: display.Output, frames: Iterable[pd.DataFrame]) -> display.Output:
        """The output with the estimates and comparisons of its words."""
        known = (estimates.COLUMNS, COMPARISON_COLUMNS)
        frames = [selection.bare(f) for f in each_once(frames) if list(f.columns) in known]
        self._shown += sorted(frames, key=lambda frame: "against" in frame)
        return output.carrying(frames, self.catalogue) if frames else output

    def dashboard(
        self,
        columns: Mapping[str, pd.DataFrame],
        caption: str,
        *,
        rows: Keys = "product",
        absent: str = "",
        when: str = "",
    ) -> display.Output:
        """A table of several frames, one a column, which may mix indicators.

        Parameters
        ----------
        columns
            Estimates by the head of their column, from left to right.
        caption
            The answer that it shows, in one line.
        rows
            The column, or columns, that name the rows.
        absent, when
            As those of a chart, where all the frames are empty.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> calls = study.estimates("contacts", indicator="calls_offered", period="2026-T3")
        >>> shown = study.dashboard({"Appels": calls}, "L'usage des produits")
        >>> print(repr(shown)[:20])
        | Produit | Appels |
        """
        frame = estimates.combine(columns.values())
        if frame.empty:
            return self._absent([frame], absent, when)
        made = display.dashboard_table(columns, self.catalogue, caption=caption, rows=rows)
        self._shown.append(frame)
        return self._carry(made, frames_of([caption]))


for _name, _draw in METHODS.items():
    setattr(Showing, _name, selection.chart_method(_name, _draw))


def each_once(frames: Iterable[pd.DataFrame]) -> list[pd.DataFrame]:
    """Frames of which several sentences tell the same ones."""
    return list({id(frame): frame for frame in frames}.values())


def _estimates(given: pd.DataFrame) -> pd.DataFrame:
    """What a frame that a sentence is given tells: its estimates, or those that pairs compare."""
    if list(given.columns) == COMPARISON_COLUMNS:
        return side_of(given, "")
    return given if list(given.columns) == estimates.COLUMNS else estimates.make([])


def noted(frame: pd.DataFrame) -> pd.DataFrame:
    """What notes are to explain: estimates; of pairs, differences, what could be seen, a level."""
    if list(frame.columns) != COMPARISON_COLUMNS:
        return frame[NOTED]
    parts = []
    for name, column in _OF_PAIRS.items():
        status = frame[column].notna().map({True: "published", False: "missing"})
        parts.append(frame.assign(indicator=name, status=status)[NOTED])
    return pd.concat(parts)
