"""What was changed after publication is found, and said where."""

import random
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from tests.edition.conftest import NOW
from tests.edition.conftest import root as root  # the demonstration's edition, published
from tests.review import tampering

from observlib import review
from observlib.base.errors import ObservError
from observlib.publish.editions import record
from observlib.review import comparison
from observlib.review.rebuild import open_bundle


def told_of(folder: Path, again: Path, root: Path) -> list[tuple[str, str]]:
    """The files and places that a review names, where the edition differs."""
    try:
        found = review.review_opened(open_bundle(folder, folder), again, root)
    except ObservError as error:  # the manifest is none any more
        return [(name, line) for line in error.problems for name in (line.split(":")[0],)]
    assert (found.verdict == review.DIFFERS) == bool(found.differences)
    return [(one.file, comparison.place_text(one.where)) for one in found.differences]


def missed(
    edition: Path, root: Path, work: Path, kinds: list[int], seed: int, at_once: int = 1
) -> tuple[Counter[str], list[str]]:
    """How many changes of each kind were made, and those that a review does not tell."""
    chance = random.Random(seed)
    again = work / "again"
    shutil.copytree(edition, again)
    done: Counter[str] = Counter()
    lost: list[str] = []
    waiting: list[tuple[int, tampering.Tampering]] = []
    touched: set[str] = set()
    folder, place = (tampering.copy(edition, work / name) for name in ("tampered", "one"))

    def look() -> None:
        told = told_of(folder, again, root)
        for number, made in waiting:
            if not any(re.search(made.where, where) for name, where in told if name == made.file):
                lost.append(f"{number}: {made}, told {told[:4]}")
        waiting.clear()
        tampering.restore(touched | {record.MANIFEST_FILE}, folder, edition)
        touched.clear()

    for number, kind in enumerate(kinds):
        made = tampering.KINDS[kind](place, chance)
        names = tampering.changed(place, edition)
        if waiting and (record.MANIFEST_FILE in names | touched or names & touched):
            look()
        tampering.move(names, place, folder)
        tampering.restore(names, place, edition)
        if number % 2 and made.file not in (record.MANIFEST_FILE, *record.UNREPEATED):
            tampering.sign_again(folder, made.file)
        done[made.kind] += 1
        waiting.append((number, made))
        touched |= names
        if len(waiting) == at_once:
            look()
    if waiting:
        look()
    return done, lost


def test_an_edition_that_nobody_touched_differs_in_nothing(small, tmp_path):
    again = tampering.copy(small.edition, tmp_path / "again")
    found = review.review_opened(open_bundle(small.edition, small.edition), again, small.root)
    assert (found.differences, found.not_run, found.verdict) == ((), (), "reproduced")


def test_every_kind_of_change_to_an_edition_is_found_and_located(small, tmp_path):
    kinds = [*range(len(tampering.KINDS))] * 3
    done, lost = missed(small.edition, small.root, tmp_path, kinds, 1)
    assert lost == []
    assert len(done) == len(tampering.KINDS) and min(done.values()) >= 3


@pytest.mark.slow
def test_of_three_hundred_changes_to_the_demonstration_every_one_is_found(root, tmp_path):
    edition = root / "reports" / "_site" / NOW
    kinds = [number % len(tampering.KINDS) for number in range(304)]
    done, lost = missed(edition, root, tmp_path, kinds, 2, at_once=4)
    assert lost == []
    assert done.total() >= 300
