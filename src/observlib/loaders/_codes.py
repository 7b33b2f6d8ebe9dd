"""What people who read texts noted, as rows of the table `codes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from observlib.catalogue import Device
from observlib.loaders import Loaded
from observlib.loaders._rows import days, settle


def settled_codes(
    path: Path,
    device: Device,
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[int],
    rejects: list[dict[str, object]],
    notices: Sequence[str] = (),
) -> Loaded:
    """What a file of codes holds."""
    texts = ("answer_id", "variable", "coder", "code")
    frame = pd.DataFrame(
        {
            "device": device.id,
            "product": pd.Series([device.product] * len(rows), dtype=object),
            "channel": device.channel,
            "date": days([row["date"] for row in rows]),
            **{name: pd.Series([row[name] for row in rows], dtype=object) for name in texts},
        }
    ).set_axis(list(lines), axis=0)
    return settle(path, "codes", frame, rejects, list(notices))
