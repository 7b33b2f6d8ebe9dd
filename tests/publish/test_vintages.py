"""What editions told of figures one after the other: changes, series, and the revisions' page."""

import re
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import demonstration_catalogue
from tests.examples import examples

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter, months_between
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Revision
from observlib.cli.edition import print_difference
from observlib.confidentiality.disclosure import Published
from observlib.estimates import make_comparisons
from observlib.pipeline import archive, revisions
from observlib.pipeline.archive import Publication, last
from observlib.publish import vintages
from observlib.publish.vintages import (
    difference_between,
    difference_pages,
    revision_sizes,
    revisions_part,
    told_in_triangles,
)

MARK = {"indicator": "satisfaction_10", "channel": "web", "unit": "sur 10", "n": 40}
QUARTERS = ("2026-T2", "2026-T3")
REFERENCE = {"2026-T2": "2025-T2", "2026-T3": "2025-T3"}


def figure(product: str, quarter: str, estimate: float, **more: Any) -> dict[str, Any]:
    named = {"product": product, "device": f"jdma-{product}", "period": quarter}
    return MARK | named | {"estimate": estimate} | more


def pair(row: dict[str, Any], verdict: str) -> dict[str, Any]:
    row = row | {"status": "published"}
    then = row | {"period": REFERENCE[row["period"]], "estimate": 5.0}
    reference = {f"reference_{name}": value for name, value in then.items()}
    ends = (-1.5, -1.0, -0.5) if verdict == "fall" else (0.5, 1.0, 1.5)
    found = dict(zip(("difference_low", "difference", "difference_high"), ends, strict=True))
    return row | reference | found | {"against": "before", "verdict": verdict}


def edition(
    quarter: str, rows: list[dict[str, Any]], verdicts: tuple[str, ...] = ()
) -> Publication:
    pairs = [pair(row, verdict) for row, verdict in zip(rows, verdicts, strict=False)]
    told = Published(estimates.make([{"source": "a@1", **row} for row in rows]), [])
    known = make_comparisons(pd.DataFrame(pairs) if pairs else None)
    return Publication(f"0001-{quarter}", told, "2026-11-16", known)


def test_a_quarter_is_never_set_against_a_year_or_a_month(catalogue):
    year = figure("boamp", "2025-10/2026-09", 7.0)
    month = figure("boamp", "2026-09", 7.5)
    first = edition("2026-T2", [figure("boamp", "2026-T2", 6.0)])
    second = edition("2026-T3", [year, month])
    found = difference_between(first, second, catalogue)
    assert found.changed.empty
    assert found.added["period"].tolist() == ["2025-10/2026-09"]
    assert found.removed["period"].tolist() == ["2026-T2"]


def test_an_erratum_is_told_as_the_reason_of_its_revision(catalogue):
    row = figure("boamp", "2026-T2", 6.0)
    told = [edition("2026-T2", [row]), edition("2026-T3", [row | {"estimate": 6.4}])]
    names = {name: row.get(name, "") for name in estimates.FIGURE}
    about = {"erratum": "note", "day": "2026-11-10", "cause": "source", "unit": "sur 10"}
    about |= {"published": 6.0, "corrected": 6.4, "what": "Un mois était compté deux fois."}
    corrected = pd.DataFrame([names | about]).reindex(columns=revisions.ERRATA_COLUMNS)
    known = revisions.with_errata(catalogue, corrected)
    assert difference_between(*told, known).revised["reason"].tolist() == ["erratum-note"]
    page = difference_pages(told, known)["2026-T3"][2].replace("\u00a0", " ")
    assert "**Un mois était compté deux fois.**" in page and "6,0 sur 10 → 6,4 sur 10" in page


