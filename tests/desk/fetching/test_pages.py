"""Fetches by pages, however they are interrupted."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from observlib.base.errors import ObservError, UsageError
from observlib.desk.fetching.web import AnswerPage, PagedSource, gather, write_answer

DAY = date(2026, 11, 25)


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
        gather(counting(stop_at=3)[0], part, DAY, quiet)
    source, cursors = counting()
    told = []
    assert gather(source, part, DAY + timedelta(days=1), lambda *words: told.append(words)) == DAY
    assert cursors == [3, 4] and told[-1] == (5, 5, "6 records")
    write_answer(source, part, path)
    assert path.read_text(encoding="utf-8") == WHOLE
    source, cursors = counting()
    gather(source, part, DAY, quiet)  # all is there: what was interrupted was the writing
    assert cursors == []


@pytest.mark.parametrize(
    ("asked", "day"), [("b", DAY), ("a", DAY + timedelta(days=2)), ("damaged", DAY)]
)
def test_what_is_old_or_of_another_question_is_fetched_anew(tmp_path, asked, day):
    part = tmp_path / ".x.part"
    with pytest.raises(KeyboardInterrupt):
        gather(counting(stop_at=3)[0], part, DAY, quiet)
    if asked == "damaged":
        part.write_bytes(b"x" + part.read_bytes())
    source, cursors = counting(asked=asked)
    assert gather(source, part, day, quiet) == day and cursors[0] == 0
    write_answer(source, part, tmp_path / "x")
    assert (tmp_path / "x").read_text(encoding="utf-8") == WHOLE


def test_an_earlier_file_stays_until_the_new_one_is_whole(tmp_path):
    part, path = tmp_path / ".x.part", tmp_path / "x"
    path.write_text("before", encoding="utf-8")
    source, _ = counting()
    gather(source, part, DAY, quiet)

    def failing(records: Any) -> Iterator[str]:
        yield "half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_answer(source._replace(text=failing), part, path)
    assert path.read_text(encoding="utf-8") == "before"
    assert {one.name for one in tmp_path.iterdir()} == {"x", ".x.part"}


@pytest.mark.parametrize("cursors", [[1, 2, 1], range(1, 1000)])
def test_pages_without_end_end(tmp_path, cursors):
    def pages(cursor: Any) -> Iterator[AnswerPage]:
        yield from (AnswerPage({"r": 1}, after, 0, 0) for after in cursors)

    source = PagedSource("hôte", {}, pages, text)
    with pytest.raises(ObservError, match="hôte: sends the same pages without end"):
        gather(source, tmp_path / ".x.part", DAY, quiet)
    assert not [*tmp_path.iterdir()]  # the next fetch begins anew


def test_nothing_to_fetch_makes_no_file(tmp_path):
    source = PagedSource("hôte", {}, lambda cursor: iter([AnswerPage({}, None, 1, 1)]), text)
    gather(source, tmp_path / ".x.part", DAY, quiet)
    with pytest.raises(ObservError, match="has nothing to fetch"):
        write_answer(source, tmp_path / ".x.part", tmp_path / "x")
    assert not [*tmp_path.iterdir()]  # and the next fetch asks again


def test_two_fetches_of_one_device_do_not_mix(tmp_path):
    part = tmp_path / ".x.part"

    def pages(cursor: Any) -> Iterator[AnswerPage]:
        with pytest.raises(UsageError, match="another fetch of this device is under way"):
            gather(counting()[0], part, DAY, quiet)
        yield AnswerPage({"r": 1}, None, 1, 1)

    source = PagedSource("hôte", {}, pages, text)
    gather(source, part, DAY, quiet)
    write_answer(source, part, tmp_path / "x")
    assert (tmp_path / "x").read_text(encoding="utf-8") == "r=1\n"
