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
from observlib.base.period import Quarter, months_between
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Revision
from observlib.cli.edition import print_difference
from observlib.confidentiality.disclosure import Published
from observlib.estimates import make_comparisons
from observlib.pipeline import archive, revisions
from observlib.pipeline.archive import Publication
from observlib.publish import vintages
from observlib.publish.vintages import difference_between, difference_pages

QUARTERS = ("2026-T2", "2026-T3")
REFERENCE = {"2026-T2": "2025-T2", "2026-T3": "2025-T3"}
HIDDEN = {"status": "suppressed", "estimate": None, "n": None}


def figure(quarter: str, estimate: float, product: str = "boamp", **more: Any) -> dict[str, Any]:
    row = {"indicator": "satisfaction_10", "product": product, "channel": "web", "n": 40}
    row |= {"device": f"jdma-{product}", "unit": "sur 10", "period": quarter}
    return row | {"estimate": estimate} | more


def pair(row: dict[str, Any], verdict: str) -> dict[str, Any]:
    row = row | {"status": "published"}
    then = row | {"period": REFERENCE[row["period"]], "estimate": 5.0}
    reference = {f"reference_{name}": value for name, value in then.items()}
    ends = (-1.5, -1.0, -0.5) if verdict == "fall" else (0.5, 1.0, 1.5)
    found = dict(zip(("difference_low", "difference", "difference_high"), ends, strict=True))
    return row | reference | found | {"against": "before", "verdict": verdict}


def edition(
    quarter: str, *rows: dict[str, Any], verdicts: tuple[str, ...] = (), day: str = "2026-11-16",
    number: int = 1,
) -> Publication:  # fmt: skip
    """A publication, from a file of its own; `verdicts` are those on its first rows."""
    told = Published(estimates.make([row | {"source": f"a@{day}"} for row in rows]), [])
    pairs = [pair(row, verdict) for row, verdict in zip(rows, verdicts, strict=False)]
    known = make_comparisons(pd.DataFrame(pairs) if pairs else None)
    return Publication(f"{number:04d}-{quarter}", told, day, known)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def changes(told: list[Publication], catalogue: Catalogue) -> str:
    return plain(difference_pages(told, catalogue)["2026-T3"][2])


def test_a_quarter_is_never_set_against_a_year_or_a_month(catalogue):
    year, month = figure("2025-10/2026-09", 7.0), figure("2026-09", 7.5)
    first = edition("2026-T2", figure("2026-T2", 6.0))
    found = difference_between(first, edition("2026-T3", year, month), catalogue)
    assert found.changed.empty
    assert found.added["period"].tolist() == ["2025-10/2026-09"]
    assert found.removed["period"].tolist() == ["2026-T2"]


def test_an_erratum_is_told_as_the_reason_of_its_revision(catalogue):
    row = figure("2026-T2", 6.0)
    told = [edition("2026-T2", row), edition("2026-T3", row | {"estimate": 6.4})]
    names = {name: row.get(name, "") for name in estimates.FIGURE}
    about = {"erratum": "note", "day": "2026-11-10", "cause": "source", "unit": "sur 10"}
    about |= {"published": 6.0, "corrected": 6.4, "what": "Un mois était compté deux fois."}
    corrected = pd.DataFrame([names | about]).reindex(columns=revisions.ERRATA_COLUMNS)
    known = revisions.with_errata(catalogue, corrected)
    assert difference_between(*told, known).revised["reason"].tolist() == ["erratum-note"]
    page = changes(told, known)
    assert "**Un mois était compté deux fois.**" in page and "6,0 sur 10 → 6,4 sur 10" in page


@pytest.mark.parametrize(("later", "revised"), [
    ({}, 0), ({"estimate": 6.4}, 1), (HIDDEN, 1),
])  # fmt: skip
def test_a_figure_of_the_same_period_told_otherwise_is_a_revision(catalogue, later, revised):
    row = figure("2026-T2", 6.0, group="age", group_value="18-24")
    second = edition("2026-T3", row | later, figure("2026-T3", 7.0), day="2026-12-01")
    found = difference_between(edition("2026-T2", row), second, catalogue)
    assert len(found.revised) == revised
    assert found.changed.empty, "an edition's own quarter, and no earlier one"