@pytest.mark.parametrize(("later", "revised"), [
    ({}, 0), ({"source": "other@2"}, 0), ({"estimate": 6.4}, 1),
    ({"status": "suppressed", "estimate": None, "n": None}, 1),
])  # fmt: skip
def test_a_figure_of_the_same_period_told_otherwise_is_a_revision(catalogue, later, revised):
    of_age = {"group": "age", "group_value": "18-24"}
    first = edition("2026-T2", [figure("boamp", "2026-T2", 6.0, **of_age)])
    again = figure("boamp", "2026-T2", 6.0, **of_age) | later
    second = edition("2026-T3", [again, figure("boamp", "2026-T3", 7.0)])
    found = difference_between(first, second, catalogue)
    assert len(found.revised) == revised
    assert found.changed.empty, "an edition's own quarter, and no earlier one"


def test_the_page_of_changes_tells_what_is_new_and_what_was_known(catalogue):
    names = ("service-public", "legifrance", "vie-publique")
    verdicts = (("unknown", "fall", "rise"), ("unknown", "rise", "rise"))
    told = [
        edition(quarter, [figure(name, quarter, 6.0 + n) for name in names], verdicts[n])
        for n, quarter in enumerate(QUARTERS)
    ]
    found = difference_pages(told, catalogue)
    assert [*found] == ["2026-T3"], "the first edition has none before it"
    name, title, page = found["2026-T3"]
    assert (name, title) == ("changements-2026-T3", "Ce qui a changé de 2026-T2 à 2026-T3")
    lines = [line for line in page.replace("\u00a0", " ").splitlines() if "6,0 sur 10" in line]
    assert ["en hausse" in line for line in lines] == [True, True, False]
    assert "6,0 sur 10 | 7,0 sur 10 | en hausse (5,0 au 3e trimestre 2025)" in lines[0]
    assert ["ce que 2026-T2 n’établissait pas" in line for line in lines] == [True, False, False]


@pytest.mark.parametrize(
    ("now", "fall"), [(4.0, "5,0 au 3e trimestre 2025"), (5.0, "à moins de 0,1 près")]
)
def test_a_fall_names_the_value_that_it_fell_from(catalogue, capsys, now, fall):
    told = [edition(quarter, [figure("boamp", quarter, now)], ("fall",)) for quarter in QUARTERS]
    assert fall in difference_pages(told, catalogue)["2026-T3"][2].replace("\u00a0", " ")
    print_difference(difference_between(*told, catalogue), catalogue, *QUARTERS)
    line = f"{now:.1f} sur 10 → {now:.1f} sur 10; fall from 5,0 in 2025-T3".replace(".", ",", 2)
    assert line in capsys.readouterr().out.replace("\u00a0", " ")


def test_a_correction_is_told_on_the_page_of_changes_and_the_last_one_counts(catalogue):
    first = edition("2026-T2", [figure("boamp", "2026-T2", 6.0)])
    second = edition("2026-T3", [figure("boamp", "2026-T2", 6.4), figure("boamp", "2026-T3", 7.0)])
    again = second._replace(name="0003-2026-T3", told=first.told)
    page = difference_pages([first, second], catalogue)["2026-T3"][2].replace("\u00a0", " ")
    assert "## Ce qu'elle révise" in page and "6,0 sur 10 → 6,4 sur 10 (2e trimestre 2026)" in page
    assert "**Le motif n'a pas été consigné.**" in page
    assert "révise" not in difference_pages([first, second, again], catalogue)["2026-T3"][2]


def test_an_edition_that_was_not_published_is_named_with_those_that_were(tmp_path):
    with pytest.raises(ObservError, match=r"2026-T2: was not published .* published are none; "):
        last(tmp_path, Quarter("2026-T2"))


def test_an_indicator_that_left_the_catalogue_since_stops_no_comparison(catalogue):
    gone = {"indicator": "left_since"}
    told = [edition(quarter, [figure("boamp", quarter, 6.0, **gone)]) for quarter in QUARTERS]
    assert not any(map(len, difference_between(*told, catalogue)))
    assert "aucune évolution" in difference_pages(told, catalogue)["2026-T3"][2]


