"""What a server may answer, how pages are interrupted, and tables copied by their columns."""

import logging
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.desk.conftest import Reply

from observlib import store
from observlib.base.errors import ObservError, UsageError
from observlib.catalogue import Catalogue
from observlib.desk import sources
from observlib.desk.fetching import fetch
from observlib.desk.sources import AnswerPage, PagedSource, Server, ask, gather, server

KEY = "clé-très-secrète"


@pytest.fixture
def tool(standin):
    return Server("Outil", standin.url, "OBSERV_OUTIL_URL", (KEY,), ("OBSERV_OUTIL_TOKEN",))


def fault(answer: object) -> str:
    return str(answer["error"]) if isinstance(answer, dict) and "error" in answer else ""


HTML = {"Content-Type": "text/html"}


@pytest.mark.parametrize(("reply", "word"), [
    (Reply({}, 400), "status 400; check OBSERV_OUTIL_URL"),
    (Reply({}, 401), "status 401; check OBSERV_OUTIL_TOKEN, and its rights"),
    (Reply(b"<html>", 403, HTML), "status 403; check OBSERV_OUTIL_TOKEN"),
    (Reply(b"<html>", 404, HTML), "status 404; check OBSERV_OUTIL_URL"),
    (Reply(b"", 500), "status 500; try again later, or ask Outil's administrator"),
    (Reply({"error": f"Non {KEY} !"}, 401), "Outil says 'Non … !'; check OBSERV_OUTIL_TOKEN"),
    (Reply({"error": "Non\n" + 500 * "x"}), "Outil says 'Non xx"),
    (Reply(b"", 302, {"Location": "http://127.0.0.1:1/"}), "sends on to another address"),
    (Reply(b"<!doctype html>", 200, HTML), "answers with a web page"),
    (Reply(b" <html>"), "answers with a web page"),
    (Reply(b"Bonjour"), "answers with no JSON"),
    (Reply(b""), "answers with no JSON"),
    (Reply(b"\xff\xfe"), "answers with no JSON"),
    (Reply(b"[" * 100_000), "answers with no JSON"),
    (Reply(b"{}", 200, {"Content-Length": "900"}), "the answer was cut; try again"),
    (Reply(b" " * 2001), "sends more than 0 MB in one answer"),
    (Reply({}, 429, {"Retry-After": "86400"}), "a pause of 1440 minutes; fetch again after it"),
    (Reply({}, 429), "asks for a pause 10 times in a row"),
])  # fmt: skip
def test_a_bad_answer_never_tells_the_key(standin, tool, pauses, monkeypatch, caplog, reply, word):
    monkeypatch.setattr(
        sources, "MOST_ANSWER_BYTES", 2000 if reply.content == b" " * 2001 else 10**6
    )
    standin.answer = lambda asked: reply
    with caplog.at_level(logging.DEBUG), pytest.raises(ObservError) as error:
        ask(tool, "x", headers={"X-Key": "abc"}, said=fault)
    assert word in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 400
    assert KEY not in str(error.value) + caplog.text


def test_a_key_goes_to_no_other_server_and_one_that_is_gone_is_told(standin, tool):
    standin.answer = lambda asked: Reply(b"", 307, {"Location": f"{standin.url}/ailleurs"})
    with pytest.raises(ObservError, match="give that one in OBSERV_OUTIL_URL"):
        ask(tool, "ici", form={"token": KEY})
    assert [asked.path for asked in standin.asked] == ["/ici"]
    with pytest.raises(ObservError, match=r"cannot be reached \(.*; check OBSERV_OUTIL_URL\)"):
        ask(tool._replace(url="http://127.0.0.1:1"), "x")
    with pytest.raises(ObservError, match="cannot be reached"):
        ask(tool._replace(url="https://" + "a" * 70 + ".invalid"), "x")


def test_a_server_is_left_alone_for_as_long_as_it_asks(standin, tool, pauses):
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    waits = iter(["7", soon, "bientôt"])
    replies = iter([429, 503, 429, 200])
    standin.answer = lambda asked: Reply(
        {"ok": 1}, status := next(replies), {"Retry-After": next(waits)} if status > 200 else {}
    )
    assert ask(tool, "x") == {"ok": 1}
    assert pauses[0] == 7 and 80 < pauses[1] <= 90 and pauses[2] == 60


