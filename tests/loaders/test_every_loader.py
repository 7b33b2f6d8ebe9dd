"""Every loader against the bad input that a stranger's export brings."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, contract
from observlib.loaders import Loaded, load, loader_names

Cells = list[str]


@dataclass(frozen=True)
class Export:
    """A table of texts that a loader reads, each of its rows good."""

    loader: str
    lines: str
    delimiter: str = ";"  # of the file; the lines have semicolons
    table: str | None = None  # of the device of `plain_csv`
    key: int | None = None  # a column in which another text makes another row

    @property
    def header(self) -> Cells:
        return self.lines.split("\n")[0].split(";")

    @property
    def rows(self) -> list[Cells]:
        return [line.split(";") for line in self.lines.split("\n")[1:]]

    def text(self, *rows: Cells, header: Cells | None = None, delimiter: str = "") -> str:
        """The export with other rows, another header or separator."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=delimiter or self.delimiter, lineterminator="\n")
        writer.writerows([header or self.header, *(rows or self.rows)])
        return out.getvalue()

    def spoiled(self, number: int, cells: dict[int, str]) -> Cells:
        """A good row, unlike others of another number, with some of its cells changed."""
        row = list(self.rows[number % 2])
        if self.key is not None:
            row[self.key] += str(10 + number)
        return [cells.get(place, cell) for place, cell in enumerate(row)]


KNOWN = yaml.safe_load(Path(__file__).with_name("exports.yml").read_text(encoding="utf-8"))
EXPORTS = {name: Export(**told) for name, told in KNOWN["good"].items()}
FORMATS = {"calls", "call_intervals", "polls", "sales", "subscriptions", "tickets", "user_tests"}
FORMATS |= {"jdma", "plausible", "touchpoints", "matomo_csv", "matomo_json", "datagouv_metrics"}
FORMATS |= {"barometre", "france_services", "published_figures"}
OTHERS = {"datagouv_metrics", "demarches", "matomo_json", "spss_stata"}
OTHERS |= {"workshops"}  # no tables of texts: their own tests bring them what is bad
OTHERS |= {"code_sheet", "services_publics_plus_codes"}  # a row a cell: so do theirs
PHONE, MAIL = "06\u00a012\u00a034\u00a056\u00a078", "jean.dupont@exemple.invalid"
SPOILED = ["#N/A", "-", "n.d.", "-0", "1.234", "1,234", "12 34", "9" * 18, "9" * 25, "NaN", "inf"]
SPOILED += ["45 %", "Total", "05/06/2026", "06/13/2026", "2026-03-29 02:30", "a\nb", PHONE, MAIL]
EVERY = pytest.mark.parametrize("export", EXPORTS.values(), ids=EXPORTS)
Read = Callable[..., Loaded]


@pytest.fixture(scope="session")
def whole() -> dict[Export, Loaded]:
    """What good exports give, each read once."""
    return {}


@pytest.fixture
def read(tmp_path: Path, catalogue: Catalogue, survey: Any, whole: dict[Export, Loaded]) -> Read:
    def loaded(export: Export, content: str | bytes | None = None) -> Loaded:
        if content is None:
            whole[export] = whole.get(export) or loaded(export, export.text())
            return whole[export]
        device, known = survey(export.loader)
        if export.loader != "limesurvey":
            device = device.model_copy(update={"table": export.table, "questionnaire": None})
            known = catalogue
        path = tmp_path / "export_2026-03.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load(path, device, known)

    return loaded


def refused(read: Read, export: Export, content: str | bytes) -> str:
    """Why a file is refused, each problem in one line."""
    with pytest.raises(ObservError) as caught:
        read(export, content)
    assert all("\n" not in p and "export_2026-03.csv" in p for p in caught.value.problems)
    return str(caught.value)


def same(found: Loaded, good: Loaded) -> None:
    pd.testing.assert_frame_equal(found.rows, good.rows)


def sound(found: Loaded) -> None:
    """What holds of anything that is loaded: reasons to read, nobody told, numbers that can be."""
    told = found.rejects
    assert (told["reason"].str.len() > 0).all() and (told["row"] >= 1).all()
    assert told["row"].notna().all() and list(told.columns) == contract.REJECT_COLUMNS
    shown = told.astype(str).to_csv() + str(found.notices)
    assert not re.search(r"06\s12|@exemple", shown)
    numbers = found.rows.select_dtypes("number").to_numpy(float, na_value=0.0)
    assert (abs(numbers) <= 1e15).all()
    assert "-0.0" not in found.rows.astype(str).to_csv()