def test_the_page_of_changes_tells_what_is_new_and_what_was_known(catalogue):
    names = ("service-public", "legifrance", "vie-publique")
    verdicts = (("unknown", "fall", "rise"), ("unknown", "rise", "rise"))
    told = [
        edition(quarter, *(figure(quarter, 6.0 + n, one) for one in names), verdicts=verdicts[n])
        for n, quarter in enumerate(QUARTERS)
    ]
    found = difference_pages(told, catalogue)
    assert [*found] == ["2026-T3"], "the first edition has none before it"
    name, title, page = found["2026-T3"]
    assert (name, title) == ("changements-2026-T3", "Ce qui a changé de 2026-T2 à 2026-T3")
    lines = [line for line in plain(page).splitlines() if "6,0 sur 10" in line]
    assert ["en hausse" in line for line in lines] == [True, True, False]
    assert "6,0 sur 10 | 7,0 sur 10 | en hausse (5,0 au 3e trimestre 2025)" in lines[0]
    assert ["ce que 2026-T2 n’établissait pas" in line for line in lines] == [True, False, False]


@pytest.mark.parametrize(
    ("now", "fall"), [(4.0, "5,0 au 3e trimestre 2025"), (5.0, "à moins de 0,1 près")]
)
def test_a_fall_names_the_value_that_it_fell_from(catalogue, capsys, now, fall):
    told = [edition(quarter, figure(quarter, now), verdicts=("fall",)) for quarter in QUARTERS]
    assert fall in changes(told, catalogue)
    print_difference(difference_between(*told, catalogue), catalogue, *QUARTERS)
    line = f"{now:.1f} sur 10 → {now:.1f} sur 10; fall from 5,0 in 2025-T3".replace(".", ",", 2)
    assert line in plain(capsys.readouterr().out)


def test_a_correction_is_told_on_the_page_of_changes_and_the_last_one_counts(catalogue):
    first = edition("2026-T2", figure("2026-T2", 6.0))
    second = edition("2026-T3", figure("2026-T2", 6.4), figure("2026-T3", 7.0))
    page = changes([first, second], catalogue)
    assert "## Ce qu'elle révise" in page and "6,0 sur 10 → 6,4 sur 10 (2e trimestre 2026)" in page
    assert "**Le motif n'a pas été consigné.**" in page
    again = second._replace(name="0003-2026-T3", told=first.told)
    assert "révise" not in changes([first, second, again], catalogue)


def test_an_indicator_that_left_the_catalogue_since_stops_no_comparison(catalogue):
    told = [edition(each, figure(each, 6.0, indicator="left_since")) for each in QUARTERS]
    assert not any(map(len, difference_between(*told, catalogue)))
    assert "aucune évolution" in changes(told, catalogue)


def test_each_revision_stands_under_its_reason_and_shows_what_differs(catalogue):
    seasons = {"indicator": "visits_adjusted", "unit": "visites", "n": None}
    breaks = {"indicator": "level_change", "unit": "%", "n": None, "ci_high": -29.0}
    told = [
        edition(
            quarter,
            figure("2026-05", 12_900_000.0 + 10 * n, **seasons),
            figure("2025-03", -30.1, **breaks, ci_low=-31.0 + n / 10),
            figure("2026-T1", 6.0 + n, "legifrance"),
        )
        for n, quarter in enumerate(QUARTERS)
    ]
    page = changes(told, catalogue)
    places = [
        page.index(text)
        for text in (
            "**Le motif n'a pas",  # what is no routine comes first
            "**La saison est", "12 900 000 visites → 12 900 010 visites",
            "**L'ampleur d'une rupture", "−31,0 à −29,0", "−30,9 à −29,0",
        )
    ]  # fmt: skip
    assert places == sorted(places)


T2 = edition("2026-T2", figure("2026-T2", 7.1), day="2026-08-17")
MENDED = figure("2026-T2", 6.9)
FIRST = ("2026-T2", 7.1, "published", "2026-T2", 0)


@pytest.mark.parametrize(("later", "rows"), [
    pytest.param(
        [edition("2026-T3", figure("2026-T2", 7.1), figure("2026-T3", 7.3), number=2)],
        [FIRST, ("2026-T3", 7.3, "published", "2026-T3", 0)],
        id="one that stays the same is told once, whatever file it came from",
    ),
    pytest.param(
        [edition("2026-T2", MENDED, day="2026-12-02", number=2)],
        [FIRST, ("2026-T2", 6.9, "published", "2026-T2", 1)],
        id="one that was mended is shown as it was and as it is",
    ),
    pytest.param(
        [edition("2026-T3", MENDED, day="2026-12-02", number=2)],
        [FIRST, ("2026-T2", 6.9, "published", "2026-T3", 1)],
        id="in a later edition too",
    ),
    pytest.param(
        [edition("2026-T2", figure("2026-T2", x), day="2026-08-17", number=2) for x in (5.0, 7.0)],
        [("2026-T2", 7.0, "published", "2026-T2", 0)],
        id="an edition made again on its day is none",
    ),
    pytest.param(
        [edition("2026-T3", figure("2026-T2", 7.1) | HIDDEN, number=2)],
        [FIRST, ("2026-T2", 0, "suppressed", "2026-T3", 1)],
        id="one that is withheld later stays as it was told",
    ),
])  # fmt: skip
def test_a_series_tells_each_figure_as_each_edition_did(later, rows):
    columns = ["period", "estimate", "status", "edition", "revision"]
    found = vintages.tellings([T2, *later])[columns].fillna({"estimate": 0})
    assert [*found.itertuples(index=False, name=None)] == rows


