"""What was published is kept: an edition that forgets it may tell what few people answered."""

from datetime import date
from pathlib import Path

import pytest

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.estimates import make_comparisons
from observlib.pipeline import archive

QUARTER = Quarter("2026-T3")
TODAY = date(2026, 11, 24)


def edition(folder: Path, value: float) -> Path:
    """The folder of an edition that tells one value."""
    row = {"indicator": "satisfaction_10", "device": "d", "period": "2026-T3", "unit": "sur 10"}
    rows = estimates.make([row | {"estimate": value, "n": 40}])
    steps = {"wide": [["d", "p", "web", "satisfaction", 1]]}
    folder.mkdir(exist_ok=True)
    for name, content in archive.content(rows, make_comparisons(None), steps).items():
        (folder / name).write_bytes(content)
    return folder


def test_each_publication_that_tells_something_new_is_kept_in_its_order(tmp_path):
    assert archive.earlier(tmp_path) == []
    archive.keep_estimates(tmp_path, QUARTER, edition(tmp_path / "e", 7.0), TODAY)
    archive.keep_estimates(tmp_path, QUARTER, edition(tmp_path / "e", 7.0), TODAY)
    archive.keep_estimates(tmp_path, QUARTER + 1, edition(tmp_path / "e", 7.0), TODAY)
    archive.keep_estimates(tmp_path, QUARTER, edition(tmp_path / "e", 7.5), TODAY)
    found = archive.earlier(tmp_path)
    assert [one.name for one in found] == ["0001-2026-T3", "0002-2026-T4", "0003-2026-T3"]
    assert [one.quarter for one in found] == ["2026-T3", "2026-T4", "2026-T3"]
    assert [one.told.estimates["estimate"].iloc[0] for one in found] == [7.0, 7.0, 7.5]
    assert {one.day for one in found} == {"2026-11-24"}
    assert set(found[0].told.wide) == {("d", "p", "web", "satisfaction", 1)}


def test_what_an_edition_knew_of_earlier_ones_is_the_same_whenever_they_were_published(tmp_path):
    for place, day in (("a", TODAY), ("b", date(2027, 1, 5))):
        archive.keep_estimates(tmp_path / place, QUARTER, edition(tmp_path / "e", 7.0), day)
    assert archive.archive_digests(tmp_path / "a") == archive.archive_digests(tmp_path / "b")
    archive.keep_estimates(tmp_path / "a", QUARTER + 1, edition(tmp_path / "e", 7.5), TODAY)
    now = edition(tmp_path / "e", 7.5)
    assert list(archive.published_before(tmp_path / "a", QUARTER + 1, now)) == ["0001-2026-T3"]
    other = edition(tmp_path / "e", 8.0)
    assert len(archive.published_before(tmp_path / "a", QUARTER + 1, other)) == 2
    # in the order of publishing T3, T2, T3, the last telling what the first had told
    now = edition(tmp_path / "e", 7.0)
    archive.keep_estimates(tmp_path, QUARTER, now, TODAY)
    archive.keep_estimates(tmp_path, QUARTER.back(2)[0], edition(tmp_path / "older", 6.0), TODAY)
    assert list(archive.published_before(tmp_path, QUARTER, now)) == [
        "0001-2026-T3",
        "0002-2026-T2",
    ]


@pytest.mark.parametrize("name", archive.FILES)
def test_a_damaged_publication_stops_the_next_one_in_one_line(tmp_path, name):
    archive.keep_estimates(tmp_path, QUARTER, edition(tmp_path / "e", 7.0), TODAY)
    path = tmp_path / "published" / "0001-2026-T3" / name
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ObservError, match=r"0001-2026-T3: cannot be read .*bring it back") as error:
        archive.earlier(tmp_path)
    assert "\n" not in str(error.value)
    path.unlink()
    with pytest.raises(ObservError, match="cannot be read"):
        archive.earlier(tmp_path)


def test_a_full_disk_leaves_what_was_kept_as_it_was(tmp_path, monkeypatch):
    archive.keep_estimates(tmp_path, QUARTER, edition(tmp_path / "e", 7.0), TODAY)
    new = edition(tmp_path / "new", 8.0)
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == archive.STEPS:
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        archive.keep_estimates(tmp_path, QUARTER, new, TODAY)
    assert [one.name for one in archive.earlier(tmp_path)] == ["0001-2026-T3"]
    assert not list((tmp_path / "published").glob(".work*"))