def test_a_new_loader_must_stand_here_to_be_held_to_bad_input():
    assert {export.loader for export in EXPORTS.values()} | OTHERS == {*loader_names(), *FORMATS}


@EVERY
def test_the_good_export_is_read_whole_or_the_tests_below_would_prove_nothing(read, export):
    found = read(export)
    assert len(found.rows) >= len(export.rows) and found.rejects.empty


@EVERY
def test_a_file_without_text_or_without_a_row_is_refused_or_gives_none(read, export):
    assert "empty file" in refused(read, export, "")
    alone = export.text().split("\n")[0] + "\n"
    if export.loader in ("limesurvey", "services_publics_plus"):  # to which nobody may have said
        assert read(export, alone).rows.empty
    else:
        assert "no row under the header" in refused(read, export, alone)


@EVERY
def test_a_file_in_cp1252_is_refused_and_says_how_to_save_it(read, export):
    said = refused(read, export, export.text().encode() + "été;€\n".encode("cp1252"))
    assert ":4: not UTF-8" in said and "save the file as UTF-8" in said


@EVERY
def test_a_missing_or_renamed_column_is_named_with_those_there(read, export):
    for header in (["Colonne inconnue", *export.header[1:]], export.header[1:]):
        rows = [row[-len(header) :] for row in export.rows]
        said = refused(read, export, export.text(*rows, header=header))
        assert re.search(r"missing column|no visits by period|does not say its|period", said)


WRITTEN: dict[str, Callable[[Export], str | bytes]] = {
    "with a mark of UTF-8": lambda export: export.text().encode("utf-8-sig"),
    "in UTF-16": lambda export: export.text().encode("utf-16"),
    "as Excel does, with blank lines": lambda export: (
        f"sep={export.delimiter}\n" + export.text().replace("\n", "\n\n")
    ).replace("\n", "\r\n"),
    "with headers in capitals": lambda export: export.text(
        header=[f" {name.upper()}\u00a0" for name in export.header]
    ),
    "with tabs": lambda export: export.text(delimiter="\t"),
    "with remarks of several lines": lambda export: export.text(
        *([*row, f'un "mot"\nou{export.delimiter} deux'] for row in export.rows),
        header=[*export.header, "Remarques"],
    ),
}
NOT_READ = {  # the CSV of a tidy table has its columns to the letter, and no other
    ("plain_csv", "with headers in capitals"): "unknown columns",
    ("plain_csv", "with remarks of several lines"): "unknown column 'Remarques'",
    ("services_publics_plus", "with tabs"): "separated by tabs",
}


@EVERY
@pytest.mark.parametrize("way", WRITTEN)
def test_what_is_written_in_another_way_is_read_the_same(read, export, way):
    content = WRITTEN[way](export)
    if why := NOT_READ.get((export.loader, way)):
        assert why in refused(read, export, content)
    else:
        same(read(export, content), read(export))


@EVERY
def test_a_row_written_twice_counts_once(read, export):
    found = read(export, export.text(*export.rows, export.rows[0]))
    same(found, read(export))
    assert found.rejects["row"].unique().tolist() == [4]
    assert found.rejects["reason"].str.contains("row 2").all()


@EVERY
def test_a_line_of_totals_a_remark_and_a_cut_line_add_nothing(read, export):
    empty, cut = [""] * (len(export.header) - 1), export.spoiled(5, {})[:-1]
    extra = [["Total", *empty], ["Total", *empty[1:], "2468"], ["# extrait le 3 mars"], cut]
    found = read(export, export.text(*export.rows, *extra))
    if export.loader == "services_publics_plus":  # whose last text may go on for lines
        assert len(found.rows) == 1 and found.rejects["row"].tolist() == [3, 7]
        return
    same(found, read(export))
    told = set(found.rejects["row"])
    reasons = dict(zip(found.rejects["row"], found.rejects["reason"], strict=True))
    assert all(f"cells, and the header {len(export.header)}" in reasons[row] for row in (6, 7))
    if "indic_va" in export.header:  # without it, a row is an aim
        told |= {4}
    assert told == {4, 5, 6, 7}


@EVERY
def test_a_file_without_its_header_shows_nobody_in_the_error(read, export):
    row = [MAIL, PHONE, *export.rows[0][2:]]
    said = refused(read, export, export.text(row, header=row))
    assert not re.search(r"06\s?12|@", said)  # a folder of pytest's may hold 06


@EVERY
def test_a_spoiled_cell_never_makes_a_wrong_number_or_shows_a_person(read, export):
    for column in range(len(export.header)):
        rows = [export.spoiled(n, {column: cell}) for n, cell in enumerate(SPOILED)]
        try:
            found = read(export, export.text(*export.rows, *rows))
        except ObservError as error:  # a cell that makes another value of a count told before
            assert re.search("rows [23] and . have the same .* and other values", str(error))
            continue
        sound(found)
        assert "#N/A" not in found.rows.astype(str).to_csv()


