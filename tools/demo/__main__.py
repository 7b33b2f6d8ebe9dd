"""`python -m tools.demo FOLDER`: write synthetic exports in the real formats, and their truths."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from observlib.base.errors import ObservError
from observlib.cli.printing import steps
from tools import demo


def main(words: Sequence[str]) -> int:
    """Write the exports, and give the exit code; a user's mistake is told in lines."""
    parser = argparse.ArgumentParser("python -m tools.demo", description=__doc__)
    parser.add_argument("folder", type=Path, help="new folder, or an earlier demonstration's")
    parser.add_argument(
        "--products",
        type=int,
        default=0,
        choices=range(1000),
        metavar="0-999",
        help="invent so many products beside its own, of 20 devices each",
    )
    asked = parser.parse_args(words)
    folder, products = asked.folder, asked.products
    try:
        with steps() as step:
            writing = step("Writing exports")
            demo.write(folder, lambda done, total: writing(done, total, ""), products)
    except ObservError as error:
        print(*(f"demo: {problem}" for problem in error.problems), sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted; what was there before is as it was", file=sys.stderr)
        return 130
    print(f"Wrote the demonstration exports to {folder} (synthetic data).")
    if products:
        data = folder.parent
        print(f"Wrote the catalogue of their devices to {data / 'catalogue'}. Now run:")
        print(f"observ ingest {folder} --data {data} && observ edition --data {data}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
