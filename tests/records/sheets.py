"""Records that tests write: a good one of a folder, with keys changed, or left out by `...`."""

from pathlib import Path
from typing import Any

import yaml

from observlib.records.sheets import Action

TOLD = yaml.safe_load(Path(__file__).with_name("sheets.yml").read_text(encoding="utf-8"))
GOOD: dict[str, dict[str, Any]] = TOLD["good"]


def action(**keys: Any) -> Action:
    """A good action, with keys changed."""
    return Action.model_validate({**GOOD["actions"], **keys})


def write(place: Path, folder: str, name: str = "", /, **keys: Any) -> Path:
    """Write a record under its `id`, or under another name that it also takes as its `id`."""
    whole = {**GOOD[folder], **({"id": name} if name else {}), **keys}
    content = {key: value for key, value in whole.items() if value not in (..., "...")}
    path = place / folder / f"{name or GOOD[folder]['id']}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