def test_each_revision_stands_under_its_reason_and_shows_what_differs(catalogue):
    visits = {"indicator": "visits_adjusted", "unit": "visites", "n": None, "period": "2026-05"}
    courses = {"indicator": "level_change", "unit": "%", "n": None, "period": "2025-03"}
    ends = ({"ci_low": -31.0, "ci_high": -29.0}, {"ci_low": -30.9, "ci_high": -29.0})
    told = [
        edition(
            quarter,
            [
                figure("boamp", quarter, 12_900_000.0 + 10 * n) | visits,
                figure("boamp", quarter, -30.1) | courses | ends[n],
                figure("legifrance", quarter, 6.0 + n) | {"period": "2026-T1"},
            ],
        )
        for n, quarter in enumerate(QUARTERS)
    ]
    page = (
        difference_pages(told, catalogue)["2026-T3"][2]
        .replace("\u00a0", " ")
        .replace("\u202f", " ")
    )
    seasons, breaks = (
        page.index(text) for text in ("**La saison est", "**L'ampleur d'une rupture")
    )
    assert page.index("**Le motif n'a pas") < seasons, "what is no routine comes first"
    assert seasons < page.index("12 900 000 visites → 12 900 010 visites") < breaks
    assert "−31,0 à −29,0" in page[breaks:] and "−30,9 à −29,0" in page[breaks:]


PLACE = {"indicator": "satisfaction_10", "product": "boamp", "device": "jdma-boamp"}
ROW = {**PLACE, "period": "2026-T2", "unit": "sur 10", "n": 40, "estimate": 7.1}
HIDDEN = {"status": "suppressed", "estimate": None, "n": None}


def publication(number: int, quarter: str, day: str, *rows: dict[str, Any]) -> Publication:
    told = estimates.make([ROW | {"source": f"x@{number}"} | row for row in rows])
    return Publication(f"{number:04d}-{quarter}", Published(told, []), day)


def followed(*told: Publication) -> list[tuple[Any, ...]]:
    rows = vintages.tellings(told)
    columns = ["period", "estimate", "status", "edition", "revision"]
    return list(rows[columns].fillna({"estimate": 0}).itertuples(index=False, name=None))


T2 = publication(1, "2026-T2", "2026-08-17", {})


def test_a_figure_that_stays_the_same_is_told_once_whatever_file_it_came_from():
    later = publication(2, "2026-T3", "2026-11-16", {}, {"period": "2026-T3", "estimate": 7.3})
    assert followed(T2, later) == [
        ("2026-T2", 7.1, "published", "2026-T2", 0),
        ("2026-T3", 7.3, "published", "2026-T3", 0),
    ]


@pytest.mark.parametrize("quarter", ["2026-T2", "2026-T3"])
def test_a_figure_that_was_mended_is_shown_as_it_was_and_as_it_is(quarter):
    mended = publication(2, quarter, "2026-12-02", {"estimate": 6.9})
    assert followed(T2, mended) == [
        ("2026-T2", 7.1, "published", "2026-T2", 0),
        ("2026-T2", 6.9, "published", quarter, 1),
    ]


def test_an_edition_made_again_on_its_day_is_none_and_a_withheld_figure_stays():
    tried = publication(2, "2026-T2", "2026-08-17", {"estimate": 5.0})
    again = publication(3, "2026-T2", "2026-08-17", {"estimate": 7.0})
    assert followed(T2, tried, again) == [("2026-T2", 7.0, "published", "2026-T2", 0)]
    withheld = publication(2, "2026-T3", "2026-11-16", HIDDEN)
    assert followed(T2, withheld)[1] == ("2026-T2", 0, "suppressed", "2026-T3", 1)


