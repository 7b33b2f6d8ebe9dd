"""The ledger: which files count in the store, and the Parquet part of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from observlib import files
from observlib.errors import ObservError


def read_ledger(store: Path) -> dict[str, Any] | None:
    path = store / "ledger.json"
    try:
        ledger = json.loads(path.read_text(encoding="utf-8"))
        found = {"kind": str(ledger["kind"]), "files": list(ledger["files"])}
        parts = [store / entry["part"] for entry in found["files"]]
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ObservError(
            f"{path}: cannot be read ({error.strerror}); name the folder that holds `store`"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, store) from error
    for part in parts:
        if not part.is_file():
            raise damaged(part, store)
    return found


def write_ledger(store: Path, ledger: dict[str, Any]) -> None:
    """Make the new parts count, then remove those that no longer do."""
    files.write_text(store / "ledger.json", json.dumps(ledger, ensure_ascii=False, indent=1) + "\n")
    live = {store / entry["part"] for entry in ledger["files"]}
    for part in store.glob("*/*.parquet"):
        if part not in live:
            part.unlink(missing_ok=True)


def damaged(path: Path, store: Path) -> ObservError:
    return ObservError(
        f"{path}: is missing or damaged; delete the folder {store} and ingest the exports again"
    )
