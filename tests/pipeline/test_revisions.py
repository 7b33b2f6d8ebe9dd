"""Who read a figure is never told another one in silence: each revision has its reason.

An erratum is of the very figure that was told so: it lets nothing else pass.
"""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import copy_catalogue, demonstration_catalogue
from tests.examples import examples

from observlib import estimates, store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Revision
from observlib.confidentiality.disclosure import Published
from observlib.estimates import make_comparisons
from observlib.pipeline import archive, revisions
from observlib.pipeline.archive import Publication

T3 = Quarter("2026-T3")
TODAY, LATER = date(2026, 11, 16), date(2026, 12, 2)
MARK = {"indicator": "satisfaction_10", "product": "boamp", "device": "jdma-boamp"}
MARK |= {"period": "2026-T2", "unit": "sur 10", "estimate": 7.1, "n": 40, "source": "x@1"}
VISITS = {"indicator": "visits_adjusted", "product": "boamp", "unit": "visites"}
VISITS |= {"period": "2024-02", "estimate": 1000.0, "source": "x@1"}
HIDDEN = {"status": "suppressed", "estimate": None, "n": None}
ABSENT = {"status": "missing", "estimate": None, "n": None}
WHY = "Une raison assez longue pour être lue."


def policy(*entries: dict[str, Any]) -> Catalogue:
    found = [Revision(**{"why": WHY, "id": f"rule-{n}"} | one) for n, one in enumerate(entries)]
    known = {one.id: one for one in found}
    return demonstration_catalogue().model_copy(update={"revisions": known})


def edition(number: int, quarter: str, day: str, *rows: dict[str, Any]) -> Publication:
    return Publication(f"{number:04d}-{quarter}", Published(estimates.make(rows), []), day)


def reasons(
    now: dict[str, Any], *told: Publication, known: Catalogue | None = None, day: date = TODAY
) -> list[str]:
    made = archive.in_the_making(estimates.make([now]), T3, day)
    return list(revisions.revised_figures(made, told, known or policy())["reason"])


def once(**more: Any) -> dict[str, Any]:
    return {"kind": "correction", "product": ["boamp"], "since": "2026-11-16"} | more


T2 = edition(1, "2026-T2", "2026-08-17", MARK, VISITS)


def test_what_is_told_the_same_or_for_the_first_time_is_no_revision():
    assert reasons(MARK | {"source": "other@2"}, T2) == []
    assert reasons(MARK | {"period": "2026-T3"}, T2) == []
    assert reasons(MARK) == []
    # each reason has words in French
    for name in (*revisions.NATURAL, revisions.SILENT):
        assert revisions.revision_reason(name, policy()).endswith(".")
    assert revisions.revision_reason("rule-0", policy(once())) == WHY


@pytest.mark.parametrize("later", [{"estimate": 7.2}, {"n": 45}, {"ci_low": 7.0, "ci_high": 7.3}])
def test_a_figure_told_otherwise_has_no_reason_until_somebody_gives_one(later):
    assert reasons(MARK | later, T2) == [revisions.SILENT]
    assert reasons(MARK | later, T2, known=policy(once())) == ["rule-0"]


@pytest.mark.parametrize(("then", "now", "reason"), [
    ({"status": "partial"}, {"estimate": 6.0}, "completed"),
    ({"status": "partial"}, {"estimate": 6.0, "status": "partial"}, "completed"),
    ({"status": "partial"}, HIDDEN, "withheld"), ({"status": "partial"}, ABSENT, ""),
    ({}, HIDDEN, "withheld"), (HIDDEN, {}, "withheld"), (ABSENT, {}, "arrived"), ({}, ABSENT, ""),
    ({}, {"status": "partial"}, ""), ({"n": 25, "status": "low_base"}, {"n": 30}, ""),
])  # fmt: skip
def test_a_status_tells_its_reason_where_it_is_one_and_hides_no_value_that_goes(then, now, reason):
    before = edition(1, "2026-T2", "2026-08-17", MARK | then)
    assert reasons(MARK | now, before) == [reason]