def test_the_page_of_a_product_tells_values_withheld_ones_and_revisions_in_words(catalogue):
    mended = publication(2, "2026-T3", "2026-12-02", {"estimate": 6.9}, HIDDEN | {"period": "2026"})
    of_group = publication(
        3, "2026-T4", "2027-02-15", {"group": "age", "group_value": "18-24", "period": "2025"}
    )
    found = vintages.series_pages(vintages.tellings([T2, mended, of_group]), catalogue)
    assert list(found) == ["series-boamp"]
    title, text = found["series-boamp"]
    assert title == "BOAMP"
    assert "(2 chiffres, 1 révision)" in text.replace("\u00a0", " ")
    rows = re.findall("<tr>(.*)</tr>", text.replace("\u00a0", " "))
    assert [re.findall("<td[^>]*>(.*?)</td>", row) for row in rows if "<td" in row] == [
        ["2026", "s", "–", "–", "2026-T3"],
        ["2e trimestre 2026", "7,1 sur 10", "–", "40", "2026-T2"],
        ["2e trimestre 2026", "6,9 sur 10", "–", "40", "2026-T3 du 2 décembre 2026 (révisée)"],
    ]


NOW, TODAY = Quarter("2026-T2"), date(2026, 8, 17)
MONTHS = [*months_between("2024-07", "2026-03")]
VISITS = {"indicator": "visits_adjusted", "product": "boamp", "channel": "web"}
VISITS |= {"device": "audience-boamp", "unit": "visites"}


def visits(*values: float, **more: Any) -> list[dict[str, Any]]:
    return [
        VISITS | {"period": month, "estimate": value} | more
        for month, value in zip(MONTHS, values, strict=False)
    ]


def told_in(quarter: str, day: str, *told: dict[str, Any]) -> Publication:
    return Publication(f"0001-{quarter}", Published(estimates.make(told), []), day)


def page(now: list[dict[str, Any]], *told: Publication, known: Catalogue | None = None) -> str:
    catalogue = known or demonstration_catalogue()
    found = revisions_part(archive.in_the_making(estimates.make(now), NOW, TODAY), told, catalogue)
    return found.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def sized(now: list[dict[str, Any]], *told: Publication) -> dict[str, Any]:
    known = vintages.vintages(archive.in_the_making(estimates.make(now), NOW, TODAY), told)
    (row,) = estimates.records(revision_sizes(known))
    return row


def test_a_triangle_has_a_row_for_each_period_and_a_column_for_each_edition():
    first = told_in("2026-T1", "2026-05-15", *visits(1000.0, 1100.0))
    text = page(visits(1010.0, 1100.0, 1200.0), first)
    lines = [line for line in text.splitlines() if line.startswith("| ")][:4]
    assert lines == [
        "| Période | 2026-T1 | 2026-T2 |", "| juillet 2024 | 1 000 | 1 010 |",
        "| août 2024 | 1 100 | 1 100 |", "| septembre 2024 | – | 1 200 |",
    ]  # fmt: skip
    assert "| 2 | 1 | +0,5 % | 0,5 % | – | trop peu de périodes |" in text


def test_the_page_tells_the_figures_of_its_triangles_and_no_other():
    first = told_in("2026-T1", "2026-05-15", *visits(1000.0, 1100.0))
    told = estimates.make([*visits(1010.0, 1100.0, 1200.0), *visits(9.0, product="bodacc")])
    now, known = archive.in_the_making(told, NOW, TODAY), demonstration_catalogue()
    found = told_in_triangles(now, [first], known)
    assert {*zip(found["product"], found["period"], strict=True)} == {
        ("boamp", month) for month in MONTHS[:3]
    }
    assert told_in_triangles(now, [], known).empty  # there is no triangle yet


def test_sizes_are_those_worked_out_by_hand():
    """Of 1 000 and 2 000 visits, 1 010 and 1 960 now: +1 % and −2 %."""
    first = told_in("2026-T1", "2026-05-15", *visits(1000.0, 2000.0, 500.0))
    found = sized(visits(1010.0, 1960.0, 500.0, 900.0), first)
    assert (found["told"], found["revised"], found["unit"]) == (3, 2, "%")
    assert found["mean"] == pytest.approx(-1 / 3)
    assert found["absolute"] == pytest.approx(1.0)