def test_a_server_that_says_nothing_or_drips_is_given_up(standin, tool, monkeypatch):
    monkeypatch.setattr(sources, "TIMEOUT", 0.2)
    standin.answer = lambda asked: time.sleep(0.6) or Reply(b"")
    with pytest.raises(ObservError, match="no answer within 0"):
        ask(tool, "x")
    monkeypatch.setattr(sources, "LONGEST_ANSWER", -1)
    standin.answer = lambda asked: {}
    with pytest.raises(ObservError, match="sends too slowly"):
        ask(tool, "x")


@pytest.mark.parametrize(("url", "key", "word"), [
    ("", KEY, "OBSERV_OUTIL_URL: not set"), ("outil.example", KEY, "is no address"),
    ("https://outil.example", "", "OBSERV_OUTIL_TOKEN: not set"),
    ("https://outil.example", f"{KEY}\r\nHost: x", "OBSERV_OUTIL_TOKEN: holds a line break"),
    ("ftp://outil.example", KEY, "is no address"), ("http://outil.example", KEY, "use https"),
    ("https://x:y@outil.example", KEY, "variables of their own"),
    ("https://outil.example?token=x", KEY, "variables of their own"),
    ("https://outil.example#x", KEY, "variables of their own"),
    ("https://outil.example/a b", KEY, "is no address"), ("https://[::1", KEY, "is no address"),
    ("https://outil.example:port", KEY, "is no address"),
])  # fmt: skip
def test_an_address_or_key_that_is_missing_or_unsafe_is_refused(monkeypatch, url, key, word):
    monkeypatch.setenv("OBSERV_OUTIL_URL", url)
    monkeypatch.setenv("OBSERV_OUTIL_TOKEN", key)
    with pytest.raises(UsageError, match=word) as error:
        server("Outil", "TOKEN")
    assert KEY not in str(error.value)


BEGUN = date(2026, 11, 25)


def text(records: Any) -> Iterator[str]:
    for key, value in records():
        yield f"{key}={value}\n"


def counting(stop_at: int = 99, asked: str = "a") -> tuple[PagedSource, list[Any]]:
    """Five pages of two records, of which one corrects one of the page before."""
    cursors: list[Any] = []

    def pages(cursor: Any) -> Iterator[AnswerPage]:
        for at in range(cursor or 0, 5):
            cursors.append(at)
            if at == stop_at:
                raise KeyboardInterrupt
            records = {f"r{at}": at, f"r{at + 1}": at}
            yield AnswerPage(records, at + 1 if at < 4 else None, at + 1, 5)

    return PagedSource("hôte", {"asked": asked}, pages, text), cursors


def quiet(*_: object) -> None:
    pass


WHOLE = "r0=0\nr1=1\nr2=2\nr3=3\nr4=4\nr5=4\n"


def test_a_fetch_that_was_interrupted_asks_again_for_nothing_that_it_has(tmp_path):
    part, path = tmp_path / ".x.part", tmp_path / "x"
    with pytest.raises(KeyboardInterrupt):
        gather(counting(stop_at=3)[0], part, BEGUN, quiet)
    source, cursors = counting()
    told = []
    day = gather(source, part, BEGUN + timedelta(days=1), lambda *words: told.append(words))
    assert day == BEGUN
    assert cursors == [3, 4] and told[-1] == (5, 5, "6 records")
    sources.write_answer(source, part, path)
    assert path.read_text(encoding="utf-8") == WHOLE
    source, cursors = counting()
    gather(source, part, BEGUN, quiet)  # all is there: what was interrupted was the writing
    assert cursors == []


@pytest.mark.parametrize(
    ("asked", "day"), [("b", BEGUN), ("a", BEGUN + timedelta(days=2)), ("damaged", BEGUN)]
)
def test_what_is_old_or_of_another_question_is_fetched_anew(tmp_path, asked, day):
    part = tmp_path / ".x.part"
    with pytest.raises(KeyboardInterrupt):
        gather(counting(stop_at=3)[0], part, BEGUN, quiet)
    if asked == "damaged":
        part.write_bytes(b"x" + part.read_bytes())
    source, cursors = counting(asked=asked)
    assert gather(source, part, day, quiet) == day and cursors[0] == 0
    sources.write_answer(source, part, tmp_path / "x")
    assert (tmp_path / "x").read_text(encoding="utf-8") == WHOLE