def test_what_was_told_last_counts_of_editions_up_to_this_one():
    mended = edition(2, "2026-T2", "2026-10-01", MARK | {"estimate": 7.4})
    assert reasons(MARK | {"estimate": 7.4}, T2, mended) == []
    assert reasons(MARK, T2, mended) == [revisions.SILENT]
    later = edition(3, "2026-T4", "2027-02-15", MARK | {"estimate": 9.0})
    assert reasons(MARK, T2, later) == []
    # else two editions would change a figure in silence, by way of one that withholds it
    between = edition(2, "2026-T3", "2026-11-02", MARK | HIDDEN)
    assert reasons(MARK | {"estimate": 7.4}, T2, between) == [revisions.SILENT]
    assert reasons(MARK, T2, between) == []
    # the same quarter published again on another day is a revision too
    first = edition(2, "2026-T3", "2026-11-16", MARK | {"period": "2026-T3"})
    again = MARK | {"period": "2026-T3", "estimate": 7.5}
    assert reasons(again, first) == [], "made again on its day, it takes its place"
    assert reasons(again, first, day=date(2026, 11, 20)) == [revisions.SILENT]


def test_a_correction_holds_once_for_what_was_told_before_its_day():
    known = policy(once(since="2026-10-01"))
    assert reasons(MARK | {"estimate": 7.4}, T2, known=known) == ["rule-0"]
    mended = edition(2, "2026-T2", "2026-10-01", MARK | {"estimate": 7.4})
    assert reasons(MARK | {"estimate": 7.6}, T2, mended, known=known) == [revisions.SILENT]
    same_day = edition(1, "2026-T2", TODAY.isoformat(), MARK)
    assert reasons(MARK | {"estimate": 7.4}, same_day, known=policy(once())) == ["rule-0"]
    own = edition(2, "2026-T3", TODAY.isoformat(), MARK | {"estimate": 7.4})
    again = {"known": policy(once()), "day": date(2026, 12, 1)}
    assert reasons(MARK | {"estimate": 7.6}, T2, own, **again) == [revisions.SILENT]
    to_come = policy(once(since="2026-11-17"))
    assert reasons(MARK | {"estimate": 7.4}, T2, known=to_come) == [revisions.SILENT]


@pytest.mark.parametrize(("keys", "is_named"), [
    ({}, True), ({"period": ["2026-05"]}, True), ({"period": ["2026-07/2026-12"]}, False),
    ({"indicator": ["nps"]}, False), ({"device": ["jdma-boamp"]}, True),
    ({"channel": ["phone"]}, False), ({"group_value": ["18-24"]}, False),
])  # fmt: skip
def test_a_reason_goes_with_the_figures_that_it_names(keys, is_named):
    found = reasons(MARK | {"estimate": 7.4}, T2, known=policy(once(**keys)))
    assert found == ["rule-0" if is_named else revisions.SILENT]


@pytest.mark.parametrize(("limits", "later", "fits"), [
    ({"at_most": 1}, {"estimate": 1010.0}, True), ({"at_most": 1}, {"estimate": 989.9}, False),
    ({"months": 31}, {"estimate": 2000.0}, True), ({"months": 30}, {"estimate": 1001.0}, False),
    ({"months": 31, "at_most": 1}, {"estimate": 2000.0}, False),
    ({"at_most": 1}, {"estimate": 1010.0, "unit": "pages"}, False),
    ({"at_most": 1}, {"estimate": 1000.0, "ci_low": 900.0, "ci_high": 1100.0}, False),
    ({"months": 31}, ABSENT, False),
])  # fmt: skip
def test_a_routine_holds_within_its_limits_and_takes_no_value_away(limits, later, fits):
    rule = {"kind": "routine", "indicator": ["visits_adjusted"]} | limits
    found = reasons(VISITS | later, T2, known=policy(rule))
    assert found == ["rule-0" if fits else revisions.SILENT]


def test_a_mark_is_limited_in_points_and_a_correction_goes_before_a_routine():
    routine = {"kind": "routine", "indicator": ["satisfaction_10"], "at_most": 0.1}
    assert reasons(MARK | {"estimate": 7.2}, T2, known=policy(routine)) == ["rule-0"]
    assert reasons(MARK | {"estimate": 7.3}, T2, known=policy(routine)) == [revisions.SILENT]
    assert reasons(MARK | {"estimate": 7.2}, T2, known=policy(routine, once())) == ["rule-1"]


@examples(30)
@given(st.lists(st.integers(0, 100), min_size=2, max_size=6), st.integers(0, 100))
def test_each_change_of_a_chain_of_editions_is_found_and_nothing_else(values, now):
    told = [
        edition(n, f"20{10 + n}-T1", f"20{10 + n}-05-15", MARK | {"estimate": value / 10})
        for n, value in enumerate(values)
    ]
    assert len(reasons(MARK | {"estimate": now / 10}, *told)) == (now != values[-1])


