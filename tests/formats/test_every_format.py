"""Every format against the bad cells that a stranger's export brings: read, rejected or refused."""

import csv
import io
import re

import pytest
from tests.copies import demonstration_catalogue
from tests.formats.test_samples import device

from observlib.base.errors import ObservError
from observlib.catalogue import FIELDS, contract
from observlib.loaders import load

FORMATS = {
    name: form
    for name, form in demonstration_catalogue().formats.items()
    if form.layout.kind in ("text", "table")
    and not (form.refused or form.layout.section)
    and form.table != "responses"
}
# polls and tests, of whose rows several make one, have tests of their own
PLAIN = {name: form for name, form in FORMATS.items() if form.table not in ("polls", "user_tests")}
OF_ROWS = pytest.mark.parametrize("form", PLAIN.values(), ids=PLAIN)
PHONE, MAIL = "06\u00a012\u00a034\u00a056\u00a078", "jean.dupont@exemple.invalid"
GOOD = {
    "moment": "2026-03-12 09:30:00", "day": "12/03/2026", "month": "2026-03", "time": "65",
    "times": "65", "flag": "0", "mark": "4", "item": "4", "task_time": "65",
    "host": "https://social.exemple.invalid/1", "url": "https://exemple.invalid/1",
    "published": "2026", "departement": "01"
}  # fmt: skip
NAMED = ("ticket", "title_id", "list", "text", "answer", "label", "participant", "name")
SPOILED = ["", "#N/A", "-", "n.d.", "-0", "1.234", "12 34", "9" * 25, "NaN", "inf", "45 %", "Total"]
SPOILED += ["05/06/2026", "31/02/2026 10:00", "2026-03-29 02:30", "0001-01-01", "a\nb", PHONE, MAIL]


def moment(form, day):
    """A moment of a form, on a day after the twelfth so that it is known."""
    if form in ("iso", ""):
        return f"2026-03-{day} 09:30:00"
    if form.startswith("epoch"):
        return f"17748{day}611"
    form = re.sub(r"[\[\]]", "", form)
    parts = {"%Y": "2026", "%y": "26", "%m": "03", "%d": str(day), "%H": "09", "%I": "09",
             "%M": "30", "%S": "00", "%f": "5", "%p": "AM", "%z": "+0000", "%Z": "UTC"}  # fmt: skip
    return re.sub(r"%.", lambda found: parts[found[0]], form)


def header(form):
    """The columns that a file of a format has at least, and those that say which rows count."""
    names = [column.headers[0] for column in form.columns.values() if column.headers]
    others = [rule.header for rule in form.keep]
    others += [column.only_if.header for column in form.columns.values() if column.only_if]
    others += [form.carry_down.key, *form.carry_down.headers] if form.carry_down else []
    return list(dict.fromkeys([*names, *others]))


def row(form, number):
    """A good row, unlike those of another number."""
    cells = dict.fromkeys(header(form), "")
    for rule in form.keep:
        cells[rule.header] = rule.words[0] if rule.words else "x"
    for field, column in form.columns.items():
        if not column.headers:
            continue
        kind = FIELDS[form.table][field].rstrip("?~")
        if column.words:
            text = next(w for told in column.words.values() for w in told if w not in ("", "*"))
        elif kind in ("moment", "day") and not column.after:
            text = moment(column.forms[0] if column.forms else "", 12 + number % 16)
        elif kind in NAMED:
            text = f"R{number}"
        elif kind == "period":
            text = f"2026-03-{number:02d}"
        elif field == "area" and "subject" in form.columns:
            text = "FRANCE"  # which goes with the first word of its level
        else:
            text = GOOD.get(kind, "7") if field != "currency" else "EUR"
        cells[column.headers[0]] = text
    for name in ("left", "cohort", "talk", "answered", "product", "theme", "comparable_with"):
        if name in form.columns and FIELDS[form.table][name].endswith("?"):
            cells[form.columns[name].headers[0]] = ""
    return list(cells.values())


def text(form, rows):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=form.layout.delimiters[0], lineterminator="\n")
    writer.writerows([*[["titre"]] * (form.layout.header_row - 1), header(form), *rows])
    return out.getvalue()


@pytest.fixture
def read(tmp_path, catalogue):
    def loaded(form, rows, **keys):
        path = tmp_path / "export_2026-03.csv"
        path.write_text(text(form, rows), encoding="utf-8")
        return load(path, device(form.id, **keys), catalogue)

    return loaded


def one_by_one(form):
    return not form.sums and not {"joined", "satisfaction"} & set(form.columns)


@OF_ROWS
def test_the_good_export_is_read_whole_or_the_tests_below_would_prove_nothing(read, form):
    rows = [row(form, 1), row(form, 2)]
    found = read(form, rows)
    assert found.rejects.empty and list(found.rows) == contract.columns(form.table)
    if one_by_one(form):
        assert len(found.rows) == len(rows)


FIRST = {form.table: name for name, form in reversed(FORMATS.items())}.values()  # one a table


@pytest.mark.parametrize("form", [
    pytest.param(form, id=name, marks=[pytest.mark.slow] * (name not in FIRST))
    for name, form in FORMATS.items()
])  # fmt: skip
def test_a_bad_cell_costs_its_row_or_the_file_and_shows_nobody(read, form):
    for place in range(len(header(form))):
        rows = [row(form, number) for number, _ in enumerate(SPOILED, 10)]
        for cells, spoiled in zip(rows, SPOILED, strict=True):
            cells[place] = spoiled
        if told(read, form, [row(form, 7), *rows]) is None:  # one cell refuses the file
            for cells in rows:
                told(read, form, [row(form, 7), cells])


def told(read, form, rows):
    """The rows that are rejected, or nothing where the file is refused; neither shows anyone."""
    try:
        found = read(form, rows)
    except ObservError as error:
        said, rejects = "\n".join(error.problems), None
        assert said.count("\n") == len(error.problems) - 1
    else:
        rejects = found.rejects
        said = rejects.astype(str).to_csv() + str(found.notices)
        assert (rejects["reason"].str.len() > 0).all()
    assert not re.search(r"06\s12|@exemple", said)
    return rejects


KEEPING = {name: form for name, form in FORMATS.items() if form.keep}


@pytest.mark.parametrize("form", KEEPING.values(), ids=KEEPING)
def test_a_file_without_a_row_that_counts_gives_none_and_says_so(read, form):
    cells = row(form, 1)
    rule = form.keep[0]
    cells[header(form).index(rule.header)] = "other" if rule.words else rule.but[0]
    try:
        found = read(form, [cells])
    except ObservError as error:
        assert "nobody" in str(error)  # of persons, none is left to count
    else:
        assert found.rows.empty and "does not count" in found.notices[0]
