"""Grids of shades: values in their cells, names beside them, and nothing by colour alone."""

import pytest
import seaborn as sns
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from tests.words import alt_of, plain

from observlib import display
from observlib.base.errors import ObservError
from observlib.display import grids, style

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi")


def written(texts, figures) -> list[str]:
    return [plain(text) for text in texts(figures[-1])]


def hours(first: int, last: int, top: float = 100.0) -> dict[str, float | str]:
    return {
        f"{day} · {hour} h": top - abs(13 - hour) * 3 - i
        for i, day in enumerate(DAYS)
        for hour in range(first, last)
    }


def test_a_grid_tells_its_extremes_and_those_of_each_row(grouped, invented):
    cells = {"lundi · 9 h": 40.0, "lundi · 10 h": 90.0, "mardi · 9 h": 12.0, "mardi · 10 h": 20.0}
    said = alt_of(display.heat_chart(grouped(cells, "appels"), invented, caption="C"))
    assert "2 lignes et 2 colonnes" in said
    assert "Au plus haut : 90 appels (lundi, 10 h). Au plus bas : 12 appels (mardi, 9 h)." in said
    assert "Lundi : de 40 appels (9 h) à 90 appels (10 h)." in said


def test_values_stand_in_their_cells_between_named_rows_and_columns(
    grouped, invented, texts, figures, assert_readable
):
    display.heat_chart(grouped(hours(8, 19), "appels"), invented, caption="C")
    assert_readable()
    told = written(texts, figures)
    assert {"100", "85", *DAYS, "8 h", "18 h"} <= set(told)
    assert {"75 appels", "100 appels"} <= set(told)  # the ends of the shades


def test_cells_too_narrow_for_values_keep_their_shade_and_marks(
    grouped, invented, texts, figures, assert_readable
):
    cells = hours(0, 33, 5000.0) | {"lundi · 3 h": "missing", "lundi · 4 h": "suppressed"}
    frame = grouped(cells, "appels", states={"mardi · 0 h": "low_base", "mardi · 2 h": "partial"})
    display.heat_chart(frame, invented, caption="C")
    assert_readable()
    told = written(texts, figures)
    assert {"×", "s", "f", "p", "0 h", "3 h"} <= set(told) and "1 h" not in told
    (grid,) = figures[-1].axes[0].collections
    assert grid.get_array().count() == 5 * 33 - 2  # and nothing where a value is withheld
    notes = " ".join(told).replace("\n", " ")
    for note in ("f : faible effectif (moins de 30).", "× : donnée non disponible."):
        assert note in notes


def test_care_is_written_under_the_value(grouped, invented, texts, figures):
    states = {"lundi · 9 h": "low_base", "mardi · 9 h": "partial"}
    frame = grouped({"lundi · 9 h": 4.0, "mardi · 9 h": 9.0, "mardi · 8 h": "missing"},
                    states=states)  # fmt: skip
    display.heat_chart(frame, invented, caption="C")
    told = written(texts, figures)
    assert {"4 %\n(f)", "9 %\n(p)", "nd"} <= set(told)
    assert any("Case vide : aucune mesure." in text for text in told)  # Monday at 8


def test_long_names_wrap_or_turn_and_never_touch(grouped, invented, assert_readable):
    rows = ("Service-public.fr", "Direction de l'information légale et administrative")
    for columns in (
        ["Trouve l'information cherchée", "Démarche terminée en ligne"],
        [f"Motif assez long numéro {sign}" for sign in "abcdefghijkl"],
        [f"{n} h" for n in range(24)],
    ):
        cells = {f"{row} · {column}": 20.0 + len(column) for row in rows for column in columns}
        display.heat_chart(grouped(cells), invented, caption="C")
    assert_readable()


def test_more_columns_of_words_than_fit_are_refused(grouped, invented):
    cells = {f"rang · colonne {'x' * n}": 5.0 for n in range(1, 60)}
    with pytest.raises(ObservError, match="59 columns named in words; at most"):
        display.heat_chart(grouped(cells), invented, caption="C")


def test_near_values_look_near():
    frame_ends = grids._ends
    import pandas as pd

    low, high = frame_ends(pd.Series([98.0, 99.0]))
    assert low <= 75 and high == 99
    assert frame_ends(pd.Series([10.0, 99.0])) == (10.0, 99.0)
    assert frame_ends(pd.Series([0.0, 0.0])) == (0.0, 1.0)


def test_a_grid_without_a_value_says_so(grouped, invented, assert_readable):
    made = display.heat_chart(grouped({"a · b": "suppressed"}), invented, caption="C")
    assert "1 ligne et 1 colonne. Aucune valeur ne peut être montrée." in alt_of(made)
    assert_readable()


def test_a_grid_needs_rows_and_columns(grouped, invented):
    with pytest.raises(ObservError, match="lundi is not “row · column”"):
        display.heat_chart(grouped({"lundi": 40.0}), invented, caption="C")


@given(st.floats(0, 1))
def test_a_number_can_be_read_on_every_shade(share):
    def luminance(colour: object) -> float:
        red, green, blue = (
            x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in to_rgb(colour)
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shade = sns.blend_palette(style.GRADES, as_cmap=True)(share)
    low, high = sorted([luminance(grids._ink(shade)), luminance(shade)])
    assert (high + 0.05) / (low + 0.05) >= 4.5
