"""Asterisk's events: which calls they make, and which they leave open."""

from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.base.personal import held
from observlib.loaders._grid import read_queue_log


def calls(*events):
    """Call, outcome, wait and talk of each call of a log, each event at its second."""
    lines = [f"{1774857000 + second}|{rest}" for second, rest in events]
    _, rows = read_queue_log(Path("queue_log"), "\n".join(lines))
    return [[cells[0], *cells[2:5]] for cells in rows.values()]


ENTER = (0, "c1|support|NONE|ENTERQUEUE||0199000001|1")


def test_who_still_waits_where_the_log_ends_is_neither_answered_nor_abandoned():
    done = [(3, "c2|support|NONE|ENTERQUEUE||x|1"), (9, "c2|support|NONE|ABANDON|1|1|6")]
    assert calls(ENTER, *done) == [["c2", "abandoned", "6", ""]]


def test_who_still_talks_was_answered_and_for_how_long_is_not_known():
    assert calls(ENTER, (7, "c1|support|A|CONNECT|7|x|2")) == [["c1", "answered", "7", ""]]


@pytest.mark.parametrize("end", ["EXITWITHTIMEOUT|1|1|20", "EXITEMPTY|1|1|20", "EXITWITHKEY|5|1"])
def test_who_leaves_a_queue_unanswered_counts_as_abandoned_after_the_wait(end):
    assert calls(ENTER, (20, f"c1|support|NONE|{end}")) == [["c1", "abandoned", "20", ""]]


def test_old_logs_without_positions_give_the_wait_by_the_clock():
    assert calls(ENTER, (8, "c1|support|NONE|ABANDON|1")) == [["c1", "abandoned", "8", ""]]


def test_a_call_whose_number_has_as_many_digits_as_somebody_s_is_counted():
    number = "1778460186.76631"  # of 15 digits, with the key of a social security number
    assert held(number) == "a social security number"
    enter = (0, f"{number}|support|NONE|ENTERQUEUE||0199000001|1")
    ((call, *_),) = calls(enter, (9, f"{number}|support|NONE|ABANDON|1|1|9"))
    assert call == "1778460186:76631" and held(call, identifier=True) is None


def test_a_transfer_ends_the_talk():
    events = [ENTER, (5, "c1|support|A|CONNECT|5|x|2"), (65, "c1|support|A|TRANSFER|6000|default")]
    assert calls(*events) == [["c1", "answered", "5", "60"]]


def test_a_call_that_comes_twice_in_one_queue_is_two_calls():
    again = (30, "c1|support|NONE|ENTERQUEUE||x|1")
    ends = [(9, "c1|support|NONE|ABANDON|1|1|9"), again, (31, "c1|support|NONE|ABANDON|1|1|1")]
    assert calls(ENTER, *ends) == [["c1", "abandoned", "9", ""], ["c1/2", "abandoned", "1", ""]]


@pytest.mark.parametrize("text", ["a;b;c", "1774857600|NONE|NONE", "x|c|q|a|ENTERQUEUE"])
def test_what_is_no_event_is_told_with_its_line(text):
    with pytest.raises(ObservError, match="queue_log:1: is no event of a queue log"):
        read_queue_log(Path("queue_log"), text)


def test_a_log_without_a_call_says_so():
    with pytest.raises(ObservError, match="holds no call that entered a queue"):
        read_queue_log(Path("queue_log"), "1774857600|NONE|NONE|NONE|QUEUESTART|")