def test_a_silent_change_stops_the_edition_and_what_it_asks_for_lets_it_pass(tmp_path):
    rows = [MARK | {"product": name, "device": f"jdma-{name}"} for name in "abcdefg"]
    told = estimates.make(rows)
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    place = tmp_path / "data" / "published" / "0001-2026-T2"
    place.mkdir(parents=True)
    kept = archive.content(told, make_comparisons(None), {"wide": [], "published": "2026-08-17"})
    for name, content in kept.items():
        (place / name).write_bytes(content)
    now = told.assign(estimate=7.4)
    asked = (tmp_path, tmp_path / "data", archive.in_the_making(now, T3, TODAY))
    with pytest.raises(ObservError) as error:
        revisions.check_revisions(*asked, policy())
    *figures, more, last = error.value.problems
    what, _, lines = last.partition("\n")
    assert len(figures) == 5 and more == "and 2 more"
    said = "2026-T3: satisfaction_10, a, jdma-a, 2026-T2: 7.1 n=40 in 2026-T2, now 7.4 n=40"
    assert figures[0] == said
    assert "nothing was published" in what and str(Path("data/catalogue/revisions.yml")) in what
    assert 'why: ""' in lines and "indicator: [satisfaction_10]" in lines
    (entry,) = yaml.safe_load(lines.replace('why: ""', f"why: {WHY}"))
    revisions.check_revisions(*asked, policy(entry))


def marks(now: list[dict[str, Any]], *told: Publication, known: Catalogue) -> list[str]:
    rows = estimates.make(now)
    found = revisions.revision_flags(archive.in_the_making(rows, T3, TODAY), told, known)
    return [found.get(revisions.figure_key(row), "") for row in estimates.records(rows)]


def test_a_figure_is_marked_as_revised_in_the_edition_that_revises_it_and_no_later_one():
    mended = MARK | {"estimate": 7.4}
    other = MARK | {"period": "2026-T1"}
    assert marks([mended, VISITS, other], T2, known=policy(once())) == ["r", "", ""]
    second = edition(2, "2026-T2", "2026-10-01", mended)
    assert marks([mended], T2, second, known=policy(once())) == [""]
    own = edition(2, "2026-T3", "2026-11-02", mended)
    assert marks([mended], T2, own, known=policy(once())) == ["r"], "made again, it is the same"
    assert marks([MARK], T2, own, known=policy(once())) == ["r"], "who read it there saw another"
    absent = edition(1, "2026-T2", "2026-08-17", MARK | ABSENT)  # what arrives or is withheld
    assert marks([MARK], absent, known=policy()) == [""]
    assert marks([MARK | HIDDEN], T2, known=policy()) == [""]


def test_another_method_breaks_a_series_where_its_entry_says():
    method = once(kind="method", period=["2026-T2"])
    others = [MARK | {"period": period} for period in ("2025-07/2026-06", "2026-T3")]
    rows = [MARK | {"estimate": 7.4}, *others]
    assert marks(rows, T2, known=policy(method)) == ["br", "b", ""]
    assert marks(rows, T2, known=policy(once(kind="method"))) == ["br", "", ""]
    assert marks(rows, T2, known=policy(once(period=["2026-T2"]))) == ["r", "", ""]


TOLD = {
    "indicator": "satisfaction_10", "product": "vie-publique", "channel": "web", "device": "d",
    "period": "2026-T2", "unit": "sur 10", "estimate": 7.4, "ci_low": 7.2, "ci_high": 7.6, "n": 90,
}  # fmt: skip
RIGHT = {"estimate": 7.1, "ci_low": 6.9, "ci_high": 7.3}
FIGURE: dict[str, Any] = {
    **{name: TOLD[name] for name in ("indicator", "product", "channel", "device", "period")},
    "published": 7.4, "corrected": 7.1,
}  # fmt: skip
GOOD: dict[str, Any] = {
    "id": "note", "day": date(2026, 12, 1), "figures": [FIGURE], "cause": "source",
    "what": "Les avis d'un mois étaient comptés deux fois.",
}  # fmt: skip


