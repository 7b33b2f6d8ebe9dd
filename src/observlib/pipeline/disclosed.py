"""What an edition tells: what families give, with all that disclosure control decided of it.

It is decided by device over the whole edition at once (see `confidentiality.control`), and kept by
what it was decided from: pages, data files and charts all read from here.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import estimates, store
from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.kept import Inputs
from observlib.base.period import Quarter
from observlib.confidentiality import control
from observlib.confidentiality.attack import FOUND, check_tried
from observlib.confidentiality.disclosure import UNBOUNDED, WITHHELD_CELLS, Knowledge, Published
from observlib.indicators.families import Given
from observlib.indicators.pairs import over_quarters
from observlib.language import words
from observlib.pipeline import archive, frame, project
from observlib.pipeline.archive import Publication

_EDITION, _STEPS = "edition", "steps.json"
MOST_KEPT = 64  # families, or those of one survey, that a process has at hand
_Of = tuple[tuple[str, str], ...]  # inputs, by which a process has at hand what follows from them


def jobs(data: Path) -> list[frame.Job]:
    """The families of an edition, each after those it reads, and the surveys of those of each."""
    asked, known = frame.answered_surveys(data), frame.families()
    return [(name, x) for name in known for x in (asked if known[name].each_survey else [""])]


def disclosed_family(data: Path, quarter: Quarter, name: str, survey: str = "") -> Given:
    """What a family gives for a quarter, as an edition tells it."""
    with _reading(frame.tables_read(name)):
        exact = kept.key(frame.depends(data, quarter, name, survey))
        found = _given(exact, _of(data, quarter), data, quarter, name, survey)
    own = {name: getattr(found, name).copy(deep=False) for name in ("estimates", "comparisons")}
    return found._replace(**own)  # whoever asks may add a column


@lru_cache(MOST_KEPT)  # by all that it and the decisions follow from
def _given(exact: str, decided: _Of, data: Path, quarter: Quarter, name: str, survey: str) -> Given:
    found, known = frame.given(data, quarter, name, survey), disclosure_decisions(data, quarter)
    catalogue = project.catalogue(data)
    rows = control.apply_decisions(found.estimates, known.changes)
    ends = (quarter, quarter - 4) if (found.comparisons["against"] == "year").any() else ()
    of_years = [over_quarters(rows, catalogue, last) for last in ends]
    known = known._replace(changes=estimates.combine([known.changes, *of_years]))
    before = [(one.comparisons, one.told.amended) for one in archive.earlier(data)]
    rounded = partial(words.rounded_pairs, catalogue=catalogue)
    pairs = control.applied_to_pairs(found.comparisons, known, before, rounded)
    return found._replace(estimates=rows, comparisons=pairs)


def disclosure_decisions(data: Path, quarter: Quarter) -> control.DeviceDecision:
    """What an edition withholds or tells in wide steps beside what each family does, kept by all
    that it follows from; and so is what was decided of each device, which the others do not
    change."""
    with _reading(()):
        return _decisions(_of(data, quarter), data, quarter)


@contextlib.contextmanager
def _reading(tables: Iterable[str]) -> Iterator[None]:
    """Note these tables as read by the page that asks, and no other: the rest is not its own."""
    asked = {*store.TABLES_READ, *tables}
    try:
        yield
    finally:
        store.TABLES_READ.intersection_update(asked)
        store.TABLES_READ.update(asked)


def keep_decisions(
    data: Path, quarter: Quarter, digest: str, found: Iterable[control.DeviceDecision]
) -> None:
    """Keep what was decided of an edition, device by device, as it stays once it is published."""
    of = _of(data, quarter)
    if store.store_digest(data) == digest:
        kept.put(_folder(), _EDITION, dict(of), _packed(_combined(found)))


def is_decided(data: Path, quarter: Quarter) -> bool:
    """Whether the project keeps all that was decided."""
    return kept.has(_folder(), _EDITION, dict(_of(data, quarter)))


def _folder() -> Path:
    return project.root() / kept.KEPT_FOLDER / "disclosure"


def _of(data: Path, quarter: Quarter) -> _Of:
    """All that an edition's decisions follow from."""
    known = kept.key(project.knowledge(data))
    return _followed(data, quarter, store.store_digest(data), known, archive.published_names(data))


@lru_cache(8)
def _followed(
    data: Path, quarter: Quarter, digest: str, knowledge: str, before: tuple[str, ...]
) -> _Of:
    known = frame.dependencies(data, quarter, jobs(data))
    parts = {f"the family/{job}": kept.key(found) for job, found in known.items()}
    parts |= {**project.knowledge(data), **_code(), "what was published": json.dumps(before)}
    return (*parts.items(),)


@lru_cache(8)  # by all that it follows from
def _decisions(of: _Of, data: Path, quarter: Quarter) -> control.DeviceDecision:
    def decide() -> dict[str, bytes]:
        by_device = _by_device(of, data, quarter)
        found = (_decided(data, quarter, device, by_device[device]) for device in sorted(by_device))
        return _packed(_combined(found))

    return _unpacked(kept.made(_folder(), _EDITION, dict(of), decide))


def _combined(found: Iterable[control.DeviceDecision]) -> control.DeviceDecision:
    """The decisions of devices as those of their edition."""
    listed = [*found]
    tried = [decision.tried for decision in listed if len(decision.tried)]
    return control.DeviceDecision(
        estimates.combine(decision.changes for decision in listed),
        tuple(series for decision in listed for series in decision.wide),
        pd.concat(tried, ignore_index=True) if tried else pd.DataFrame(columns=FOUND),
        tuple(one for decision in listed for one in decision.amended),
    )