@pytest.mark.parametrize("cursors", [[1, 2, 1], range(1, 1000)])
def test_pages_without_end_end(tmp_path, cursors):
    def pages(cursor: Any) -> Iterator[AnswerPage]:
        yield from (AnswerPage({"r": 1}, after, 0, 0) for after in cursors)

    source = PagedSource("hôte", {}, pages, text)
    with pytest.raises(ObservError, match="hôte: sends the same pages without end"):
        gather(source, tmp_path / ".x.part", BEGUN, quiet)
    assert not [*tmp_path.iterdir()]  # the next fetch begins anew


def test_two_fetches_of_one_device_do_not_mix(tmp_path):
    part = tmp_path / ".x.part"

    def pages(cursor: Any) -> Iterator[AnswerPage]:
        with pytest.raises(UsageError, match="another fetch of this device is under way"):
            gather(counting()[0], part, BEGUN, quiet)
        yield AnswerPage({"r": 1}, None, 1, 1)

    source = PagedSource("hôte", {}, pages, text)
    gather(source, part, BEGUN, quiet)
    sources.write_answer(source, part, tmp_path / "x")
    assert (tmp_path / "x").read_text(encoding="utf-8") == "r=1\n"


DAY = date(2026, 4, 1)
# a help desk's table: what the format `tickets` reads, and what it must never see
ROWS = """
    SELECT * FROM (VALUES
        (1, TIMESTAMPTZ '2026-03-01 09:00:00+01', TIMESTAMPTZ '2026-03-01 10:00:00+01', 'Aide'),
        (2, TIMESTAMPTZ '2026-03-02 09:00:00+01', NULL, 'Compte'),
        (3, TIMESTAMPTZ '2026-03-03 09:00:00+01', TIMESTAMPTZ '2026-03-04 12:00:00+01', NULL)
    ) AS t (ticket_id, received, closed, theme)
"""
TICKETS = f"""
    SELECT *, NULL AS answered, false AS reopened,
        'Jeanne Martin' AS requester, 'jeanne@example.fr' AS email, 'Bonjour' AS body
    FROM ({ROWS}) AS t
"""


@pytest.fixture
def known(single) -> Callable[..., Catalogue]:
    """The catalogue of a help desk's device."""
    return partial(single, loader="tickets", channel="mail")


@pytest.fixture
def ingested(tmp_path) -> Callable[[Catalogue], list[tuple[str, str, str]]]:
    """Fetch into `raw`, ingest, and give the tickets; no person is in what was fetched."""

    def run(found: Catalogue) -> list[tuple[str, str, str]]:
        path = fetch("essai", found, tmp_path / "raw", root=tmp_path, today=DAY)
        assert path.name == "essai_2026-04-01.csv"
        text = path.read_text(encoding="utf-8")
        for word in ("Jeanne", "jeanne", "Bonjour", "requester", "body"):
            assert word not in text
        done = store.ingest(tmp_path / "raw", tmp_path / "data", found)
        assert done.rejects.empty and not done.problems
        rows = store.read(tmp_path / "data", "tickets").sort_values("received")
        columns = rows[["received", "closed", "theme"]]
        return [tuple(map(str, row)) for row in columns.itertuples(index=False)]

    return run


EXPECTED = [
    ("2026-03-01 08:00:00", "2026-03-01 09:00:00", "Aide"),
    ("2026-03-02 08:00:00", "NaT", "Compte"),
    ("2026-03-03 08:00:00", "2026-03-04 11:00:00", "nan"),
]


@pytest.mark.parametrize("address", ["base", "base/*.parquet", "base/a.parquet"])
def test_parquet_is_copied_and_read_with_moments_in_their_zone(known, ingested, tmp_path, address):
    (tmp_path / "base").mkdir()
    with duckdb.connect() as session:
        session.execute(f"COPY ({TICKETS}) TO '{tmp_path}/base/a.parquet'")
    assert ingested(known(address=address)) == EXPECTED


def test_a_folder_of_csv_is_copied_by_file_whatever_the_order_of_columns(known, ingested, tmp_path):
    folder = tmp_path / "l'export" / "2026"
    folder.mkdir(parents=True)
    one = "ticket_id,received,requester,answered,closed\n1,2026-03-01 09:00,Jeanne,,\n"
    two = "requester,closed,answered,received,ticket_id\nJeanne,,,2026-03-02 09:00,2\n"
    (folder / "a.csv").write_text(one, encoding="utf-8")
    (folder / "b.csv").write_text(two, encoding="utf-8")
    rows = ingested(known(address=str(tmp_path / "l'export")))
    assert [row[0] for row in rows] == ["2026-03-01 08:00:00", "2026-03-02 08:00:00"]


