"""Records that tests write: a good one of a kind, with some keys changed, or left out by `...`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from observlib.base.errors import ObservError
from observlib.records import Record


def write(
    place: Path, folder: str, good: Mapping[str, Any], name: str = "", /, **keys: Any
) -> Path:
    """Write a record under its `id`, or under another name that it also takes as its `id`."""
    own = {"id": name} if name else {}
    content = {key: value for key, value in {**good, **own, **keys}.items() if value is not ...}
    path = place / folder / f"{name or good['id']}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def faults(kind: type[Record], place: Path, *rest: Any, **allowed: Any) -> str:
    """What is told of the records of a place, of which some are wrong."""
    with pytest.raises(ObservError) as caught:
        kind.load(place, *rest, **allowed)
    return str(caught.value)
