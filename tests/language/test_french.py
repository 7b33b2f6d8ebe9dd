"""Numbers, days and names in French, and the spaces of print around them."""

import math
import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.language import french
from observlib.language.prose import typography, unbroken

CASES = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)


@given(finite, st.integers(0, 4))
def test_a_written_number_reads_back_as_the_rounded_one(x, decimals):
    text = french.number(x, decimals)
    assert " " not in text and "." not in text and "-" not in text
    back = float(text.replace("\u202f", "").replace(",", ".").replace("−", "-"))
    assert abs(back - x) <= 0.5 * 10.0**-decimals * (1 + 1e-9) + abs(x) * 1e-12
    assert len(text.partition(",")[2]) == decimals


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 4))
def test_no_finite_number_stops_a_page(x, decimals):
    assert french.number(x, decimals)
    assert french.compact(x)


@pytest.mark.parametrize("x", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_there_is_never_printed_as_nan(x):
    with pytest.raises(ObservError, match="cannot be written"):
        french.number(x)


def test_halves_go_away_from_zero_and_no_change_has_a_sign():
    assert [french.number(x) for x in (0.5, 1.5, 2.5, -2.5)] == ["1", "2", "3", "−3"]
    assert french.number(8.25, 1) == "8,3"
    signed = [french.signed(x, 1) for x in (0.04, -0.04, 0.05, -0.05)]
    assert signed == ["0,0", "0,0", "+0,1", "−0,1"]
    assert french.percent(-0.2, sign=True) == "0\xa0%"


@given(st.floats(1, 1e12))
def test_axis_numbers_are_short_and_near(x):
    text = french.compact(x)
    assert len(text) <= 7
    digits, _, power = text.replace(",", ".").partition("\xa0")
    value = float(digits) * {"": 1, "k": 1e3, "M": 1e6, "Md": 1e9, "Bn": 1e12}[power]
    assert abs(value - x) <= 0.06 * x


def test_thousands_and_the_first_of_a_month_are_written_in_french():
    assert [french.compact(x) for x in (999_960, 999.96)] == ["1\xa0M", "1\xa0k"]
    days = [french.day_label(date(2026, 11, day)) for day in (1, 11, 21)]
    assert days == ["1er novembre 2026", "11 novembre 2026", "21 novembre 2026"]


@pytest.mark.parametrize("period", ["", "2026-T5", "2026-13", "2026-02-30", "T3 2026", "2026/2027"])
def test_an_unknown_period_is_named_with_what_is_allowed(period):
    with pytest.raises(ObservError, match=r"allowed|periods are YYYY"):
        french.period_label(period)


def test_quotes_in_quotes_and_apostrophes_are_of_one_kind_everywhere():
    assert french.inner_quotes('« Non », dit-on ; "oui" et « peut-être »') == (
        "“Non”, dit-on ; “oui” et “peut-être”"
    )
    sources = (Path(__file__).parents[2] / "src").rglob("*.py")
    writing = '.replace("\'", "’")'
    holding = [path.name for path in sources if writing in path.read_text(encoding="utf-8")]
    assert holding == ["prose.py"]


SPACES = re.compile("[ \u00a0\u202f]")
SIGNS = " :;!?%«»a1é`|{}[]()\n\n-$<>&#~*_=./'\t\\"
pieces = st.sampled_from([*SIGNS, "```", "---\n", ":::", "http://a/?b", "    ", "\xa0"])
markdown = st.lists(pieces, max_size=40).map("".join)


@given(markdown)
def test_only_spaces_change_whatever_the_markdown_and_a_second_pass_changes_nothing(text):
    once = typography(text)
    assert SPACES.sub("", once) == SPACES.sub("", text)
    assert typography(once) == once
    label = unbroken(text)
    assert unbroken(label) == label
    assert SPACES.sub("", label) == SPACES.sub("", text).replace("'", "’")


@pytest.mark.parametrize("kept", CASES["no prose"])
def test_what_is_not_prose_stays_as_it_is(kept):
    assert typography(kept) == kept
    assert kept in typography(f"{kept}\n\nTexte : fin !")


@pytest.mark.parametrize(("written", "printed"), CASES["prose"])
def test_prose_gets_its_spaces(written, printed):
    assert typography(written) == printed


@pytest.mark.parametrize(("label", "written"), CASES["labels"])
def test_a_label_is_not_broken_within_a_number_or_before_its_unit(label, written):
    assert unbroken(label).replace("\xa0", "~").replace("\u202f", "^") == written
