"""The review of a published edition: its files against its manifest, and against a remake.

A reviewer needs a copy of the project, the data, and one command. `observ review` says what is
reproduced, what differs and where, and what could not be run and why.
"""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from observlib import estimates
from observlib.base import git
from observlib.base.errors import UsageError, bounded
from observlib.base.temporary import temporary_files
from observlib.publish.editions import record
from observlib.publish.editions.reviews import DIFFERS, NOT_RUN
from observlib.review.comparison import WHOLE, Difference, Place, Word, compare, differences, told
from observlib.review.groups import Group, groups, verdict
from observlib.review.rebuild import (
    Bundle,
    CannotRun,
    Tell,
    Trusted,
    files_against_manifest,
    opened,
    remade,
)


@dataclass(frozen=True)
class Review:
    """What a review found of an edition.

    `told` is the digest of what it tells; `studies` are its pages with their titles, and `files`
    what it publishes. `not_run` says why it was not made again, and what would be needed; `counts`
    how many files, estimates, tables, figures and sentences were compared; `environment` in which
    Python.
    """

    quarter: str
    kind: str
    published: str
    commit: str
    told: str
    studies: dict[str, str]
    files: tuple[str, ...]
    differences: tuple[Difference, ...]
    not_run: tuple[str, ...]
    counts: dict[str, int]
    environment: dict[str, str]

    @property
    def verdict(self) -> str:
        """`reproduced`, `within tolerance`, `differs`, or `cannot be run`."""
        return verdict(self.differences, self.not_run)

    @cached_property
    def groups(self) -> list[Group]:
        """What was found, study by study, and of what belongs to none."""
        return groups(self.files, self.studies, self.differences, self.not_run)

    def as_dict(self) -> dict[str, Any]:
        """The review for programs."""
        found = {"verdict": self.verdict, **asdict(self)}
        del found["files"]
        for known, one in zip(found["differences"], self.differences, strict=True):
            said: dict[str, Place | str] = {
                "where": one.where,
                "published": one.published,
                "remade": one.remade,
            }
            known |= {key: told(what) for key, what in said.items()}
        for key, is_study in (("studies", True), ("others", False)):
            found[key] = [one.as_dict() for one in self.groups if one.is_study == is_study]
        return found


def review(
    place: Path, root: Path, data: Path, tell: Tell = lambda line: None, trusted: Trusted = ()
) -> Review:
    """Review a bundle: check its files, make it again, and compare all."""
    known = git.branches(root)
    if wrong := sorted({*trusted} - {*known}):
        there = bounded(known) or "none"
        raise UsageError(f"--trust {wrong[0]}: is no branch of {root}; there are {there}")
    with temporary_files() as work:
        (work / "bundle").mkdir()
        bundle = opened(place, work / "bundle")
        try:
            again = remade(bundle, root, data, work, tell, trusted)
        except CannotRun as error:
            return of(bundle, None, root, error.problems)
        return of(bundle, again, root)


def of(bundle: Bundle, again: Path | None, root: Path, not_run: tuple[str, ...] = ()) -> Review:
    """The review of a bundle that was opened, against the folder in which it was made again."""
    manifest = bundle.manifest
    found = [*_by_itself(bundle, root), *(_against(bundle, again) if again else [])]
    kept: dict[tuple[str, Place], Difference] = {}
    for one in found:  # of a file the manifest says that it changed, and the remake where
        kept.setdefault((one.file, one.where), one)
    located = {one.file for one in kept.values() if one.where != WHOLE}
    different = [one for one in kept.values() if one.where != WHOLE or one.file not in located]
    return Review(
        manifest.quarter,
        manifest.kind,
        manifest.published,
        manifest.commit,
        manifest.told,
        {study.page: study.title for study in manifest.studies},
        tuple(sorted(manifest.files)),
        tuple(sorted(different, key=lambda one: (one.is_close, one.file != record.NAME))),
        tuple(not_run),
        _counts(bundle) if again else {},
        {"python": platform.python_version(), "platform": platform.platform(terse=True)},
    )


def _by_itself(bundle: Bundle, root: Path) -> Iterator[Difference]:
    """What is wrong in a bundle by itself: its files, its days, a commit that nobody knows."""
    for name, wrong in files_against_manifest(bundle).items():
        yield Difference(name, WHOLE, wrong, Word(f"not_{wrong}"))
    if not record.build_is_whole(bundle.folder):
        yield Difference(record.BUILD, Place("build"), Word("build"), Word("written"))
    manifest = bundle.manifest
    described = record.told(bundle.folder)
    for where, value in record.tells(bundle.raw).items():
        if (other := described.get(where, Word("nothing"))) != value:
            place = Place("crate", name=where, of=record.CRATE)
            yield Difference(record.NAME, place, value, other)
    name, own = (one.removesuffix(git.DIRTY) for one in (manifest.commit, git.commit(root)))
    if name and own not in ("", name) and not git.knows(root, name):
        yield Difference(record.NAME, Place("key", name="commit"), name, Word("commit"))


def _against(bundle: Bundle, again: Path) -> Iterator[Difference]:
    """What differs between a bundle and what was made again."""
    there, new = bundle.files, record.files_of(again)
    for name in sorted(there.keys() | new.keys()):
        if there.get(name) != new.get(name):
            yield from compare(bundle.folder, again, name)
    both = bundle.raw, json.loads((again / record.NAME).read_text("utf-8"))
    yield from differences(record.NAME, *(json.dumps(one).encode() for one in both))


def _counts(bundle: Bundle) -> dict[str, int]:
    """How much of a bundle is compared: its files, and what its notebooks show."""
    found: Counter[str] = Counter(files=len(bundle.manifest.files))
    for path in bundle.folder.glob("*.ipynb"):
        for carried in _carried(path):
            found[{"chart": "figures", "table": "tables"}.get(carried["kind"], "sentences")] += 1
            found["estimates"] += len(carried.get("rows", ()))
    return dict(found)


def _carried(path: Path) -> Iterator[dict[str, Any]]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            for output in cell.get("outputs", ()):
                carried = output.get("data", {}).get(estimates.MIME)
                if isinstance(carried, dict):
                    yield {"kind": "text", **carried}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return  # what it holds is compared by its bytes all the same


__all__ = ["DIFFERS", "NOT_RUN", "Review", "of", "review"]
