"""An erratum is of the very figure that was told so: it lets nothing else pass."""

import math
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import copy_catalogue
from tests.examples import examples

from observlib import estimates, store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import Published
from observlib.pipeline import archive, revisions
from observlib.pipeline.archive import Publication

T2, T3, TODAY = Quarter("2026-T2"), Quarter("2026-T3"), date(2026, 12, 2)
MARK = {
    "indicator": "satisfaction_10", "product": "vie-publique", "channel": "web", "device": "d",
    "period": "2026-T2", "unit": "sur 10", "estimate": 7.4, "ci_low": 7.2, "ci_high": 7.6, "n": 90,
}  # fmt: skip
RIGHT = {"estimate": 7.1, "ci_low": 6.9, "ci_high": 7.3}
FIGURE: dict[str, Any] = {
    **{name: MARK[name] for name in ("indicator", "product", "channel", "device", "period")},
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


def edition(number: int, quarter: str, day: str, *rows: dict[str, Any]) -> Publication:
    told = Published(estimates.make(rows), frozenset())
    return Publication(f"{number:04d}-{quarter}", told, day)


FIRST = edition(1, "2026-T2", "2026-08-17", MARK)
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
        return revisions.known_errata(root, root / "data", TODAY)


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
    write(root / "reports", "suite", day=TODAY, figures=[figure(published=7.4, corrected=7.0)])
    (line,) = faults(root)
    assert "published is 7.4, and note.yml made it 7.1" in line


@pytest.fixture
def corrected_twice(root, monkeypatch):
    """The two forms of an edition, of whose figure a second erratum corrects the first."""
    told = [FIRST, edition(2, "2026-T2", "2026-12-01", MARK | RIGHT)]
    monkeypatch.setattr(archive, "earlier", lambda _: told)
    write(root / "reports")
    write(root / "reports", "suite", day=TODAY, figures=[figure(published=7.1, corrected=7.0)])
    return told


def test_of_a_figure_corrected_twice_the_last_value_is_asked_for(root, corrected_twice):
    both, now = known(root), MARK | RIGHT | {"estimate": 7.0}
    assert list(both["erratum"]) == ["note", "suite"]
    revisions.check_errata(both, estimates.make([now]), "2026-T2", root)
    with pytest.raises(ObservError, match=r"suite\.yml.*tells 7\.1, and should tell 7:"):
        revisions.check_errata(both, estimates.make([MARK | RIGHT]), "2026-T2", root)
    first, second = corrected_twice  # an edition made again after two errata jumps to the last
    assert reasons(root, now, first) == ["erratum-note"]
    assert reasons(root, now, second) == ["erratum-suite"]


@pytest.mark.parametrize(("told", "corrected", "said"), [
    ({}, 7.1, "the edition 2026-T3 tells 7.4, and should tell 7.1: mend the source"),
    ({"estimate": 7.3}, 7.1, "tells 7.3, and should tell 7.1"),
    (WITHDRAWN | {"status": "suppressed"}, 7.1, "tells suppressed, and should tell 7.1"),
    ({}, None, "tells 7.4, and should tell nothing, as it is withdrawn"),
])  # fmt: skip
def test_an_edition_whose_value_is_not_its_erratum_s_is_not_published(root, told, corrected, said):
    corrected = figure(corrected=corrected, withdrawn=corrected is None)
    path, rows = write(root / "reports", figures=[corrected]), estimates.make([MARK | told])
    with pytest.raises(ObservError) as caught:
        revisions.check_errata(known(root), rows, "2026-T3", root / "reports")
    line, last = caught.value.problems
    assert line.startswith(f"{path}: satisfaction_10, vie-publique, web, d, 2026-T2: ")
    assert said in line and last == "nothing was published"


@pytest.mark.parametrize("status", ["suppressed", "missing"])
def test_a_figure_that_is_withdrawn_may_be_withheld_missing_or_absent(root, status):
    write(root / "reports", figures=[figure(corrected=..., withdrawn=True)])
    gone = MARK | WITHDRAWN | {"status": status}
    revisions.check_errata(known(root), estimates.make([gone]), "2026-T2", root)
    revisions.check_errata(known(root), estimates.make([]), "2026-T2", root)
    if status == "missing":
        assert reasons(root, gone, FIRST) == ["erratum-note"]


def test_an_edition_bears_the_errata_of_what_it_tells_or_told_before(root):
    write(root / "reports")
    all_ = known(root)
    other, former = estimates.make([MARK | {"period": "2026-T3"}]), archive.earlier(root)
    assert len(revisions.borne_errata(all_, estimates.make([MARK | RIGHT]), [], "2026-T3")) == 1
    assert revisions.borne_errata(all_, other, former, "2026-T3").empty
    assert len(revisions.borne_errata(all_, other, former, "2026-T2")) == 1  # its readers saw it


def policy(root: Path) -> Catalogue:
    return revisions.with_errata(Catalogue.model_construct(revisions={}), known(root))


def reasons(root: Path, now: dict[str, Any], before: Publication) -> list[str]:
    made = archive.in_the_making(estimates.make([now]), T3, TODAY)
    return list(revisions.revised_figures(made, [before], policy(root))["reason"])


@pytest.mark.parametrize(("now", "reason"), [
    *((RIGHT, "erratum-note"), (RIGHT | {"n": 45}, "erratum-note")),
    *((RIGHT | {"estimate": 7.0}, ""), ({"n": 45}, "")),
])  # fmt: skip
def test_an_erratum_is_the_reason_of_its_own_revision_and_of_no_other(root, now, reason):
    write(root / "reports")
    assert reasons(root, MARK | now, FIRST) == [reason]
    assert revisions.revision_reason("erratum-note", policy(root)) == GOOD["what"]


@pytest.mark.parametrize("other", [{"estimate": 7.3}, {"device": "e"}])
def test_an_erratum_covers_no_figure_beside_nor_one_that_was_told_otherwise(root, other):
    write(root / "reports")
    before = edition(1, "2026-T2", "2026-08-17", MARK | other)
    assert reasons(root, MARK | other | RIGHT, before) == [""]