def test_a_mark_is_revised_in_points_and_an_incomplete_period_counts_for_nothing():
    mark = {"indicator": "satisfaction_10", "unit": "sur 10"}
    partial = visits(5.0, **mark)[0] | {"status": "partial", "period": "2026-02"}
    first = told_in("2026-T1", "2026-05-15", *visits(7.0, **mark), partial)
    found = sized([*visits(7.5, **mark), partial | {"status": "published", "estimate": 9.0}], first)
    assert (found["told"], found["unit"]) == (1, "points")
    assert found["mean"] == pytest.approx(0.5)


def test_series_of_one_month_are_one_revision_for_the_test():
    others = ("bodacc", "legifrance", "vie-publique")
    values = [1000.0] * 20
    first = [*visits(*values), *(row for name in others for row in visits(*values, product=name))]
    later = [row | {"estimate": 1001.0 + n % 20 % 3} for n, row in enumerate(first)]
    alone = sized(later[:20], told_in("2026-T1", "2026-05-15", *first[:20]))
    found = sized(later, told_in("2026-T1", "2026-05-15", *first))
    assert found["told"] == 80
    assert found["error"] == pytest.approx(alone["error"])
    assert found["p_value"] < 0.01
    text = page(later, told_in("2026-T1", "2026-05-15", *first))
    assert "vers le haut" in text


@examples(20)
@given(st.lists(st.tuples(st.integers(100, 9999), st.integers(100, 9999)), min_size=1, max_size=21))
def test_a_mean_revision_is_never_larger_than_the_mean_of_sizes(pairs):
    before, now = zip(*pairs, strict=True)
    first = told_in("2026-T1", "2026-05-15", *visits(*map(float, before)))
    found = sized(visits(*map(float, now)), first)
    assert abs(found["mean"]) <= found["absolute"] + 1e-9
    assert found["revised"] == sum(a != b for a, b in pairs)
    same = sized(visits(*map(float, before)), first)
    assert (same["revised"], same["mean"], same["absolute"]) == (0, 0.0, 0.0)


def test_a_correction_is_told_with_its_day_and_its_reason_once_it_holds():
    why = "Des robots étaient comptés parmi les visites du BOAMP."
    of = {"kind": "correction", "product": ["boamp"], "why": why}
    found = [Revision(id="a", since="2026-08-01", **of), Revision(id="b", since="2026-09-01", **of)]
    known = demonstration_catalogue().model_copy(update={"revisions": {x.id: x for x in found}})
    text = page(visits(1000.0), known=known)
    assert text.count(f"- **Correction : BOAMP.** {why} Depuis le 1er août 2026.") == 1
    assert "septembre" not in text
    phone = Revision(id="a", since="2026-08-01", **of | {"product": [], "channel": ["phone"]})
    known = known.model_copy(update={"revisions": {"a": phone}})
    assert "- **Correction : Téléphone.** " in page(visits(1000.0), known=known)


@pytest.mark.parametrize(("indicator", "limit"), [
    (["visits_adjusted"], "Limite : 2 %."),
    (["satisfaction_10"], "Limite : 2 points."),
    ([], "Limite : 2 % d'un comptage, 2 points d'une note."),
])  # fmt: skip
def test_a_routine_s_limit_is_in_the_unit_of_what_it_may_change(indicator, limit):
    why = "Les derniers jours arrivent après la clôture."
    of = {"device": ["jdma-boamp"], "indicator": indicator, "at_most": 2, "months": 3}
    routine = Revision(id="a", kind="routine", why=why, **of)
    known = demonstration_catalogue().model_copy(update={"revisions": {"a": routine}})
    mark = visits(7.0, indicator="satisfaction_10", unit="sur 10")
    text = page([*visits(1000.0), *mark], known=known)
    assert limit in text.replace("\u202f", " ").replace("\xa0", " ").replace("’", "'")
