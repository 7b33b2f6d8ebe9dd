"""What a study's notebook holds in its hand: estimates by name, sentences, charts and tables.

A notebook asks (`estimates`, `comparisons`), says (`say`, `text`) and shows (`lines`, `dots`,
`table`, …). It computes nothing: families of estimates are computed once an edition (see `frame`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import ModuleType
from typing import Any

import pandas as pd

from observlib import comparisons, display, estimates, findings, frame, project, store
from observlib.actions import Action
from observlib.comparison.pairs import differences
from observlib.display import french
from observlib.display.prose import Markdown, joined
from observlib.display.rounding import as_told, pairs_as_told
from observlib.errors import ObservError, bounded
from observlib.period import Quarter
from observlib.practices import Practices


class Study:
    """The catalogue, the store and the quarter of a study, and all that it may ask and show.

    Every chart and table takes estimates and a `caption`, the answer that it shows. With `absent`
    it says itself that there is nothing to show: a feminine noun, such as "note de satisfaction",
    or a whole sentence. What a cell shows carries the estimates of its caption too.

    Parameters
    ----------
    quarter
        Such as `2026-T3`: the notebook's parameter.
    data
        Data folder, from the project's root.
    survey
        The device of the survey that the study is about, if it is about one.

    Examples
    --------
    >>> study = Study("2026-T3", "data/demo")
    >>> study.before, study.year
    ('2025-T3', '2025-10/2026-09')
    """

    def __init__(self, quarter: str, data: str, survey: str = "") -> None:
        self.edition = Quarter.parse(quarter)
        self.quarter = str(self.edition)
        self.before = str(self.edition - 4)
        self.year = f"{self.edition.back(4)[0].months[0]}/{self.edition.months[2]}"
        self.survey = survey
        self.data = project.data_folder(data)
        self.catalogue = project.catalogue()
        self.say = Say(self, findings)
        self.label = french.period_label(self.quarter)
        self.year_label = french.period_label(self.year)
        self._shown: list[pd.DataFrame] = []
        frame.given.cache_clear()  # exports may have been ingested since the cell was run last

    def __repr__(self) -> str:
        return f"Study({self.quarter!r}, {str(self.data)!r})"

    @functools.cached_property
    def kind(self) -> str:
        """`demonstration` or `real`: what the data is."""
        return store.kind(self.data)

    @functools.cached_property
    def practices(self) -> Practices:
        """The sheets of what teams learnt."""
        return project.practices(self.kind)

    @functools.cached_property
    def actions(self) -> tuple[Action, ...]:
        """What teams changed until the quarter's end."""
        return frame.actions(self.data, self.edition)

    def label_of(self, period: str) -> str:
        """A period in French, such as "3e trimestre 2026"."""
        return french.period_label(period)

    def listeners(self, product: str) -> list[str]:
        """The devices that listen to a product's users."""
        rows = self.words("devices", "listeners")
        return list(rows.loc[rows["product"] == product, "device"])

    def surveyed(self, product: str) -> bool:
        """Whether a survey on a site asks a product's users."""
        devices = [self.catalogue.devices[name] for name in self.listeners(product)]
        return any(device.family == "consultation" and device.questionnaire for device in devices)

    @functools.cached_property
    def wave(self) -> str:
        """The latest quarter of the year in which the study's survey has answers."""
        asked = self.estimates("survey", quarters=4, group="")
        return str(asked.loc[asked["status"] != "missing", "period"].max() or self.quarter)

    def estimates(self, family: str, **where: Any) -> pd.DataFrame:
        """The estimates of a family, or those of its rows that are asked for.

        Parameters
        ----------
        family
            Such as `satisfaction`; `study.help()` lists them.
        where
            What to keep, as in `select`.

        Raises
        ------
        ObservError
            For a family, or a column, that does not exist.
        """
        return self.select(self._given(family).estimates, **where)

    def comparisons(self, family: str, **where: Any) -> pd.DataFrame:
        """The comparisons of a family with their verdicts, or those that are asked for.

        Parameters
        ----------
        family
            Such as `satisfaction`.
        where
            What to keep, as in `select`: `against="before"`, `indicator="satisfaction_10"`.
        """
        return self.select(self._given(family).comparisons, **where)

    def words(self, family: str, name: str) -> pd.DataFrame:
        """What a family gives beside numbers, such as the sources of published figures."""
        found = self._given(family).words
        if name not in found:
            raise ObservError(f"family {family!r}: has no words {name!r}; it has {bounded(found)}")
        return found[name]

    def _given(self, family: str) -> frame.Given:
        survey = self.survey if frame.family(family).each_survey else ""
        return frame.given(self.data, self.edition, family, survey)

    def select(self, rows: pd.DataFrame, **where: Any) -> pd.DataFrame:
        """Keep rows by the values of columns.

        Parameters
        ----------
        rows
            Estimates or comparisons.
        where
            A column and the value, or the list of values, that it is to have; `quarters=5` keeps
            the last five quarters, or the months in them; `by="month"` or `by="quarter"` what is
            told of each; `value=True` the rows with a value (comparisons with a difference).

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> now = study.estimates("satisfaction", indicator="satisfaction_10", period="2026-T3")
        >>> sorted(study.select(now, channel="phone")["device"])
        ['satisfaction-3939']
        """
        for name, wanted in where.items():
            if name == "quarters":
                last = self.edition.back(wanted)
                kept = {str(quarter) for quarter in last} | {m for q in last for m in q.months}
                rows = rows[rows["period"].str[-7:].isin(kept)]
            elif name == "by":
                rows = rows[rows["period"].str.fullmatch(_PERIODS[wanted])]
            elif name == "value":
                told = "difference" if "difference" in rows else "estimate"
                rows = rows[rows[told].notna() == wanted]
            elif name not in rows:
                raise ObservError(
                    f"select: there is no column {name!r}; columns are {', '.join(rows.columns)}"
                )
            elif isinstance(wanted, str) or not isinstance(wanted, Iterable):
                rows = rows[rows[name] == wanted]
            else:
                rows = rows[rows[name].isin(list(wanted))]
        return rows.reset_index(drop=True)

    def together(self, *frames: pd.DataFrame) -> pd.DataFrame:
        """Several frames of estimates as one."""
        return estimates.combine(frames)

    def help(self, family: str = "") -> pd.DataFrame:
        """What there is: the families or, of one, its indicators, periods and groups.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> study.help("satisfaction").loc["satisfaction_10", "label"]
        'Satisfaction sur 10'
        """
        if not family:
            told = {name: inspect.getdoc(f.compute) for name, f in frame.families().items()}
            gives = [str(said).split("\n")[0] for said in told.values()]
            return pd.DataFrame({"family": list(told), "gives": gives})
        rows = self._given(family).estimates
        by = rows.groupby("indicator", sort=False)
        found = pd.DataFrame(
            {
                "label": [self.catalogue.indicators[name].label for name, _ in by],
                "rows": by.size(),
                "periods": by["period"].agg(lambda x: f"{x.min()} … {x.max()}"),
                "groups": by["group"].agg(lambda x: ", ".join(sorted(set(x) - {""}))),
            }
        )
        return found

    # ── what a cell ends with ────────────────────────────────────────────────────────────────

    def text(
        self,
        *parts: str,
        told: pd.DataFrame | None = None,
        absent: str = "",
        when: str = "",
        between: str = " ",
    ) -> Any:
        """One paragraph of the parts that say something, with the estimates that they tell.

        Parameters
        ----------
        parts
            Sentences of `say`, which bring their estimates, or plain text.
        told
            Estimates that plain text tells.
        absent
            The noun or sentence where no part says anything.
        when
            The period of which there is nothing, where it is not the study's quarter.
        between
            What stands between two parts.
        """
        said = [part for part in parts if part]
        frames = [*_frames(said), *([] if told is None else [told])]
        if not said:
            every = _frames(parts) + ([] if told is None else [told])
            return self._absent(absent, estimates.combine(map(_estimates, every)), when)
        marked = any(isinstance(part, Markdown) for part in said)
        words = joined(said, between) if marked else between.join(said)
        return self._carry(display.text(words, estimates.make([])), frames)

    def paragraphs(self, *parts: str, **options: Any) -> Any:
        """As `text`, with a paragraph for each part."""
        return self.text(*parts, between="\n\n", **options)

    def lines(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """Lines in time, one a product (see `display.line_chart`)."""
        return self._show(display.line_chart, rows, options)

    def dots(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """Dots with their intervals, one a product (see `display.dot_chart`)."""
        return self._show(display.dot_chart, rows, options)

    def bars(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """Bars, one a group (see `display.bar_chart`)."""
        return self._show(display.bar_chart, rows, options)

    def shares(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """Shares of a whole, side by side in a bar (see `display.share_chart`)."""
        return self._show(display.share_chart, rows, options)

    def heatmap(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """A grid of days and hours (see `display.heat_chart`)."""
        return self._show(display.heat_chart, rows, options)

    def curves(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """Curves over days or months since a beginning (see `display.curve_chart`)."""
        return self._show(display.curve_chart, rows, options)

    def funnel(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """Steps, each with its share of the one before (see `display.funnel_chart`)."""
        return self._show(display.funnel_chart, rows, options)

    def told(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Estimates with the digits that pages tell, to be drawn in a figure of one's own."""
        return as_told(rows, self.catalogue)

    def chart(self, drawing: Any, rows: pd.DataFrame, /, **options: Any) -> Any:
        """A figure of one's own, drawn with seaborn or matplotlib (see `display.own_chart`).

        Parameters
        ----------
        drawing
            The figure, its axes, or a grid of seaborn's.
        rows
            The estimates that it shows, all of them, as `told` gives them.

        Examples
        --------
        >>> import seaborn as sns
        >>> study = Study("2026-T3", "data/demo")
        >>> marks = study.estimates("satisfaction", indicator="satisfaction_10", period="2026-T3")
        >>> marks = study.told(marks)
        >>> drawn = sns.stripplot(marks, x="estimate", y="product")
        >>> shown = study.chart(drawn, marks, caption="Les notes vont de 6,4 à 7,9 sur 10")
        >>> shown.content["alt"][:55].replace("\xa0", " ")
        'Graphique : Satisfaction sur 10, 3e trimestre 2026. 393'
        """
        return self._show(lambda x, *o, **n: display.own_chart(drawing, x, *o, **n), rows, options)

    def table(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """A table of one indicator (see `display.table`)."""
        return self._show(display.table, rows, options)

    def board(self, rows: pd.DataFrame, indicators: Sequence[str], /, **options: Any) -> Any:
        """A table of several indicators, side by side (see `display.board`)."""
        kept = self.select(rows, indicator=indicators)
        return self._show(display.board, kept, {**options, "indicators": indicators})

    def register(self, rows: pd.DataFrame, /, **options: Any) -> Any:
        """A table of one indicator whose units differ (see `display.register`)."""
        return self._show(display.register, rows, options)

    def dashboard(self, columns: Mapping[str, pd.DataFrame], /, **options: Any) -> Any:
        """A table of several frames, one a column (see `display.dashboard`)."""
        rows = estimates.combine(columns.values())
        options.setdefault("rows", "product")
        return self._show(lambda _, *x, **o: display.dashboard(columns, *x, **o), rows, options)

    def differences(self, pairs: pd.DataFrame, /, **options: Any) -> Any:
        """A table of comparisons with their verdicts (see `display.place_table`)."""
        same = len(pairs) and (pairs["against"] == "before").all()
        table = display.change_table if same else display.place_table
        return self._show(table, pairs, options)

    def notes(self, devices: bool = True) -> Any:
        """How the indicators that the cells before have shown are made.

        Parameters
        ----------
        devices
            Tell the reservations of their devices too.
        """
        rows = estimates.combine(self._shown)
        rows = rows.sort_values("status", key=lambda x: x == "missing", kind="stable")
        rows = rows.drop_duplicates(["indicator", *(["device"] if devices else [])])
        return display.notes(rows, self.catalogue) if len(rows) else self._absent("donnée", rows)

    def _show(self, verb: Callable[..., Any], rows: pd.DataFrame, options: dict[str, Any]) -> Any:
        absent, when = options.pop("absent", ""), options.pop("when", "")
        if rows.empty:
            return self._absent(absent, rows, when)
        told = [*_frames(options.values()), *(x for x in options.values() if _is_frame(x))]
        return self._carry(verb(rows, self.catalogue, **options), [rows, *told])

    def _absent(self, what: str, rows: pd.DataFrame, when: str = "") -> Any:
        if not what:
            raise ObservError(
                "there is nothing to show, and no `absent` to say it with; give a feminine noun, "
                "such as absent='note de satisfaction', or a sentence"
            )
        rows = _estimates(rows)
        words = what.strip("*")
        if words.endswith("."):
            return display.text(words if words == what else display.markdown("*{}*", words), rows)
        return findings.absent(what, when or self.quarter, rows)

    def _carry(self, output: display.Output, frames: Iterable[pd.DataFrame]) -> display.Output:
        """The output with all that it tells, each row once."""
        frames = list(frames)
        self._shown += map(_estimates, frames)
        pairs = comparisons.combine(f for f in frames if list(f.columns) == comparisons.COLUMNS)
        rows = [f for f in frames if list(f.columns) == estimates.COLUMNS]
        told = as_told(estimates.combine(rows), self.catalogue).drop_duplicates()
        return output.carrying(told, pairs_as_told(pairs, self.catalogue))


_PERIODS = {"month": r"\d{4}-\d{2}", "quarter": r"\d{4}-T\d"}
# What sentences ask that a study knows, by the names of their parameters.
_OWN = {name: name for name in ("catalogue", "quarter", "before", "practices", "actions")}
_OWN["period"] = "quarter"


class Say:
    """The sentences of `findings`, given the study's catalogue and quarter by themselves.

    `study.say.span(marks)` is `findings.span(marks, catalogue, quarter)`; what it gives remembers
    the estimates that it tells, which the cell that shows it then carries.
    """

    def __init__(self, study: Study, module: ModuleType) -> None:
        self._study = study
        self._module = module

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._module) if not name.startswith("_")]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            return Say(self._study, found)
        return self._bound(found) if inspect.isfunction(found) else found

    def _bound(self, sentence: Callable[..., Any]) -> Callable[..., Any]:
        study = self._study
        names = list(inspect.signature(sentence).parameters)
        bound = {name: getattr(study, own) for name, own in _OWN.items() if name in names}
        free = [name for name in names if name not in bound]

        @functools.wraps(sentence)
        def said(*parts: Any, absent: str = "", when: str = "", **named: Any) -> Any:
            if sentence is findings.together:
                return _told(sentence(*parts), _frames(parts))
            asked = dict(zip(free, parts, strict=False)) | named
            frames = [x for x in asked.values() if _is_frame(x)]
            if absent and frames and frames[0].empty:
                return study._absent(absent, frames[0], when)
            result = sentence(**{**bound, **asked})
            if isinstance(result, display.Output):
                return study._carry(result, frames)
            return _told(result, frames) if isinstance(result, str) else result

        return said


class _Told(str):
    """A sentence, and the frames that it tells."""

    frames: list[pd.DataFrame]


class _ToldMarkdown(Markdown):
    frames: list[pd.DataFrame]


def _told(words: str, frames: Iterable[pd.DataFrame]) -> str:
    said = (_ToldMarkdown if isinstance(words, Markdown) else _Told)(words)
    said.frames = list(frames)
    return said


def _estimates(given: pd.DataFrame) -> pd.DataFrame:
    """What a frame that a sentence is given tells: its estimates, or its pairs' differences."""
    if list(given.columns) == comparisons.COLUMNS:
        return differences(given)
    return given if list(given.columns) == estimates.COLUMNS else estimates.make([])


def _is_frame(given: Any) -> bool:
    return isinstance(given, pd.DataFrame)


def _frames(parts: Iterable[Any]) -> list[pd.DataFrame]:
    return [frame for part in parts for frame in getattr(part, "frames", [])]
