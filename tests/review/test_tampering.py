"""What was changed after publication is found, and said where."""

import random
import re
from pathlib import Path

import pytest
from tests.review import tampering

from observlib import review
from observlib.base.errors import ObservError
from observlib.publish import record
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


def test_an_edition_that_nobody_touched_differs_in_nothing(small, tmp_path):
    again = tampering.copy(small.edition, tmp_path / "again")
    found = review.review_opened(open_bundle(small.edition, small.edition), again, small.root)
    assert (found.differences, found.not_run, found.verdict) == ((), (), "reproduced")


@pytest.mark.parametrize("change", tampering.KINDS, ids=lambda one: one.__name__)
def test_every_kind_of_change_to_an_edition_is_found_and_located(small, tmp_path, change):
    again = tampering.copy(small.edition, tmp_path / "again")
    for seed in range(2):
        folder = tampering.copy(small.edition, tmp_path / str(seed))
        made = change(folder, random.Random(seed))
        if seed % 2 and made.file not in (record.MANIFEST_FILE, *record.UNREPEATED):
            tampering.sign_again(folder, made.file)
        told = told_of(folder, again, small.root)
        assert [where for name, where in told if name == made.file and re.search(made.where, where)]