def write(reports: Path, name: str = "note", **keys: object) -> Path:
    path = reports / revisions.Erratum.FOLDER / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {k: v for k, v in {**GOOD, "id": name, **keys}.items() if v is not ...}
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def figure(**keys: object) -> dict[str, Any]:
    return {k: v for k, v in {**FIGURE, **keys}.items() if v is not ...}


FIRST = edition(1, "2026-T2", "2026-08-17", TOLD)
WITHDRAWN = {name: math.nan for name in estimates.NUMBERS}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose second quarter was told, with one figure."""
    copy_catalogue(tmp_path)
    monkeypatch.setattr(archive, "earlier", lambda _: [FIRST])
    return tmp_path


def known(root: Path, kind: str = "real") -> pd.DataFrame:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "kind", lambda _: kind)
        return revisions.known_errata(root, root / "data", LATER)


def faults(root: Path, **words: Any) -> list[str]:
    with pytest.raises(ObservError) as caught:
        known(root, **words)
    return list(caught.value.problems)


def test_an_erratum_is_read_with_the_unit_of_what_was_told(root):
    assert known(root).empty and list(known(root)) == revisions.ERRATA_COLUMNS
    write(root / "reports")
    (row,) = estimates.records(known(root))
    assert (row["published"], row["corrected"], row["unit"]) == (7.4, 7.1, "sur 10")
    assert (row["erratum"], row["day"], row["group"]) == ("note", "2026-12-01", "")


@pytest.mark.parametrize(("keys", "said"), [
    ({"day": "hier"}, ":2: 'note': day is 'hier': a date is expected"),
    ({"what": "Voir <b>ici</b>, comme le dit la source."}, "reads as markup"),
    ({"what": "Trop court."}, "at least 20"),
    ({"what": "Écrire à zoe@exemple.invalid pour en savoir plus."}, "holds an e-mail address"),
    ({"cause": "météo"}, "'source', 'processing' or 'writing'"),
    ({"figures": []}, "figures is []: at least 1 are expected"),
    ({"pourquoi": "x"}, "unknown key 'pourquoi'; allowed: id, day, figures"),
    ({"figures": [figure(corrected=...)]}, "give `corrected`, or `withdrawn: true`"),
    ({"figures": [figure(withdrawn=True)]}, "give `corrected`, or `withdrawn: true`"),
    ({"figures": [figure(corrected=7.4)]}, "corrected is what was published"),
    ({"figures": [figure(published=math.nan)]}, "published is nan"),
    ({"figures": [FIGURE, FIGURE]}, "comes twice"),
    # of what was never told so
    ({"figures": [figure(product="boamp")]}, "satisfaction_10, boamp, web, d, 2026-T2: no edi"),
    ({"figures": [figure(published=7.3)]}, "published is 7.3, and editions told 7.4"),
    ({"day": date(2026, 12, 3)}, "day: 2026-12-03 is still to come; today is 2026-12-02"),
    ({"correction": "double"}, "correction: unknown 'double'; allowed: none"),
])  # fmt: skip
def test_each_mistake_of_a_file_is_one_line_that_names_it(root, keys, said):
    path = write(root / "reports", **keys)
    (line,) = faults(root)
    assert line.startswith(f"{path}:") and said in line


def test_all_mistakes_are_told_at_once_but_of_real_editions_to_a_demonstration(root):
    write(root / "reports", figures=[figure(published=7.3)])
    assert known(root, "demonstration").empty
    write(root / "reports", day="hier", cause="x")
    write(root / "reports", "autre", what="Court.")
    assert len(faults(root)) == 3


@examples(40)
@given(content=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates()
    | st.text("aé7{[<", max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*GOOD, *FIGURE, "group", "withdrawn", "x"]), inner, max_size=8
    ),
    max_leaves=20,
))  # fmt: skip
def test_whatever_a_file_holds_is_read_or_told_in_lines(content, tmp_path_factory):
    reports = tmp_path_factory.mktemp("errata")
    path = write(reports)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    try:
        revisions.load_errata(reports)
    except ObservError as error:
        assert all("\n" not in line and str(path) in line for line in error.problems)


def test_an_erratum_of_an_erratum_begins_with_what_the_first_made(root):
    write(root / "reports")
    write(root / "reports", "suite", day=LATER, figures=[figure(published=7.4, corrected=7.0)])
    (line,) = faults(root)
    assert "published is 7.4, and note.yml made it 7.1" in line


@pytest.fixture
def corrected_twice(root, monkeypatch):
    """The two forms of an edition, of whose figure a second erratum corrects the first."""
    told = [FIRST, edition(2, "2026-T2", "2026-12-01", TOLD | RIGHT)]
    monkeypatch.setattr(archive, "earlier", lambda _: told)
    write(root / "reports")
    write(root / "reports", "suite", day=LATER, figures=[figure(published=7.1, corrected=7.0)])
    return told


def test_of_a_figure_corrected_twice_the_last_value_is_asked_for(root, corrected_twice):
    both, now = known(root), TOLD | RIGHT | {"estimate": 7.0}
    assert list(both["erratum"]) == ["note", "suite"]
    revisions.check_errata(both, estimates.make([now]), "2026-T2", root)
    with pytest.raises(ObservError, match=r"suite\.yml.*tells 7\.1, and should tell 7:"):
        revisions.check_errata(both, estimates.make([TOLD | RIGHT]), "2026-T2", root)
    first, second = corrected_twice  # an edition made again after two errata jumps to the last
    assert erratum_of(root, now, first) == ["erratum-note"]
    assert erratum_of(root, now, second) == ["erratum-suite"]


@pytest.mark.parametrize(("told", "corrected", "said"), [
    ({}, 7.1, "the edition 2026-T3 tells 7.4, and should tell 7.1: mend the source"),
    ({"estimate": 7.3}, 7.1, "tells 7.3, and should tell 7.1"),
    (WITHDRAWN | {"status": "suppressed"}, 7.1, "tells suppressed, and should tell 7.1"),
    ({}, None, "tells 7.4, and should tell nothing, as it is withdrawn"),
])  # fmt: skip
def test_an_edition_whose_value_is_not_its_erratum_s_is_not_published(root, told, corrected, said):
    corrected = figure(corrected=corrected, withdrawn=corrected is None)
    path, rows = write(root / "reports", figures=[corrected]), estimates.make([TOLD | told])
    with pytest.raises(ObservError) as caught:
        revisions.check_errata(known(root), rows, "2026-T3", root / "reports")
    line, last = caught.value.problems
    assert line.startswith(f"{path}: satisfaction_10, vie-publique, web, d, 2026-T2: ")
    assert said in line and last == "nothing was published"


@pytest.mark.parametrize("status", ["suppressed", "missing"])
def test_a_figure_that_is_withdrawn_may_be_withheld_missing_or_absent(root, status):
    write(root / "reports", figures=[figure(corrected=..., withdrawn=True)])
    gone = TOLD | WITHDRAWN | {"status": status}
    revisions.check_errata(known(root), estimates.make([gone]), "2026-T2", root)
    revisions.check_errata(known(root), estimates.make([]), "2026-T2", root)
    if status == "missing":
        assert erratum_of(root, gone, FIRST) == ["erratum-note"]


def test_an_edition_bears_the_errata_of_what_it_tells_or_told_before(root):
    write(root / "reports")
    all_ = known(root)
    other, former = estimates.make([TOLD | {"period": "2026-T3"}]), archive.earlier(root)
    assert len(revisions.borne_errata(all_, estimates.make([TOLD | RIGHT]), [], "2026-T3")) == 1
    assert revisions.borne_errata(all_, other, former, "2026-T3").empty
    assert len(revisions.borne_errata(all_, other, former, "2026-T2")) == 1  # its readers saw it


def bearing(root: Path) -> Catalogue:
    return revisions.with_errata(Catalogue.model_construct(revisions={}), known(root))


def erratum_of(root: Path, now: dict[str, Any], before: Publication) -> list[str]:
    return reasons(now, before, known=bearing(root), day=LATER)


@pytest.mark.parametrize(("then", "now", "reason"), [
    ({}, RIGHT, "erratum-note"), ({}, RIGHT | {"n": 45}, "erratum-note"),
    ({}, RIGHT | {"estimate": 7.0}, ""), ({}, {"n": 45}, ""),
    ({"estimate": 7.3}, RIGHT, ""), ({"device": "e"}, {"device": "e"} | RIGHT, ""),
])  # fmt: skip
def test_an_erratum_is_the_reason_of_its_own_revision_and_of_no_other(root, then, now, reason):
    write(root / "reports")
    before = edition(1, "2026-T2", "2026-08-17", TOLD | then)
    assert erratum_of(root, TOLD | now, before) == [reason]
    assert revisions.revision_reason("erratum-note", bearing(root)) == GOOD["what"]
