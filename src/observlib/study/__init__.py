"""What a study's notebook holds in its hand: it asks, says and shows, and computes nothing."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Unpack

import pandas as pd

from observlib import display, estimates, store
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.display import charts
from observlib.display.output import METHODS, NOTED
from observlib.display.select import Crowded
from observlib.estimates import COMPARISON_COLUMNS, IN_TIME, combine_comparisons, side_of
from observlib.indicators.pairs import OUTCOMES
from observlib.language import french, wording
from observlib.language.prose import Markdown, joined
from observlib.pipeline import disclosed, frame, project
from observlib.records.sheets import Action, Correction, Decision, Expectation, Practices, Reply
from observlib.stats import comparability
from observlib.study import selection, texts
from observlib.study.selection import OF_STUDY, Shown, Where, taking
from observlib.study.texts import Say, frames_of
from observlib.themes import main_points, products
from observlib.themes.sentences import absent as nothing

_TEXTS = wording.load_texts(__file__)
_OF_PAIRS = {  # the indicators that explain pairs, and the columns of their values
    "difference": "difference",
    "detectable_difference": "detectable",
    "difference_level": "level",
}
Keys = str | Sequence[str]


class Study:
    """The catalogue, the store and the quarter of a study, and all that it may ask and show.

    Every chart and table takes estimates, of which it may keep some (`period="2026-T3"`), and the
    answer that it shows, its caption: a sentence of `say`, or one's own; else its title is of
    labels. Where there is nothing to show, it says so with the `noun` that the catalogue has for
    the indicator, or with `absent`: a feminine noun, such as "note de satisfaction", or a whole
    sentence; `when` is the period where it is not the study's quarter.

    Parameters
    ----------
    quarter
        Such as `2026-T3`: the notebook's parameter.
    data
        Data folder, from the project's root.
    survey
        The device of the survey that the study is about, if it is about one.
    department
        The department whose products the study is about, if it is not about all: what it asks for
        is then of them alone, and what they were compared within stays whole.

    Examples
    --------
    >>> study = Study("2026-T3", "data/demo")
    >>> study.before, study.year
    ('2025-T3', '2025-10/2026-09')
    """

    def __init__(
        self, quarter: str, data: str, survey: str = "", department: str = frame.ALL_DEPARTMENTS
    ) -> None:
        self.data = project.data_folder(data, is_there=True)
        self.kind = store.kind(self.data)  # `demonstration` or `real`
        self.quarter = Quarter(quarter)
        self.catalogue = frame.catalogue_at(self.data, self.quarter)
        selection.check_names("device", [survey], self.catalogue)
        selection.check_names("department", [department], self.catalogue)
        self.before = self.quarter - 4
        self.year = f"{self.quarter.back(4)[0].months[0]}/{self.quarter.months[2]}"
        self.survey = survey
        self.department = department
        self.say = Say(self)
        self._shown: list[pd.DataFrame] = []
        self.label = french.period_label(self.quarter)
        self.year_label = french.period_label(self.year)

    def __repr__(self) -> str:
        return f"Study({self.quarter!r}, {str(self.data)!r})"

    @functools.cached_property
    def practices(self) -> Practices:
        """The sheets of what teams learnt.

        Examples
        --------
        >>> len(Study("2026-T3", "data/demo").practices.sheets) > 10
        True
        """
        return project.practices(self.data, self.kind)

    @functools.cached_property
    def actions(self) -> tuple[Action, ...]:
        """What teams changed until the quarter's end.

        Examples
        --------
        >>> Study("2026-T3", "data/demo").actions[0].product
        'legifrance'
        """
        known = frame.records_until(Action, self.data, self.quarter)
        return tuple(one for one in known if self._tells(one.product, one.device))

    @functools.cached_property
    def corrections(self) -> Sequence[Correction]:
        """What is read in place of what sources got wrong until the quarter's end.

        Examples
        --------
        >>> [one.id for one in Study("2026-T3", "data/demo").corrections]
        ['boamp-mois-double']
        """
        known = store.applied_corrections(self.data, self.quarter.end)
        return [one for one in known if self._tells("", one.device)]

    @functools.cached_property
    def expectations(self) -> list[tuple[Expectation, str]]:
        """What analysts expected of the quarter, each with why it is exploratory, or nothing.

        Examples
        --------
        >>> [one.direction for one, _ in Study("2026-T3", "data/demo").expectations]
        ['stable', 'up']
        """
        known = frame.expectations(self.data, self.quarter)
        return [(one, why) for one, why in known if self._tells(one.product, one.device)]

    @functools.cached_property
    def planned(self) -> tuple[Action, ...]:
        """What teams have recorded that they will change after the quarter's end.

        Examples
        --------
        >>> Study("2026-T3", "data/demo").planned[0].date.isoformat()
        '2027-01-12'
        """
        known = project.records_of(Action, self.data)
        later = (one for one in known if one.date > self.quarter.end)
        return tuple(one for one in later if self._tells(one.product, one.device))

    @functools.cached_property
    def replies(self) -> tuple[Reply, ...]:
        """What partners answered until the quarter's end.

        Examples
        --------
        >>> Study("2026-T3", "data/demo").replies[0].partner
        'caisse-fictive'
        """
        return frame.records_until(Reply, self.data, self.quarter)

    @functools.cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """What was decided on tasks until the quarter's end.

        Examples
        --------
        >>> Study("2026-T3", "data/demo").decisions[-1].decision
        'will_do'
        """
        return frame.records_until(Decision, self.data, self.quarter)

    def _tells(self, product: str, device: str) -> bool:
        """Whether the study tells of a product, or else of a device."""
        own = (frame.ALL_DEPARTMENTS, self.department)
        return not self.department or frame.department_of(product, device, self.catalogue) in own

    def page(self, study: str, product: str = "") -> str:
        """The name of another study's page that tells of the same department, or of a product.

        Where products are many, a study that tells of all has a page for each department.

        Parameters
        ----------
        study, product
            Such as `contacts`; and of whose department the page is, if not of the study's own.

        Examples
        --------
        >>> Study("2026-T3", "data/demo", department="edition").page("contacts")
        'contacts-edition'
        >>> Study("2026-T3", "data/demo").page("contacts", "boamp")
        'contacts'
        """
        department = self.department
        selection.check_names("product", [product], self.catalogue)
        if product and not department:
            fed = frame.departments_with_pages(store.devices(self.data)["device"], self.catalogue)
            own = frame.department_of(product, "", self.catalogue)
            department = own if own in fed else frame.ALL_DEPARTMENTS
        return f"{study}-{department}" if department else study

    def label_of(self, period: str) -> str:
        """A period in French.

        Examples
        --------
        >>> print(Study("2026-T3", "data/demo").label_of("2026-T2"))
        2e trimestre 2026
        """
        return french.period_label(period)

    def listeners(self, product: str) -> list[str]:
        """The devices that listen to a product's users.

        Examples
        --------
        >>> Study("2026-T3", "data/demo").listeners("legifrance")[:2]
        ['matomo-legifrance', 'sections-legifrance']
        """
        selection.check_names("product", [product], self.catalogue)
        rows = self.words("devices", "listeners")
        return list(rows.loc[rows["product"] == product, "device"])

    @functools.cached_property
    def wave(self) -> str:
        """The latest quarter of the year in which the study's survey has answers.

        Examples
        --------
        >>> Study("2026-T3", "data/demo", survey="enquete-vie-publique").wave
        '2026-T2'
        """
        asked = self.estimates("survey", quarters=4, group="")
        return str(asked.loc[asked["status"] != "missing", "period"].max() or self.quarter)

    @taking(Where)
    def estimates(self, *families: str, **where: Unpack[Where]) -> pd.DataFrame:
        """The estimates of a family, or of several, or those of them that are asked for.

        Parameters
        ----------
        families
            Such as `satisfaction`; `study.help()` lists them.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> calls = study.estimates("contacts", indicator="calls_offered", period="2026-T3")
        >>> calls["estimate"].tolist()
        [38056.0]
        """
        found = [self.select(self._given(name).estimates, **where) for name in families]
        for name, rows in zip(families, found, strict=True):
            rows.attrs["family"] = name
        return self.together(*found)

    @taking(Where)
    def comparisons(self, *families: str, **where: Unpack[Where]) -> pd.DataFrame:
        """The comparisons of a family with their verdicts, or of several, or those asked for.

        Parameters
        ----------
        families
            Such as `satisfaction`.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> study.comparisons("satisfaction")["against"].unique().tolist()
        ['before', 'year', 'product']
        """
        found = [self.select(self._given(name).comparisons, **where) for name in families]
        rows = found[0] if len(found) == 1 else combine_comparisons(found)
        rows.attrs = {**found[0].attrs, "family": families[0]}
        return rows

    def words(self, family: str, name: str) -> pd.DataFrame:
        """What a family gives beside numbers, such as the sources of published figures.

        Parameters
        ----------
        family, name
            Such as `devices` and `listeners`; `study.help("devices")` lists them.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> study.words("devices", "listeners").columns.tolist()
        ['product', 'device']
        """
        found = self._given(family).words
        if name not in found:
            raise ObservError(f"family {family!r}: has no words {name!r}; it has {bounded(found)}")
        return found[name]

    def key_figures(self, product: str) -> display.Output:
        """The key figures of a product, each set large, with its verdict and two years of it.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> "### Visites" in repr(study.key_figures("boamp"))
        True
        """
        selection.check_names("product", [product], self.catalogue)
        rows, pairs = self._of_edition(products.FAMILIES, product)
        found = products.chosen(rows, product, self.quarter)
        if found.empty:
            return self._absent([found], "donnée qui puisse être citée")
        made = products.band(found, rows, pairs, self.catalogue, self.quarter)
        self._shown.append(estimates.from_json(made.content))
        return made

    @functools.cached_property
    def main_points(self) -> pd.DataFrame:
        """The comparisons that are the main points of the edition, as on its front page.

        Examples
        --------
        >>> Study("2026-T3", "data/demo").main_points["indicator"].tolist()
        ['satisfaction_10']
        """
        rows, pairs = self._of_edition(frame.families())
        pairs = main_points.held_together(pairs, self.quarter)
        found = main_points.select_points(main_points.ranked_changes(pairs, rows, self.quarter))
        return found[COMPARISON_COLUMNS]

    @functools.cached_property
    def calculations(self) -> pd.DataFrame:
        """How many calculations bear out the change of each mark, of ratings and of surveys.

        Examples
        --------
        >>> sorted(Study("2026-T3", "data/demo").calculations["indicator"].unique())
        ['specifications', 'specifications_held', 'specifications_reversed']
        """
        rows, _ = self._of_edition(["specifications", "survey"])
        return rows[rows["indicator"].isin(OUTCOMES) & (rows["group"] == "")]

    def _of_edition(
        self, families: Collection[str], product: str = ""
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """All estimates and comparisons of families, those of each survey or a product's too."""
        every, devices = disclosed.jobs(self.data), self.catalogue.devices
        if product:  # a survey may be of another
            every = [x for x in every if not x[1] or devices[x[1]].product in (None, product)]
        jobs = [job for name in families for job in every if job[0] == name]
        found = [disclosed.disclosed_family(self.data, self.quarter, *job) for job in jobs]
        rows = estimates.combine(one.estimates for one in found)
        pairs = combine_comparisons(one.comparisons for one in found)
        of = (self.department, self.catalogue)
        return frame.part_of_department(rows, *of), frame.part_of_department(pairs, *of)

    def _given(self, family: str) -> frame.Given:
        return frame.given_of_department(self._whole(family), self.department, self.catalogue)

    def _whole(self, family: str) -> frame.Given:
        """What a family gives of all departments."""
        survey = self.survey if frame.family_named(family).each_survey else ""
        return disclosed.disclosed_family(self.data, self.quarter, family, survey)

    @taking(Where)
    def select(self, rows: pd.DataFrame, **where: Unpack[Where]) -> pd.DataFrame:
        """Keep rows by the values of columns.

        Parameters
        ----------
        rows
            Estimates or comparisons.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> now = study.estimates("satisfaction", indicator="satisfaction_10", period="2026-T3")
        >>> sorted(study.select(now, channel="phone")["device"])
        ['satisfaction-3939']
        """
        return selection.select(rows, self.quarter, where, self.catalogue)

    def together(self, *frames: pd.DataFrame) -> pd.DataFrame:
        """Several frames of estimates as one.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> calls, sales = study.estimates("contacts"), study.estimates("sales")
        >>> len(study.together(calls, sales)) == len(calls) + len(sales)
        True
        """
        if len(frames) == 1:
            return frames[0]
        rows = estimates.combine(frames)
        rows.attrs = dict(frames[0].attrs) if frames else {}
        return rows

    def help(self, family: str = "") -> pd.DataFrame:
        """What there is: the families or, of one, its indicators, comparisons, words, sentences.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> study.help("satisfaction").loc["satisfaction_10", "what"]
        'Satisfaction sur 10'
        """
        if not family:
            return texts.list_families()
        return texts.describe_family(family, self._given(family), self.catalogue)

    def notes(self, devices: bool = True) -> display.Output:
        """How the indicators that the cells before have shown are made.

        Parameters
        ----------
        devices
            Tell the reservations of their devices too.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> calls = study.estimates("contacts", indicator="answer_rate")
        >>> shown = study.lines(calls, "A-t-on décroché ?")
        >>> "Appels décrochés" in repr(study.notes())
        True
        """
        shown = [noted(frame) for frame in each_once(self._shown) if len(frame)]
        if not shown:
            return self._absent([])
        rows = pd.concat(shown)
        rows = rows if devices else rows.assign(device="")
        return display.notes(rows, self.catalogue, self.corrections)

    @taking(Shown)
    def differences(
        self, pairs: pd.DataFrame, caption: str = "", *, label: str, **shown: Unpack[Shown]
    ) -> display.Output:
        """A table of comparisons with their verdicts; without a caption, it counts the verdicts.

        Parameters
        ----------
        pairs
            Comparisons of one kind (`against`).
        label
            Of the table, such as `tbl-evolutions`.

        Examples
        --------
        >>> study = Study("2026-T3", "data/demo")
        >>> moved = study.comparisons("satisfaction", against="before", indicator="clarity_10")
        >>> print(repr(study.differences(moved, label="tbl-evolutions"))[:9])
        | Produit
        """
        if not caption:
            # of all departments: the correction is for the number of them all
            together = self._whole(pairs.attrs["family"]).comparisons
            caption = self.say.comparisons.tests_and_results(pairs, together)
        same = len(pairs) and pairs["against"].isin(IN_TIME).all()
        table = display.change_table if same else display.place_table
        return self._show(table, pairs, caption, shown, label=label)

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
        for asked in (one.attrs for one in frames):
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
    setattr(Study, _name, selection.chart_method(_name, _draw))


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
