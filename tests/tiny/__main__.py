"""Whether an edition is to the byte what is committed of it, or take what it is now as right.

python -m tests.tiny                    the tiny edition, made now
python -m tests.tiny --renew            … and take it as right
python -m tests.tiny --against COMMIT   … and show what is otherwise by that commit's code
python -m tests.tiny --demonstration    that of `make edition`; with --renew, or --against CLONE
"""

import argparse
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from tests.tiny import digests, project

DEMONSTRATION = project.HERE / "demonstration.txt"
TINY = project.HERE / "tiny.txt"
HELP = {
    TINY: """\
See what changed:   python -m tests.tiny --against HEAD
Take it as right:   python -m tests.tiny --renew""",
    DEMONSTRATION: f"""\
It is made in a clean clone: SOURCE_DATE_EPOCH={project.DAY} make edition
See what changed:   python -m tests.tiny --demonstration --against CLONE (of a former commit, alike)
Take it as right:   python -m tests.tiny --demonstration --renew""",
}


def compared(root: Path, committed: Path, renew: bool = False) -> list[str]:
    """What of a project's edition is otherwise than committed, and what to do then."""
    now = digests.digests(root, project.QUARTER)
    lines = digests.different(digests.read(committed), now)
    if renew:
        committed.write_text(digests.written(now), encoding="utf-8")
        return [f"{committed.name} is renewed; otherwise than before: {len(lines)} pages", *lines]
    if not lines:
        return []
    first = f"The edition is not that of {committed.name}; of each page, which files:"
    return [first, *lines, *_other_packages(), HELP[committed]]


def _other_packages() -> list[str]:
    """A line where packages are not those of the lock, by which bytes are the same everywhere."""
    locked: dict[str, set[str]] = {}
    text = (project.ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name, version in re.findall(r"(?m)^([\w.-]+)==([^\s;]+)", text):
        locked.setdefault(name, set()).add(version)
    own = {package.name.lower(): package.version for package in metadata.distributions()}
    other = [name for name in locked if own.get(name, "") not in {"", *locked[name]}]
    return [f"Packages of other versions than requirements.lock: {', '.join(other)}"] * bool(other)


def against(commit: str, now: Path, work: Path) -> list[str]:
    """Where the tiny edition made now differs first from that of a commit's code."""
    former, copy = work / "former", work / "source"
    name = _git(project.ROOT, "rev-parse", "--verify", commit)
    _git(project.ROOT, "clone", "--quiet", "--shared", project.ROOT, copy)
    _git(copy, "checkout", "--quiet", name)
    former.mkdir()
    project.write(former, copy)
    project.publish(former, copy)
    return digests.first_differences(former, now, project.QUARTER)


def _git(root: Path, *words: str | Path) -> str:
    command = ["git", "-C", root, *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tiny", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--renew", action="store_true")
    parser.add_argument("--demonstration", action="store_true")
    parser.add_argument("--against", metavar="COMMIT or CLONE")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root, committed = project.ROOT, DEMONSTRATION
        if not given.demonstration:
            root, committed = Path(place) / "tiny", TINY
            root.mkdir()
            project.write(root)
            project.publish(root)
        lines = compared(root, committed, given.renew)
        if given.against and given.demonstration:
            lines = digests.first_differences(Path(given.against), root, project.QUARTER)
        elif given.against:
            lines = against(given.against, root, Path(place))
    print("\n".join(lines) or "The edition is to the byte what is committed.")
    return bool(lines) and not given.renew


if __name__ == "__main__":
    sys.exit(main())