STARTS = {  # of the exports that are no tables of texts
    "datagouv_metrics": (b'{"monthlyStats": [',),
    "demarches": (b"PK\x03\x04",),
    "matomo_json": (b'{"2026-03-01": ',),
    "workshops": (b"date: ", b"- date: 2026-03-01\n  title: "),
}


@pytest.mark.parametrize("name", [*EXPORTS, *sorted(OTHERS - {"spss_stata"})])
@examples(10)
@given(
    content=st.binary(max_size=200)
    | st.lists(st.lists(st.text(max_size=5), max_size=8)).map(
        lambda rows: "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass")
    )
)
def test_any_bytes_give_rows_or_one_plain_error(read, name, content):
    export = EXPORTS.get(name) or Export(name, "")
    headers = [f"{sign.join(export.header)}\n".encode() for sign in export.delimiter + "\t"]
    for start in (b"", *STARTS.get(name, headers)):
        try:
            sound(read(export, start + content))
        except ObservError as error:
            assert all("\n" not in p and "export_2026-03.csv" in p for p in error.problems)


YEARS = ("0001", "0024", "1899", "2201", "9998", "9999")
# and of each loader with other columns of days than those of the export above
DATED = {name: Export(**told) for name, told in KNOWN["of other columns of days"].items()}
DATED |= EXPORTS


@pytest.mark.parametrize("name", DATED)
def test_a_year_that_nobody_meant_costs_its_row_alone_in_any_column(read, name):
    export = DATED[name]
    good = export.rows[:1]
    for column, cell in enumerate(good[0]):
        if not re.search(r"\b20\d\d\b", cell):
            continue
        cells = [re.sub(r"\b20\d\d\b", year, cell) for year in YEARS]
        bad = [export.spoiled(2 * n, {column: text}) for n, text in enumerate(cells)]
        if export.loader == "polls":  # whose rows are one with the other options of the poll
            good = export.rows
            bad = [option for row in bad for option in (row, [*row[:4], "Non", *row[5:]])]
        found = read(export, export.text(*good, *bad))
        same(found, read(export, export.text(*good)))
        first = 2 + len(good)
        assert set(found.rejects["row"]) == set(range(first, first + len(bad))), (column, cell)
        assert (found.rejects["reason"].str.len() > 0).all()


AMERICAN = {
    "barometre": 3, "barometre of one indicator": 2, "call_intervals": 0, "calls": 1,
    "limesurvey": 1, "polls": 1, "services_publics_plus": 1, "tickets": 1, "user_tests": 1,
}  # fmt: skip


@pytest.mark.parametrize("name", AMERICAN)
def test_a_file_with_months_first_is_never_read_with_days_first(read, name):
    export, rows = EXPORTS[name], [list(row) for row in EXPORTS[name].rows]
    for row, day in zip(rows, ("05/06/2025", "05/13/2025"), strict=True):
        row[AMERICAN[name]] = day + row[AMERICAN[name]][10:].replace("T", " ")[:6]
    found = read(export, export.text(*rows))
    assert found.rows.empty and set(found.rejects["row"]) == {2, 3}
    assert "may have its month first, as row 3 has; write YYYY" in " ".join(found.rejects["reason"])


@EVERY
def test_any_table_gives_rows_and_rejects_or_one_plain_error(read, export):
    reached: Counter[bool] = Counter()
    cell = st.sampled_from([*SPOILED, ""]) | st.text(st.characters(codec="utf-8"), max_size=8)
    cells = st.dictionaries(st.integers(0, len(export.header) - 1), cell, max_size=2)
    more = st.sampled_from([0, 0, 0, 0, -1, 1])

    @examples(10)
    @given(table=st.lists(st.tuples(cells, more), max_size=4))
    def run(table: list[tuple[dict[int, str], int]]) -> None:
        rows = [export.spoiled(n, spoiled) for n, (spoiled, _) in enumerate(table)]
        wide = [
            row[:more] if more < 0 else [*row, *["x"] * more]
            for row, (_, more) in zip(rows, table, strict=True)
        ]
        try:
            found = read(export, export.text(*export.rows, *wide))
        except ObservError as error:
            assert "\n" not in str(error)
            reached[False] += 1
            return
        sound(found)
        reached[not found.rows.empty] += 1

    run()
    assert 2 * reached[True] >= reached.total(), "most must get past the header and have rows"
