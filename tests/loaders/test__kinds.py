"""Mailboxes and workbooks: what is read of them as a table."""

from datetime import datetime
from pathlib import Path

import pytest
from tests.formats.test_samples import device
from tests.loaders.books import ods

from observlib.base.errors import ObservError
from observlib.catalogue import Format
from observlib.loaders import _kinds, load
from observlib.loaders._kinds import workbook_sheets

US, YOU = "Contact <contact@service.invalid>", "Zoé Martin <zoe@exemple.invalid>"
OURS = ("contact@service.invalid",)


def mail(name: str, sender: str, time: str, *above: str, **headers: str) -> str:
    """A message, which names those above it in its thread."""
    lines = [f"From: {sender}", f"Date: Mon, 02 Mar 2026 {time} +0100", "Subject: Secret"]
    lines += [f"Message-ID: <{name}>"] if name else []
    lines += [f"References: {' '.join(f'<{one}>' for one in above)}"] if above else []
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
    return "From x Mon Mar  2 09:14:05 2026\n" + "\n".join(lines) + "\n\nSecret\n\n"


@pytest.fixture
def threads(tmp_path):
    """When each thread of a mailbox came and was answered, and whether it is whole."""

    def read(*mails: str, addresses: tuple[str, ...] = OURS) -> list[list[str]]:
        path = tmp_path / "boite.mbox"
        path.write_text("".join(mails), encoding="utf-8")
        _, rows = _kinds.read_mbox(path, addresses)
        return [[cell[11:16] or cell for cell in cells[1:3]] + cells[3:] for cells in rows.values()]

    return read


ASKED = mail("a", YOU, "10:00:00")
ANSWER = mail("b", US, "11:00:00", "a")
OTHERWISE = mail("b", "agent@service.invalid", "11:00:00", "a")
THREADS = {
    "the first answer is the service's, whoever else writes": (
        [ASKED, mail("b", YOU, "10:30:00", "a"), mail("c", US, "11:00:00", "a", "b"),
         mail("d", US, "12:00:00", "a")], OURS, [["09:00", "10:00", "yes"]]),
    "what a machine sends neither asks nor answers, and holds a thread together": (
        [ASKED, mail("m", US, "10:00:01", Auto_Submitted="auto-replied", In_Reply_To="<a>"),
         mail("r", YOU, "10:05:00", In_Reply_To="<m>"),
         mail("o", YOU, "10:06:00", Auto_Submitted="auto-generated (absence)")],
        OURS, [["09:00", "", "yes"]]),
    "a message in two folders is one, and their order says nothing": (
        [ANSWER, ASKED, ANSWER, ASKED], OURS, [["09:00", "10:00", "yes"]]),
    "what the service sends by itself is none until someone replies": (
        [mail("n", US, "08:00:00"), mail("k", US, "08:00:00"), mail("r", YOU, "09:00:00", "n")],
        OURS, [["08:00", "", "yes"]]),
    "a thread that began before the file": (
        [mail("b", YOU, "10:00:00", "gone")], OURS, [["09:00", "", "no"]]),
    "all addresses of a domain are the service's": (
        [ASKED, OTHERWISE], ("service.invalid",), [["09:00", "10:00", "yes"]]),
    "another address of its domain is not": ([ASKED, OTHERWISE], OURS, [["09:00", "", "yes"]]),
    "a line of a body that begins as a message": (
        [ASKED + "From Monday on\n\nFrom 2 to 3 in 2026 or so\nFrom: contact@service.invalid\n\n"],
        OURS, [["09:00", "", "yes"]]),
}  # fmt: skip


@pytest.mark.parametrize(("mails", "addresses", "found"), THREADS.values(), ids=THREADS)
def test_a_thread_is_a_contact_and_its_answer_the_service_s_first(threads, mails, addresses, found):
    assert threads(*mails, addresses=addresses) == found


@pytest.mark.parametrize("sign", ["(", "a:", '"(', "((a)"])
def test_a_sender_that_opens_without_end_is_no_address_and_no_fault(threads, sign):
    asked = mail("a", sign * 100_000, "10:00:00")
    answer = mail("b", US, "11:00:00", "a", Reply_To="(" * 9000, Auto_Submitted="(" * 9000)
    assert threads(asked, answer, mail("c", US, "12:00:00", "a")) == [["09:00", "11:00", "yes"]]


