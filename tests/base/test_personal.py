"""What is a person's is told from what is not: both kinds of mistake are dear."""

import hashlib
import random
import string
import subprocess
import sys
import uuid
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import demonstration_catalogue
from tests.examples import examples

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.personal import but_codes, held, names_among, reads_as_name
from observlib.catalogue import contract
from observlib.catalogue.tables import Column
from observlib.display import output

KNOWN = yaml.safe_load(Path(__file__).with_name("personal.yml").read_text(encoding="utf-8"))
HELD, NOT_HELD = KNOWN["held"], KNOWN["not_held"]


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, texts in HELD.items() for t in texts])
def test_however_it_is_written_a_person_s_address_or_number_is_told(kind, text):
    for around in (text, f"Écrire à {text} avant mars"):
        assert kind in (held(around) or ""), around


@pytest.mark.parametrize("text", NOT_HELD)
def test_dates_amounts_books_and_companies_are_no_person(text):
    assert held(text) is None and held(f"Voir {text}, svp") is None


def drawn_identifiers() -> dict[str, list[str]]:
    draw = random.Random(1)
    codes = {"uuid": [str(uuid.UUID(int=draw.getrandbits(128))) for _ in range(2000)]}
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in codes["uuid"]]
    codes |= {f"hash {n}": [text[:n] for text in hashes] for n in (8, 12, 16, 24, 64)}
    for signs in (string.ascii_uppercase, string.ascii_lowercase):
        for n in (6, 8):
            drawn = ["".join(draw.choices(signs + string.digits, k=n)) for _ in range(2000)]
            codes[f"base 36 {signs[0]}{n}"] = drawn
    for kind, first in (("milliseconds", 1_790_812_800_000), ("day and number", 2_610_110_000_000)):
        drawn = [first + number for number in draw.sample(range(10_000, 9_999_999), 2000)]
        # one in a thousand has the key of a tax number
        codes[kind] = [str(n) for n in drawn if n // 1000 % 511 != n % 1000]
    return codes | {"number": [str(number) for number in draw.sample(range(10**9), 2000)]}


DRAWN = drawn_identifiers()


@pytest.mark.parametrize("kind", DRAWN)
def test_identifiers_that_tools_draw_are_kept(kind):
    row = {"device": "d", "channel": "web", "feeling": "positive"}
    row |= {"date": pd.Timestamp("2026-03-05"), "told_by": "Autre"}
    ids = sorted(set(DRAWN[kind]))
    rows = pd.DataFrame([row | {"experience_id": text} for text in ids])
    kept, rejects = contract.conform(rows, "experiences", "a.csv")
    assert rejects.empty and kept["experience_id"].tolist() == ids


def test_a_name_is_no_identifier_and_a_code_is_one():
    for text in ("Zoé Martin", "MARTIN Zoé", "Martin, Zoé", "zoe.martin"):
        assert reads_as_name(text) and names_among(["1", "2", text]) == {text}
    for text in ("zmartin", "Zoé-Martin", "MARTIN", "zoé"):  # among codes not drawn like it
        assert names_among([text, *(f"T-{number:03}" for number in range(9))]) == {text}
    names = {"zmartin", "ldurand", "mdupont"}  # though some hold a digit
    assert names_among([*names, "zmarti2"]) == names
    for text in ("1", "a", "P01", "0x1273b54", "abcXyzQrsTuv", "T-2026-01"):
        assert not names_among([text])
    # nor is a social security number, with its key or set apart
    for text in ("185057800608491", "1 85 05 78 006 084"):
        assert held(text, identifier=True) == "a social security number"


@pytest.mark.parametrize("column", ["product", "device", "group_value", "unit", "source"])
@pytest.mark.parametrize("person", [texts[0] for texts in HELD.values()])
def test_no_output_is_made_that_shows_a_person(column, person):
    row = {"indicator": "visits", "period": "2026-T3", "estimate": 12.0, "unit": "visites"}
    row |= {"group": "réponse", "group_value": "Oui"}
    said, catalogue = output.text("Tout va bien."), demonstration_catalogue()
    said.carrying([estimates.make([row])], catalogue)
    with pytest.raises(ObservError) as caught:
        said.carrying([estimates.make([row | {column: f"Q {person} ?"}])], catalogue)
    assert column in str(caught.value) and person not in str(caught.value)


@pytest.mark.parametrize("key", ["caption", "alt", "data_markdown"])
@pytest.mark.parametrize("person", [texts[0] for texts in HELD.values()])
def test_no_caption_or_other_text_of_an_output_shows_a_person(key, person):
    content = {"kind": "chart", key: f"Q {person} ?", **estimates.to_json(estimates.make([]))}
    with pytest.raises(ObservError, match=f"chart: its {key} holds") as caught:
        output.Output({"text/plain": "Q ?"}, content)
    with pytest.raises(ObservError, match="text: its text holds"):
        output.text(f"Q {person} ?")
    assert person not in str(caught.value)


RULE = """
import resource
from observlib.base.personal import held
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
rule = "-" * 300_000
assert held(f"{rule} 06 12 34 56 78 & {rule}") == "a telephone number"
"""


def test_the_rules_of_a_table_as_wide_as_a_long_label_do_not_hold_a_page_up():
    """Where each sign of a rule read all those after it, this took some twenty minutes."""
    pytest.importorskip("resource")  # Windows has no limits of this kind
    subprocess.run([sys.executable, "-c", RULE], check=True)


CODES = st.one_of(
    st.text(st.sampled_from("0123456789aAbFz-_ .@é"), max_size=18), st.uuids().map(str),
    st.from_regex(r"\A[0+3][0-9 .-]{8,12}\Z"), st.from_regex(r"\A[A-Z]{2}\d\d[A-Z0-9]{8,24}\Z"),
    st.from_regex(r"\A[A-Za-z_-]{0,4}[0-9]{9,17}[A-Z]?\Z"),
)  # fmt: skip


@examples(500)
@given(st.lists(CODES, unique=True))
def test_an_identifier_whose_shape_alone_lets_it_in_is_one_that_every_check_would_let_in(texts):
    column = Column(kind="text", person=True)
    codes = {*texts} - {*but_codes(texts)}
    assert not [text for text in codes if contract.fault(text, column) or reads_as_name(text)]
    assert not codes & names_among(texts)


def test_short_codes_and_uuids_need_no_other_check_and_numbers_to_call_do():
    codes = ["c000012", "AB-12", "20260301123456", "c202600000012"]
    codes += ["8f14e45f-ceea-467f-a0f1-3b2c1d4e5f60"]
    others = ["0612345678", "33612345678", "1850578006084", "zmartin", "06 12"]
    assert but_codes([*codes, *others]) == others