def test_the_page_of_a_product_tells_values_withheld_ones_and_revisions_in_words(catalogue):
    hidden = figure("2026", 0.0) | HIDDEN
    mended = edition("2026-T3", MENDED, hidden, day="2026-12-02", number=2)
    of_group = figure("2025", 7.1, group="age", group_value="18-24")
    told = [T2, mended, edition("2026-T4", of_group, day="2027-02-15", number=3)]
    found = vintages.series_pages(vintages.tellings(told), catalogue)
    assert list(found) == ["series-boamp"]
    title, text = found["series-boamp"][0], plain(found["series-boamp"][1])
    assert title == "BOAMP"
    assert "(2 chiffres, 1 révision)" in text
    rows = re.findall("<tr>(.*)</tr>", text)
    assert [re.findall("<td[^>]*>(.*?)</td>", row) for row in rows if "<td" in row] == [
        ["2026", "s", "–", "2026-T3"],
        ["2e trimestre 2026", "7,1 sur 10", "40", "2026-T2"],
        ["2e trimestre 2026", "6,9 sur 10", "40", "2026-T3 du 2 décembre 2026 (révisée)"],
    ]
    assert "Effectif" in text and "Intervalle" not in text, "no figure of the series has one"


def test_the_file_of_series_has_the_letters_and_the_reason_of_each_figure(catalogue):
    mended = edition("2026-T3", MENDED, figure("2026-T3", 0.0) | HIDDEN, day="2026-12-02", number=2)
    lines = vintages.series_csv(vintages.tellings([T2, mended]), catalogue, True).splitlines()
    rows = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    names = ("period", "estimate", "flags", "edition", "revision", "reason", "synthetic")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("2026-T2", "7.1", "", "2026-T2", "0", "", "true"),
        ("2026-T2", "6.9", "r", "2026-T3", "1", "", "true"),
        ("2026-T3", "", "c", "2026-T3", "0", "", "true"),
    ]


NOW, TODAY = Quarter("2026-T2"), date(2026, 8, 17)
MONTHS = [*months_between("2024-07", "2026-03")]
VISITS = {"indicator": "visits_adjusted", "device": "audience-boamp", "unit": "visites", "n": None}


def visits(*values: float, **more: Any) -> list[dict[str, Any]]:
    of = VISITS | more
    return [figure(month, value, **of) for month, value in zip(MONTHS, values, strict=False)]


def made(rows: list[dict[str, Any]]) -> Publication:
    return archive.in_the_making(estimates.make(rows), NOW, TODAY)


def before(*rows: dict[str, Any]) -> Publication:
    return edition("2026-T1", *rows, day="2026-05-15")


def page(now: list[dict[str, Any]], *told: Publication, known: Catalogue | None = None) -> str:
    return plain(vintages.revisions_part(made(now), told, known or demonstration_catalogue()))


def sized(now: list[dict[str, Any]], *told: Publication) -> dict[str, Any]:
    (row,) = estimates.records(vintages.revision_sizes(vintages.vintages(made(now), told)))
    return row


def test_a_triangle_has_a_row_for_each_period_and_a_column_for_each_edition(catalogue):
    first = before(*visits(1000.0, 1100.0))
    text = page(visits(1010.0, 1100.0, 1200.0), first)
    lines = [line for line in text.splitlines() if line.startswith("| ")][:4]
    assert lines == [
        "| Période | 2026-T1 | 2026-T2 |", "| juillet 2024 | 1 000 | 1 010 |",
        "| août 2024 | 1 100 | 1 100 |", "| septembre 2024 | – | 1 200 |",
    ]  # fmt: skip
    assert "| 2 | 1 | +0,5 % | 0,5 % | – | trop peu de périodes |" in text
    now = made([*visits(1010.0, 1100.0, 1200.0), *visits(9.0, product="bodacc")])
    found = vintages.told_in_triangles(now, [first], catalogue)
    assert {*zip(found["product"], found["period"], strict=True)} == {
        ("boamp", month) for month in MONTHS[:3]
    }
    assert vintages.told_in_triangles(now, [], catalogue).empty  # there is no triangle yet