def test_nobody_s_words_or_name_are_read_and_a_nameless_message_is_rejected(tmp_path, catalogue):
    path = tmp_path / "boite.mbox"
    odd = mail("z", YOU, "99:00:00")
    path.write_text(ASKED + mail("", YOU, "10:00:00") + odd, encoding="utf-8")
    found = load(path, device("mbox", addresses=OURS), catalogue)
    assert len(found.rows) == 1
    assert sorted(found.rejects["reason"])[0] == "is empty" and len(found.rejects) == 2
    told = found.rows.to_csv() + found.rejects.to_csv() + " ".join(found.notices)
    assert not any(
        word in told for word in ("Secret", "Zoé", "Martin", "zoe", "exemple", "contact@")
    )


@pytest.mark.parametrize(("text", "addresses", "why"), [
    (ASKED, (), "give the service's own addresses"),
    ("", OURS, "holds no message from outside"),
    ("id;date\n1;2\n", OURS, "boite.mbox:1: is no mailbox"),
    ("From x Mon Mar  2 09:14:05 2026\n" + "X: y\n" * 300_000, OURS, "do not end"),
    (mail("b", US, "10:00:00"), OURS, "holds no message from outside"),
], ids=["addresses", "empty", "table", "endless", "own"])  # fmt: skip
def test_what_is_no_mailbox_of_the_service_is_one_line_of_error(threads, text, addresses, why):
    with pytest.raises(ObservError, match=why) as caught:
        threads(text, addresses=addresses)
    assert "\n" not in str(caught.value)


def test_a_mailbox_beyond_all_is_not_gone_through(tmp_path, monkeypatch):
    path: Path = tmp_path / "boite.mbox"
    with path.open("w", encoding="utf-8") as stream:
        stream.write(ASKED)
        stream.truncate(50_000_000)  # zeros, without an end of line
    monkeypatch.setattr(_kinds, "_MOST_MAIL", 40_000_000)
    with pytest.raises(ObservError, match="holds more than"):
        _kinds.read_mbox(path, OURS)


BOTH = pytest.mark.parametrize("name", ["e.ods", "e.xls"])
CALLS = Format.model_validate({
    "id": "classeur", "label": "Classeur", "table": "calls", "layout": {"kind": "table"},
    "columns": {
        "call_id": "N°", "moment": "Début", "wait": "Attente", "area": "Département",
        "outcome": {
            "headers": ["Décroché"], "words": {"answered": ["true"], "abandoned": ["false"]},
        },
    },
})  # fmt: skip
HEADER = ["N°", "Début", "Attente", "Décroché", "Département", None]
ROW = ["a1", datetime(2026, 3, 2, 10, 30), 12.0, True, "01", None]
OTHER = ["b2", datetime(2026, 3, 2, 11), 0.0, False, "2A", None]
OLD = Path(__file__).parent / "cases" / "calls.xls"  # of these rows, in BIFF8


@pytest.fixture
def write(tmp_path):
    def written(name, *rows):
        path = tmp_path / name
        path.write_bytes(ods(*rows) if name.endswith(".ods") else OLD.read_bytes())
        return path

    return written


@BOTH
def test_an_export_in_an_older_or_open_workbook_gives_its_rows(write, catalogue, name):
    known = catalogue.model_copy(update={"formats": {"classeur": CALLS}})
    found = load(write(name, HEADER, ROW, OTHER), device("classeur"), known)
    assert found.rejects.empty
    columns = ["call_id", "moment", "outcome", "wait", "area"]
    assert found.rows[columns].astype(str).to_numpy().tolist() == [
        ["a1", "2026-03-02 09:30:00", "answered", "12", "01"],
        ["b2", "2026-03-02 10:00:00", "abandoned", "0", "2A"],
    ]


def test_the_error_of_a_formula_in_an_open_workbook_is_no_empty_cell(write, catalogue):
    known = catalogue.model_copy(update={"formats": {"classeur": CALLS}})
    bad = [*OTHER[:4], "#N/A", None]
    found = load(write("e.ods", HEADER, ROW, bad), device("classeur"), known)
    assert len(found.rows) == 1 and "the error of a formula" in found.rejects["reason"][0]


def test_cells_that_repeat_are_as_many_as_they_say(tmp_path):
    cell = '<table:table-cell table:number-columns-repeated="3" office:value-type="float" ' \
           'office:value="7"/>'  # fmt: skip
    row = f'<table:table-row table:number-rows-repeated="2">{cell}</table:table-row>'
    path = tmp_path / "e.ods"
    path.write_bytes(ods(content=f'<table:table table:name="A">{row}</table:table>'))
    assert list(workbook_sheets(path, "mend")) == [("A", [[7.0] * 3] * 2)]


@BOTH
def test_half_a_workbook_is_one_line_of_error(write, name):
    path = write(name, HEADER, ROW)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ObservError, match=r"e\.(ods|xls): is no workbook") as caught:
        list(workbook_sheets(path, "save it again"))
    assert "\n" not in str(caught.value)
