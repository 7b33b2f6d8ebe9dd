"""Fetches by pages, however they are interrupted."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from observlib.base.errors import ObservError, UsageError
from observlib.desk.fetching.web import Page, Source, gather, write

DAY = date(2026, 11, 25)


def text(records: Any) -> Iterator[str]:
    for key, value in records():
        yield f"{key}={value}\n"


def counting(stop_at: int = 99, asked: str = "a") -> tuple[Source, list[Any]]:
    """Five pages of two records, of which one corrects one of the page before."""
    cursors: list[Any] = []

    def pages(cursor: Any) -> Iterator[Page]:
        for at in range(cursor or 0, 5):
            cursors.append(at)
            if at == stop_at:
                raise KeyboardInterrupt
            records = {f"r{at}": at, f"r{at + 1}": at}
            yield Page(records, at + 1 if at < 4 else None, at + 1, 5)

    return Source("hôte", {"asked": asked}, pages, text), cursors


def quiet(*_: object) -> None:
    pass


WHOLE = "r0=0\nr1=1\nr2=2\nr3=3\nr4=4\nr5=4\n"


def test_a_fetch_that_was_interrupted_asks_again_for_nothing_that_it_has(tmp_path):
    part, path = tmp_path / ".x.part", tmp_path / "x"
    with pytest.raises(KeyboardInterrupt):
        gather(counting(stop_at=3)[0], part, DAY, quiet)
    source, cursors = counting()
    told = []
    assert gather(source, part, DAY + timedelta(days=1), lambda *words: told.append(words)) == DAY
    assert cursors == [3, 4] and told[-1] == (5, 5, "6 records")
    write(source, part, path)
    assert path.read_text(encoding="utf-8") == WHOLE
    source, cursors = counting()
    gather(source, part, DAY, quiet)  # all is there: what was interrupted was the writing
    assert cursors == []


def test_a_line_that_was_cut_as_all_ended_is_asked_for_again(tmp_path):
    part = tmp_path / ".x.part"
    with pytest.raises(KeyboardInterrupt):
        gather(counting(stop_at=2)[0], part, DAY, quiet)
    with part.open("a", encoding="utf-8") as stream:
        stream.write('{"records": {"r2": 2, "r')
    source, cursors = counting()
    gather(source, part, DAY, quiet)
    write(source, part, tmp_path / "x")
    assert cursors == [2, 3, 4] and (tmp_path / "x").read_text(encoding="utf-8") == WHOLE


@pytest.mark.parametrize(
    ("asked", "day"), [("b", DAY), ("a", DAY + timedelta(days=2)), ("damaged", DAY)]
)
def test_what_is_old_or_of_another_question_is_fetched_anew(tmp_path, asked, day):
    part = tmp_path / ".x.part"
    with pytest.raises(KeyboardInterrupt):
        gather(counting(stop_at=3)[0], part, DAY, quiet)
    if asked == "damaged":
        part.write_text("x" + part.read_text(encoding="utf-8"), encoding="utf-8")
    source, cursors = counting(asked=asked)
    assert gather(source, part, day, quiet) == day and cursors[0] == 0
    assert part.read_text(encoding="utf-8").count('"day"') == 1


def test_an_earlier_file_stays_until_the_new_one_is_whole(tmp_path):
    part, path = tmp_path / ".x.part", tmp_path / "x"
    path.write_text("before", encoding="utf-8")
    source, _ = counting()
    gather(source, part, DAY, quiet)

    def failing(records: Any) -> Iterator[str]:
        yield "half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(source._replace(text=failing), part, path)
    assert path.read_text(encoding="utf-8") == "before"
    assert {one.name for one in tmp_path.iterdir()} == {"x", ".x.part"}


@pytest.mark.parametrize("cursors", [[1, 2, 1], range(1, 1000)])
def test_pages_without_end_end(tmp_path, cursors):
    def pages(cursor: Any) -> Iterator[Page]:
        yield from (Page({"r": 1}, after, 0, 0) for after in cursors)

    source = Source("hôte", {}, pages, text)
    with pytest.raises(ObservError, match="hôte: sends the same pages without end"):
        gather(source, tmp_path / ".x.part", DAY, quiet)
    assert not (tmp_path / ".x.part").read_bytes()  # the next fetch begins anew


def test_nothing_to_fetch_makes_no_file(tmp_path):
    source = Source("hôte", {}, lambda cursor: iter([Page({}, None, 1, 1)]), text)
    gather(source, tmp_path / ".x.part", DAY, quiet)
    with pytest.raises(ObservError, match="has nothing to fetch"):
        write(source, tmp_path / ".x.part", tmp_path / "x")
    assert not [*tmp_path.iterdir()]  # and the next fetch asks again


def test_two_fetches_of_one_device_do_not_mix(tmp_path):
    part = tmp_path / ".x.part"

    def pages(cursor: Any) -> Iterator[Page]:
        with pytest.raises(UsageError, match="another fetch of this device is under way"):
            gather(counting()[0], part, DAY, quiet)
        yield Page({"r": 1}, None, 1, 1)

    gather(Source("hôte", {}, pages, text), part, DAY, quiet)
    lines = part.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line).get("records") for line in lines] == [None, {"r": 1}]