def disclosure_report(decided: control.DeviceDecision) -> dict[str, Any]:
    """What the method page tells of the edition's own attack, and what later ones must know;
    `narrowest` and `widest` are how far the ends of what a withheld figure can be are apart, None
    without end."""
    withheld = decided.tried[decided.tried["cell"].isin(WITHHELD_CELLS)]
    may_be_few = withheld[withheld["least"] < estimates.MINIMUM_PEOPLE]
    width = (may_be_few["most"] - may_be_few["least"]).astype(float)
    ends = [float(end) if end < UNBOUNDED / 2 else None for end in (width.min(), width.max())]
    return {
        "wide": sorted(map(list, decided.wide)),
        "amended": sorted(map(list, decided.amended)),
        "changed": len(decided.changes),
        "decisions": decided.digest,
        "tried": len(decided.tried),
        "pinned": int(decided.tried["pinned"].sum()),
        "withheld": len(withheld),
        "narrowest": ends[0],
        "widest": ends[1],
    }


def devices_told(data: Path, quarter: Quarter) -> list[str]:
    """The devices of which an edition has estimates."""
    return sorted(_by_device(_of(data, quarter), data, quarter))


@lru_cache(2)
def _by_device(of: _Of, data: Path, quarter: Quarter) -> dict[str, pd.DataFrame]:
    """All estimates of the edition that are of a device, by device."""
    found = estimates.combine(frame.given(data, quarter, *job).estimates for job in jobs(data))
    units = found[["indicator", "unit"]].drop_duplicates()
    check_tried(units.itertuples(index=False), project.catalogue(data))
    own = found[found["device"] != ""].drop_duplicates(ignore_index=True)
    return {str(name): rows.reset_index(drop=True) for name, rows in own.groupby("device")}


def decided(data: Path, quarter: Quarter, device: str) -> control.DeviceDecision:
    """What was decided of a device."""
    rows = _by_device(_of(data, quarter), data, quarter)[device]
    return _decided(data, quarter, device, rows)


def _decided(
    data: Path, quarter: Quarter, device: str, rows: pd.DataFrame
) -> control.DeviceDecision:
    marks = _marks(data, store.store_digest(data))
    own = marks[marks["device"] == device].reset_index(drop=True)
    knowledge = Knowledge(project.catalogue(data), own, store.amended(data, device))
    rounded = partial(words.rounded_estimates, catalogue=knowledge.catalogue)

    def decide(before: Sequence[Publication]) -> control.DeviceDecision:
        told = [_of_device(publication.told, device) for publication in before]
        of = _of_decision(rows, told, knowledge)
        return _unpacked(kept.made(_folder(), device, of, lambda: _packed(anew(before, told))))

    def anew(before: Sequence[Publication], told: Sequence[Published]) -> control.DeviceDecision:
        if before and before[-1].quarter == quarter:
            # what the edition told last may be what this very decision told: whether that is kept
            # or not, it is the same then
            with contextlib.suppress(ObservError):
                found = decide(before[:-1])
                now = rounded(control.apply_decisions(rows, found.changes))
                now = now.drop_duplicates(ignore_index=True)
                if estimates.csv_lines(now) == estimates.csv_lines(told[-1].estimates):
                    return found
        return control.decide(rows, told, knowledge, rounded)

    return decide(archive.earlier(data))


@lru_cache(1)  # for all devices
def _marks(data: Path, _: str) -> pd.DataFrame:
    return store.marks_given(data)


def _of_device(told: Published, device: str) -> Published:
    rows = told.estimates[told.estimates["device"] == device].reset_index(drop=True)
    wide = [series for series in told.wide if series[0] == device]
    return Published(rows, wide, [one for one in told.amended if one[0] == device])


def _of_decision(rows: pd.DataFrame, before: Iterable[Published], knowledge: Knowledge) -> Inputs:
    """All that what is decided of a device follows from."""
    used = {name: knowledge.catalogue.indicators.get(name) for name in rows["indicator"].unique()}
    device = knowledge.catalogue.devices.get(rows["device"].iloc[0])
    parts: dict[str, Any] = {
        "the estimates": estimates.csv_lines(rows),
        "what was published": [
            [estimates.csv_lines(t.estimates), sorted(t.wide), sorted(t.amended)] for t in before
        ],
        "what was corrected": sorted(knowledge.amended),
        "the marks": knowledge.marks.astype(str).to_numpy().tolist(),
        "the indicators": {k: v.model_dump_json() if v else "" for k, v in used.items()},
        "the least people": device.minimum_people if device else 0,
    }
    digests = {name: kept.bytes_digest(json.dumps(what).encode()) for name, what in parts.items()}
    return {**digests, **_code()}


@cache
def _code() -> Inputs:
    found = kept.code_of(control.__name__, words.__name__, archive.__name__)
    return found | kept.module_file(__name__) | kept.installed_packages()


def _packed(found: control.DeviceDecision) -> dict[str, bytes]:
    steps = json.dumps([found.wide, found.amended]).encode()
    return {_STEPS: steps, **frame.packed_frames({"changes": found.changes, "tried": found.tried})}


def _unpacked(files: Mapping[str, bytes]) -> control.DeviceDecision:
    found = frame.unpacked({name: files[name] for name in files if name != _STEPS})
    wide, amended = (tuple(map(tuple, listed)) for listed in json.loads(files[_STEPS]))
    return control.DeviceDecision(found["changes"], wide, found["tried"], amended)