def test_a_csv_keeps_its_header_and_an_address_is_not_downloaded(known, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text("ticket_id,received,answered,closed\na,b,c,d\n", "utf-8")
    path = fetch("essai", known(address="a.csv"), tmp_path / "raw", root=tmp_path, today=DAY)
    assert path.read_text("utf-8") == "ticket_id;received;answered;closed\na;b;c;d\n"
    device = known().devices["essai"].model_copy(update={"address": "s3://seau/a.parquet"})
    found = known().model_copy(update={"devices": {"essai": device}})
    with pytest.raises(ObservError):
        fetch("essai", found, tmp_path, today=DAY)


def test_a_view_of_sqlite_is_copied(known, ingested, tmp_path):
    with closing(sqlite3.connect(tmp_path / "base.db")) as base:
        base.execute("CREATE TABLE t (id, requester, opened, closed, theme)")
        opened, closed = "2026-03-01T08:00:00Z", "2026-03-01T09:00:00Z"
        base.execute("INSERT INTO t VALUES (1, 'Jeanne', ?, ?, 'Aide')", [opened, closed])
        base.execute(
            'CREATE VIEW "mes tickets" AS '
            "SELECT id AS ticket_id, opened AS received, NULL AS answered, closed, theme, "
            "requester FROM t"
        )
        base.commit()
    found = known(address="base.db", address_table="mes tickets")
    assert ingested(found) == EXPECTED[:1]


@pytest.mark.parametrize(("given", "word"), [
    ({"address": "none.parquet"}, "none.parquet: cannot be read: No files found"),
    ({"address": "none"}, "is no folder or file of Parquet or CSV, nor SQLite"),
    ({"address": "none.db", "address_table": "t"}, "cannot be read: unable to open"),
    ({"address": "base.db", "address_table": "t"}, "cannot be read: no such table: t"),
    ({"address": "base.db", "address_table": "other"}, "its address has no column"),
    ({"address": "base.db", "address_table": "empty"}, "its address holds no row"),
    ({"address": "other.parquet"}, "its address has no column"),
    ({"address": "bad.parquet"}, "cannot be read"),
    ({"address": "mixed"}, "holds Parquet and CSV"),
])  # fmt: skip
def test_what_cannot_be_copied_is_one_line_and_makes_no_file(known, tmp_path, given, word):
    with closing(sqlite3.connect(tmp_path / "base.db")) as base:
        base.execute("CREATE TABLE other (a, b)")
        base.execute("CREATE TABLE empty (ticket_id, received, answered, closed)")
        base.commit()
    (tmp_path / "mixed").mkdir()
    (tmp_path / "mixed" / "a.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "bad.parquet").write_text("Jeanne", encoding="utf-8")
    with duckdb.connect() as session:
        session.execute(f"COPY (SELECT 1 AS a) TO '{tmp_path}/mixed/a.parquet'")
        session.execute(f"COPY (SELECT 1 AS \"Jeanne's\") TO '{tmp_path}/other.parquet'")
    with pytest.raises(ObservError) as error:
        fetch("essai", known(**given), tmp_path / "raw", root=tmp_path, today=DAY)
    assert word in str(error.value) and "\n" not in str(error.value)
    assert not [*(tmp_path / "raw").iterdir()]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a server of this module's own, on a socket and loopback."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("no PostgreSQL server (Debian: apt install postgresql)")
    who = {"user": "nobody"} if os.getuid() == 0 else {}  # it refuses to run as root
    place = Path(tempfile.mkdtemp(prefix="observ-postgres-"))
    try:
        if who:
            shutil.chown(place, "nobody")
        (place / "password").write_text("secret-42", encoding="utf-8")
        (place / "password").chmod(0o644)
        told = {"cwd": place, "check": True, "capture_output": True, **who}
        start = ["-A", "scram-sha-256", "-U", "lecteur", f"--pwfile={place}/password"]
        subprocess.run([programs[-1], "-D", place / "data", "-N", *start], **told)
        port = 20000 + os.getpid() % 20000
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = [programs[-1].with_name("pg_ctl"), "-D", place / "data", "-w"]
        subprocess.run([*control, "-l", place / "log", "-o", options, "start"], **told)
        yield f"postgresql://lecteur@127.0.0.1:{port}/postgres"
        subprocess.run([*control, "-m", "immediate", "stop"], **told)
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def base(postgres, monkeypatch):
    import psycopg

    monkeypatch.setenv("PGPASSWORD", "secret-42")
    with psycopg.connect(postgres, autocommit=True) as session:
        session.execute("DROP SCHEMA IF EXISTS aide CASCADE; CREATE SCHEMA aide")
        session.execute(f"CREATE VIEW aide.tickets AS {TICKETS}")
        session.execute(
            "CREATE VIEW aide.bad AS SELECT CAST(b AS int) AS ticket_id, b AS received, "
            "b AS closed, b AS answered FROM (VALUES ('Jeanne')) AS t (b)"
        )
    return postgres


def test_a_view_of_postgresql_is_copied_and_ingested(base, known, ingested):
    assert ingested(known(address=base, address_table="aide.tickets")) == EXPECTED


@pytest.mark.parametrize(("table", "password", "word"), [
    ("aide.none", "secret-42", 'relation "aide.none" does not exist'),
    ("aide.bad", "secret-42", "InvalidTextRepresentation (22P02); look at the table or view"),
    ("aide.tickets", "faux-42", "password authentication failed"),
])  # fmt: skip
def test_a_refusal_of_a_base_is_safe(base, known, tmp_path, monkeypatch, table, password, word):
    monkeypatch.setenv("PGPASSWORD", password)
    with pytest.raises(ObservError) as error:
        fetch("essai", known(address=base, address_table=table), tmp_path, today=DAY)
    said = str(error.value)
    assert word in said and "\n" not in said and password not in said and "Jeanne" not in said
    assert not [*tmp_path.iterdir()]


@pytest.fixture
def connected(monkeypatch) -> list[dict[str, Any]]:
    """How PostgreSQL is asked, whose host never answers."""
    import psycopg

    found: list[dict[str, Any]] = []

    def connect(address: str, **how: Any) -> None:
        found.append(how)
        raise psycopg.OperationalError("certificate verify failed\nsecond line")

    monkeypatch.setattr(psycopg, "connect", connect)
    monkeypatch.setenv("PGPASSWORD", "secret-42")
    for name in ("PGHOST", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)
    return found


PROVEN = {"sslmode": "verify-full", "gssencmode": "disable"}


@pytest.mark.parametrize(("host", "variables", "how"), [
    ("autre.example", {"PGHOST": "autre.example", "PGSSLMODE": "disable"}, PROVEN),
    ("127.0.0.1", {}, {}), ("localhost", {}, {}), ("", {}, {}), ("%2Frun%2Fpg", {}, {}),
    ("127.0.0.1", {"PGHOSTADDR": "192.0.2.1", "PGHOST": "127.0.0.1"}, PROVEN),
])  # fmt: skip
def test_a_server_elsewhere_proves_itself_before_it_gets_a_password(
    known, tmp_path, monkeypatch, connected, host, variables, how
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ObservError, match=r"certificate.*PGSSLROOTCERT") as error:
        found = known(address=f"postgresql://moi@{host}/b", address_table="t")
        fetch("essai", found, tmp_path / "raw", today=DAY)
    (asked,) = connected
    assert "\n" not in str(error.value) and asked.pop("connect_timeout") == 60
    assert asked == {"client_encoding": "utf8", **how}


@pytest.mark.parametrize("host", [None, "autre.invalid"])
def test_no_host_gets_the_password_of_another(known, tmp_path, monkeypatch, connected, host):
    if host:
        monkeypatch.setenv("PGHOST", host)
    found = known(address="postgresql://moi@127.0.0.2:5432/b", address_table="t")
    with pytest.raises(UsageError, match=r"set PGHOST=127\.0\.0\.2 beside it .*~/\.pgpass$"):
        fetch("essai", found, tmp_path / "raw", today=DAY)
    assert connected == []


def test_without_psycopg_it_is_said_how_to_install_it(known, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    found = known(address="postgresql://127.0.0.1/x", address_table="t")
    with pytest.raises(ObservError, match=r"pip install 'observlib\[postgres\]'"):
        fetch("essai", found, tmp_path, today=DAY)
