"""What a cell of a study ends with: it carries what it tells, or says that there is nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Unpack

import pandas as pd

from observlib import display, estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.display import charts
from observlib.display.output import NOTED
from observlib.display.select import Crowded
from observlib.estimates.comparisons import COMPARISON_COLUMNS, side_of
from observlib.language.prose import Markdown, joined
from observlib.records.actions import Action
from observlib.records.corrections import Correction
from observlib.stats import comparability
from observlib.study import selection
from observlib.study.selection import Columns, taking
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
Keys = str | Sequence[str]


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
    """What a study shows (see `study.Study`)."""

    def __init__(self, catalogue: Catalogue, quarter: Quarter) -> None:
        self.catalogue = catalogue
        self.quarter = quarter
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
        rows = selection.bare(rows)
        if list(rows.columns) == estimates.COLUMNS:  # which an analyst may have made
            rows = estimates.with_units(rows, self.catalogue.units)
        caption = caption or charts.chart_title(rows, self.catalogue)
        try:
            made = verb(rows, self.catalogue, caption=caption, **options)
        except Crowded:  # an edition does not fail as one more device is listened to
            made = display.text(display.markdown("*{}*", _CROWDED)).carrying([rows], self.catalogue)
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
                return _COMPARED.get(against, "comparaison")
            for name in asked.get("indicator", ()):
                known = self.catalogue.indicators.get(name)
                if known and known.noun:
                    return known.noun
        return "donnée"

    def _carry(self, output: display.Output, frames: Iterable[pd.DataFrame]) -> display.Output:
        """The output with the estimates and comparisons of its words."""
        known = (estimates.COLUMNS, COMPARISON_COLUMNS)
        frames = [selection.bare(f) for f in _each_once(frames) if list(f.columns) in known]
        self._shown += sorted(frames, key=lambda frame: "against" in frame)
        return output.carrying(frames, self.catalogue) if frames else output

    # --- Charts and tables: each takes estimates, of which it keeps what it is told to

    @taking(Shown)
    def lines(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        by: str = "product",
        behind: pd.DataFrame | None = None,
        behind_label: str = "",
        behind_from: str = "",
        **shown: Unpack[Shown],
    ) -> display.Output:
        """Lines in time, one a product or other column `by`, with their intervals.

        What happened to a line (`actions`) is marked on it and named.

        Parameters
        ----------
        frame
            Estimates of one indicator, one for each subject and quarter, month or year.
        by
            The column that names the lines.
        behind, behind_label
            Estimates drawn in grey behind each line, and what they are: "valeurs brutes".
        behind_from
            What a grey line begins with, such as "mois de l'action".

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> marks = study.comparable(study.estimates("satisfaction", indicator="satisfaction_10"))
        >>> print(study.lines(marks, "Les notes bougent peu").content["caption"])
        Les notes bougent peu
        """
        against = {"behind": behind, "behind_label": behind_label, "behind_from": behind_from}
        told = {"by": by, "events": self.actions, **against}
        return self._show(display.line_chart, frame, caption, shown, **told)

    @taking(Shown)
    def dots(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        by: str = "product",
        sort: bool = True,
        **shown: Unpack[Shown],
    ) -> display.Output:
        """Dots with their intervals, one a product or other column `by`.

        Parameters
        ----------
        frame
            Estimates of one indicator, one for each subject.
        by
            The column that names the dots.
        sort
            From the best (or highest) down; else in the catalogue's order.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> marks = study.comparable(study.estimates("satisfaction", indicator="satisfaction_10"))
        >>> shown = study.dots(marks, period="2026-T3")
        >>> print(shown.content["alt"][:19])
        Graphique en points
        """
        return self._show(display.dot_chart, frame, caption, shown, by=by, sort=sort)

    @taking(Shown)
    def bars(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        by: str = "group_value",
        sort: bool = True,
        limit: int = 12,
        **shown: Unpack[Shown],
    ) -> display.Output:
        """Bars from zero, one a group or other column `by`.

        Parameters
        ----------
        frame
            Estimates of one indicator, a count or a share, one for each bar.
        by
            The column that names the bars.
        sort
            From the highest down; else in the catalogue's or the frame's order.
        limit
            How many bars are drawn; what is left out is told under them.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> topics = study.estimates("contacts", indicator="call_theme_share")
        >>> shown = study.bars(topics, "Pourquoi ils appellent")
        >>> print(shown.content["alt"][:19])
        Graphique en barres
        """
        return self._show(display.bar_chart, frame, caption, shown, by=by, sort=sort, limit=limit)

    @taking(Shown)
    def shares(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        by: str = "product",
        parts: str = "group_value",
        **shown: Unpack[Shown],
    ) -> display.Output:
        """Shares of a whole side by side, a bar of 100 % for each of `by`.

        Parameters
        ----------
        frame
            Estimates in %, one for each bar and part; the parts of a bar sum to 100.
        by, parts
            The columns that name the bars, and what they are made of.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> formats = study.estimates("sales", indicator="format_share")
        >>> shown = study.shares(formats, "Le numérique progresse", by="period")
        >>> print(shown.content["alt"][:21])
        Barres empilées à 100
        """
        return self._show(display.share_chart, frame, caption, shown, by=by, parts=parts)

    @taking(Shown)
    def heatmap(
        self, frame: pd.DataFrame, caption: str = "", **shown: Unpack[Shown]
    ) -> display.Output:
        """A grid of shades, such as days and hours.

        Parameters
        ----------
        frame
            Estimates of one indicator; `group_value` is "row · column", such as "lundi · 9 h".

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> hours = study.estimates("contacts", indicator="calls_an_hour")
        >>> shown = study.heatmap(hours, "Quand ils appellent", group="weekday_hour")
        >>> print(shown.content["alt"][:6])
        Grille
        """
        return self._show(display.heat_chart, frame, caption, shown)

    @taking(Shown)
    def curves(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        x_label: str,
        by: str = "product",
        **shown: Unpack[Shown],
    ) -> display.Output:
        """Curves over days or months since a beginning, with their intervals.

        Parameters
        ----------
        frame
            Estimates of one indicator, of at most six subjects; `group_value` is the number.
        x_label
            What the number is, with its unit: "mois depuis l'inscription".
        by
            The column that names the curves.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> stays = study.estimates("subscriptions", indicator="subscription_survival")
        >>> shown = study.curves(stays, "Combien restent", x_label="mois depuis l'inscription")
        >>> print(shown.content["alt"][:7])
        Courbes
        """
        return self._show(display.curve_chart, frame, caption, shown, x_label=x_label, by=by)

    @taking(Shown)
    def funnel(
        self, frame: pd.DataFrame, caption: str = "", **shown: Unpack[Shown]
    ) -> display.Output:
        """Steps, each with its share of the one before and of the first.

        Parameters
        ----------
        frame
            Estimates of one count, one a step (`group_value`), from the first to the last.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> ideas = study.estimates("workshops", indicator="workshop_ideas")
        >>> shown = study.funnel(ideas, "Ce que deviennent les idées")
        >>> print(shown.content["alt"][:20])
        Étapes d’un parcours
        """
        return self._show(display.funnel_chart, frame, caption, shown)

    @taking(Shown)
    def chart(
        self,
        draw: Callable[[pd.DataFrame], Any],
        frame: pd.DataFrame,
        caption: str = "",
        **shown: Unpack[Shown],
    ) -> display.Output:
        """A drawing of one's own, made with seaborn or matplotlib (see `display.custom_chart`).

        Parameters
        ----------
        draw
            A function that is given the estimates, as pages tell them, and gives the figure, its
            axes, or a grid of seaborn's.
        frame
            The estimates that it shows, all of them.

        Examples
        --------
        >>> import seaborn as sns
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> marks = study.estimates("satisfaction", indicator="satisfaction_10", period="2026-T3")
        >>> marks = study.comparable(marks)
        >>> def draw(rows):
        ...     return sns.stripplot(rows, x="estimate", y="product")
        >>> shown = study.chart(draw, marks, "Les notes vont de 6,4 à 7,9 sur 10")
        >>> print(shown.content["alt"][:9])
        Graphique
        """
        return self._show(partial(display.custom_chart, draw), frame, caption, shown)

    @taking(Shown)
    def table(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        rows: Keys = "product",
        columns: str | None = None,
        **shown: Unpack[Shown],
    ) -> display.Output:
        """A table of one indicator, with its intervals and bases.

        Parameters
        ----------
        frame
            Estimates of one indicator.
        rows
            The column, or columns, that name the rows.
        columns
            A column, often `period`, whose values stand side by side.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> grid = study.estimates("devices", indicator="devices")
        >>> shown = study.table(grid, "Qui écoute où", columns="channel")
        >>> print(repr(shown)[:48])
        | Produit | Web | Données ouvertes | Téléphone |
        """
        return self._show(display.table, frame, caption, shown, rows=rows, columns=columns)

    @taking(Shown)
    def board(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        rows: Keys = ("product", "channel"),
        **shown: Unpack[Shown],
    ) -> display.Output:
        """A table of several indicators side by side: those asked for by `indicator`, or all.

        Parameters
        ----------
        frame
            Estimates of any indicators.
        rows
            The column, or columns, that name the rows.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> now = study.estimates("contacts", period="2026-T3")
        >>> asked = ["calls_offered", "answer_rate"]
        >>> shown = study.board(now, "Appels", rows="product", indicator=asked)
        >>> print(repr(shown)[:45])
        | Produit | Appels reçus | Appels décrochés |
        """
        asked = shown.get("indicator", self._kept(frame, shown)["indicator"])
        columns = list(dict.fromkeys([asked] if isinstance(asked, str) else asked))
        return self._show(display.board, frame, caption, shown, rows=rows, indicators=columns)

    @taking(Shown)
    def register(
        self,
        frame: pd.DataFrame,
        caption: str = "",
        *,
        rows: str = "device",
        **shown: Unpack[Shown],
    ) -> display.Output:
        """A table of one indicator whose units differ: each value is written with its own.

        Parameters
        ----------
        frame
            Estimates of one indicator.
        rows
            The column that names the rows.

        Examples
        --------
        >>> from observlib import Study
        >>> study = Study("2026-T3", "data/demo")
        >>> received = study.estimates("devices", indicator="device_received")
        >>> shown = study.register(received, "Ce que chacun a fourni")
        >>> print(repr(shown)[:33])
        | Dispositif | Données fournies |
        """
        return self._show(display.register, frame, caption, shown, rows=rows)

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


def _each_once(frames: Iterable[pd.DataFrame]) -> list[pd.DataFrame]:
    """Frames of which several sentences tell the same ones."""
    return list({id(frame): frame for frame in frames}.values())


def _estimates(given: pd.DataFrame) -> pd.DataFrame:
    """What a frame that a sentence is given tells: its estimates, or those that pairs compare."""
    if list(given.columns) == COMPARISON_COLUMNS:
        return side_of(given, "")
    return given if list(given.columns) == estimates.COLUMNS else estimates.make([])


def _noted(frame: pd.DataFrame) -> pd.DataFrame:
    """What notes are to explain: estimates; of pairs, differences, what could be seen, a level."""
    if list(frame.columns) != COMPARISON_COLUMNS:
        return frame[NOTED]
    parts = [
        frame.assign(indicator=name, status=frame[column].notna().map(_STATUS))[NOTED]
        for name, column in _OF_PAIRS.items()
    ]
    return pd.concat(parts)
