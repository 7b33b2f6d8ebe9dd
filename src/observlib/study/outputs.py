"""What a cell of a study ends with: it carries what it tells, or says that there is nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from observlib import display, estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import charts
from observlib.display.output import NOTED
from observlib.display.select import Crowded
from observlib.estimates import comparisons
from observlib.language.prose import Markdown, joined
from observlib.records.actions import Action
from observlib.records.corrections import Correction
from observlib.stats import comparability
from observlib.study import selection
from observlib.study.selection import Columns
from observlib.study.texts import frames_of
from observlib.themes.sentences import absent as nothing

_COMPARED = {  # what there is none of, by what is compared
    "before": "comparaison sur un an",
    "year": "comparaison de plusieurs trimestres",
    "product": "comparaison de deux produits",
    "others": "comparaison de catégories de répondants",
    "peer": "comparaison que l'on puisse tester",
}
_CROWDED = (
    "Plusieurs dispositifs donnent ces chiffres, trop pour être montrés ensemble ; ils sont dans "
    "les données de la page."
)
_STATUS = {True: "published", False: "missing"}
_OF_PAIRS = {  # the indicators that explain pairs, and the columns of their values
    "difference": "difference",
    "detectable_difference": "detectable",
    "difference_level": "level",
}


class Shown(Columns, total=False):
    """What any chart or table may be told: what to keep, and what to say where nothing is.

    Parameters
    ----------
    caption
        The answer that it shows, in one line: a sentence of `say`, or one's own.
    absent
        What there is none of, a feminine noun or a whole sentence; else the catalogue's noun.
    when
        The period of which there is nothing, where it is not the study's quarter.
    indicator, product, channel, device, period, group, group_value, status, unit, against, verdict
        The value, or values, of the rows to show: `period="2026-T3"`.
    """

    absent: str
    when: str


class Showing:
    """What a study shows (see `study.Study`).

    Parameters
    ----------
    catalogue
        The checked catalogue, with the words of each indicator.
    edition
        The study's quarter.
    """

    def __init__(self, catalogue: Catalogue, edition: Quarter) -> None:
        self.catalogue = catalogue
        self.edition = edition
        self.quarter = str(edition)
        self._shown: list[pd.DataFrame] = []

    @functools.cached_property
    def actions(self) -> tuple[Action, ...]:
        """What happened to the lines that are drawn: nothing is known of it here."""
        return ()

    @functools.cached_property
    def corrections(self) -> Sequence[Correction]:
        """What is read in place of what sources got wrong: nothing is known of it here."""
        return ()

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

    def notes(self, devices: bool = True) -> display.Output:
        """How the indicators that the cells before have shown are made.

        Parameters
        ----------
        devices
            Tell the reservations of their devices too.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> calls = study.estimates("contacts", indicator="answer_rate")
        >>> shown = study.lines(calls, "A-t-on décroché ?")
        >>> "Appels décrochés" in repr(study.notes())
        True
        """
        shown = [_noted(frame) for frame in _each_once(self._shown) if len(frame)]
        if not shown:
            return self._absent([])
        rows = pd.concat(shown)
        rows = rows if devices else rows.assign(device="")
        return display.notes(rows, self.catalogue, self.corrections)

    def comparable(self, frame: pd.DataFrame, nth: int = 1) -> pd.DataFrame:
        """The most rows of a frame that one chart may show, as they were asked for in ways alike.

        Parameters
        ----------
        frame
            Estimates.
        nth
            2 for the most of those that are left, and so on (see `comparability.comparable`).

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
        rows = selection.bare(rows)
        if list(rows.columns) == estimates.COLUMNS:  # which an analyst may have made
            rows = estimates.with_units(rows, self.catalogue.units)
        caption = caption or charts.title(rows, self.catalogue)
        try:
            made = verb(rows, self.catalogue, caption=caption, **options)
        except Crowded:  # an edition does not fail as one more device is listened to
            made = display.text(display.markdown("*{}*", _CROWDED)).carrying([rows], self.catalogue)
        self._shown += [rows, *(x for x in options.values() if isinstance(x, pd.DataFrame))]
        return self._carry(made, frames_of([caption]))

    def _kept(self, frame: pd.DataFrame, shown: Shown) -> pd.DataFrame:
        where = {name: x for name, x in shown.items() if name not in ("absent", "when")}
        return selection.select(frame, self.edition, where, self.catalogue)

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
                return _COMPARED.get(against, "comparaison")
            for name in asked.get("indicator", ()):
                known = self.catalogue.indicators.get(name)
                if known and known.noun:
                    return known.noun
        return "donnée"

    def _carry(self, output: display.Output, frames: Iterable[pd.DataFrame]) -> display.Output:
        """The output with the estimates and comparisons of its words."""
        known = (estimates.COLUMNS, comparisons.COLUMNS)
        frames = [selection.bare(f) for f in _each_once(frames) if list(f.columns) in known]
        self._shown += sorted(frames, key=lambda frame: "against" in frame)
        return output.carrying(frames, self.catalogue) if frames else output


def _each_once(frames: Iterable[pd.DataFrame]) -> list[pd.DataFrame]:
    """Frames of which several sentences tell the same ones."""
    return list({id(frame): frame for frame in frames}.values())


def _estimates(given: pd.DataFrame) -> pd.DataFrame:
    """What a frame that a sentence is given tells: its estimates, or those that pairs compare."""
    if list(given.columns) == comparisons.COLUMNS:
        return comparisons.side_of(given, "")
    return given if list(given.columns) == estimates.COLUMNS else estimates.make([])


def _noted(frame: pd.DataFrame) -> pd.DataFrame:
    """What notes are to explain: estimates; of pairs, differences, what could be seen, a level."""
    if list(frame.columns) != comparisons.COLUMNS:
        return frame[NOTED]
    parts = [
        frame.assign(indicator=name, status=frame[column].notna().map(_STATUS))[NOTED]
        for name, column in _OF_PAIRS.items()
    ]
    return pd.concat(parts)