def test_a_triangle_has_the_last_eight_periods_of_the_last_four_editions(catalogue):
    days = pd.date_range("2025-01-15", periods=5, freq="QS")
    told = [
        edition(str(Quarter(f"{day.year}-T{day.quarter}")), *visits(*[1000.0 + n] * (9 + n)),
                day=f"{day:%Y-%m-%d}", number=n)
        for n, day in enumerate(days)
    ]  # fmt: skip
    found = vintages.told_in_triangles(made(visits(*[1009.0] * 14)), told, catalogue)
    assert sorted(found["edition"].unique()) == ["2025-T3", "2025-T4", "2026-T1", "2026-T2"]
    assert sorted(found["period"].unique()) == MONTHS[6:14]


def test_sizes_are_those_worked_out_by_hand():
    """Of 1 000 and 2 000 visits, 1 010 and 1 960 now: +1 % and −2 %."""
    found = sized(visits(1010.0, 1960.0, 500.0, 900.0), before(*visits(1000.0, 2000.0, 500.0)))
    assert (found["told"], found["revised"], found["unit"]) == (3, 2, "%")
    assert found["mean"] == pytest.approx(-1 / 3)
    assert found["absolute"] == pytest.approx(1.0)


def test_a_mark_is_revised_in_points_and_an_incomplete_period_counts_for_nothing():
    mark = {"indicator": "satisfaction_10", "unit": "sur 10"}
    partial = visits(5.0, **mark)[0] | {"status": "partial", "period": "2026-02"}
    first = before(*visits(7.0, **mark), partial)
    found = sized([*visits(7.5, **mark), partial | {"status": "published", "estimate": 9.0}], first)
    assert (found["told"], found["unit"]) == (1, "points")
    assert found["mean"] == pytest.approx(0.5)


def test_series_of_one_month_are_one_revision_for_the_test():
    first = [row for name in ("boamp", "bodacc") for row in visits(*[1000.0] * 20, product=name)]
    later = [row | {"estimate": 1001.0 + n % 20 % 3} for n, row in enumerate(first)]
    alone = sized(later[:20], before(*first[:20]))
    found = sized(later, before(*first))
    assert found["told"] == 40
    assert found["error"] == pytest.approx(alone["error"])
    assert found["p_value"] < 0.01
    assert "vers le haut" in page(later, before(*first))


@examples(20)
@given(st.lists(st.tuples(st.integers(100, 9999), st.integers(100, 9999)), min_size=1, max_size=9))
def test_a_mean_revision_is_never_larger_than_the_mean_of_sizes(pairs):
    then, now = (visits(*map(float, values)) for values in zip(*pairs, strict=True))
    found = sized(now, before(*then))
    assert abs(found["mean"]) <= found["absolute"] + 1e-9
    assert found["revised"] == sum(a != b for a, b in pairs)
    same = sized(then, before(*then))
    assert (same["revised"], same["mean"], same["absolute"]) == (0, 0.0, 0.0)


def known(*entries: Revision) -> Catalogue:
    found = {entry.id: entry for entry in entries}
    return demonstration_catalogue().model_copy(update={"revisions": found})


def test_a_correction_is_told_with_its_day_and_its_reason_once_it_holds():
    why = "Des robots étaient comptés parmi les visites du BOAMP."
    of: dict[str, Any] = {"kind": "correction", "why": why}
    begun = Revision(id="a", since="2026-08-17", product=["boamp"], **of)
    later = Revision(id="b", since="2026-08-18", product=["boamp"], **of)
    text = page(visits(1000.0), known=known(begun, later))
    assert text.count(f"- **Correction : BOAMP.** {why} Depuis le 17 août 2026.") == 1
    assert "18 août" not in text
    phone = Revision(id="a", since="2026-08-01", channel=["phone"], **of)
    assert "- **Correction : Téléphone.** " in page(visits(1000.0), known=known(phone))


@pytest.mark.parametrize(("indicator", "at_most", "limit"), [
    (["visits_adjusted"], 2, "Limite : 2 %."),
    (["satisfaction_10"], 2.5, "Limite : 2,5 points."),
    ([], 2, "Limite : 2 % d'un comptage, 2 points d'une note."),
])  # fmt: skip
def test_a_routine_s_limit_is_in_the_unit_of_what_it_may_change(indicator, at_most, limit):
    why = "Les derniers jours arrivent après la clôture."
    of = {"device": ["jdma-boamp"], "indicator": indicator, "at_most": at_most, "months": 3}
    routine = Revision(id="a", kind="routine", why=why, **of)
    mark = visits(7.0, indicator="satisfaction_10", unit="sur 10")
    text = page([*visits(1000.0), *mark], known=known(routine))
    assert limit in text.replace("’", "'")
