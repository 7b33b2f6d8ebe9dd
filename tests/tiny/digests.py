"""The digests of an edition, a row a page: what a commit changes of it is read in its diff.

Left out is what no two builds, or no two commits, have alike: `build.json`, the commit, the digests
of the sources; and the documentation's own pages.
"""

import hashlib
import json
import re
from collections import defaultdict
from pathlib import Path

_OF_COMMITS = ("commit", "made_from", "files", "apart")
_TEXTS = {".html", ".csv", ".json", ".jsonld", ".js", ".css", ".svg", ".xml", ".ics", ".ipynb"}
Digests = dict[str, dict[str, str]]


def files(root: Path, quarter: str) -> dict[str, Path]:
    """The files of a project's site and of its edition's frame, but for those left out."""
    site, edition = root / "reports" / "_site", root / "reports" / "editions" / quarter
    found = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    out = (f"{quarter}/documentation/", f"{quarter}/build.json")
    kept = {name: path for name, path in found.items() if not name.startswith(out)}
    tables = [*edition.glob("*.parquet"), *edition.glob("*.json")]
    own = {f"frame/{path.name}": path for path in tables if path.name != "manifest.json"}
    return dict(sorted((kept | own).items()))


def content(path: Path, commit: str) -> bytes:
    """What a file says, without what it says of the commit."""
    raw = path.read_bytes()
    if path.name == "manifest.json":
        manifest = json.loads(raw)
        return _json({name: manifest[name] for name in manifest if name not in _OF_COMMITS})
    if path.name == "ro-crate-metadata.json":
        return _json([_thing(thing) for thing in json.loads(raw)["@graph"] if _is_own(thing)])
    if path.name == "search-index.js":
        pages = json.loads(raw.partition(b"=")[2].strip().rstrip(b";"))
        return _json([page for page in pages if not page[0].startswith("documentation/")])
    if path.suffix == ".html" and commit:
        return re.sub(rb"<code>%s</code>(, [^<]*)?" % commit[:12].encode(), b"", raw)
    return raw


def _thing(thing: dict[str, object]) -> dict[str, object]:
    """What a research object says of a thing, but for digests and its list of all files."""
    aside = ("sha256", "contentSize", "hasPart", "value")
    return {name: thing[name] for name in thing if name not in aside}


def _is_own(thing: dict[str, object]) -> bool:
    return "documentation/" not in str(thing["@id"])


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def commit_of(root: Path, quarter: str) -> str:
    """The commit that an edition's manifest names."""
    manifest = root / "reports" / "_site" / quarter / "manifest.json"
    return str(json.loads(manifest.read_text(encoding="utf-8"))["commit"])


def digests(root: Path, quarter: str) -> Digests:
    """One digest for each page and kind of file."""
    commit = commit_of(root, quarter)
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, path in files(root, quarter).items():
        row, kind = place(name, quarter)
        found[row][kind] += [name, hashlib.sha256(content(path, commit)).hexdigest()]
    return {
        row: {kind: _digest(found[row][kind]) for kind in sorted(found[row])}
        for row in sorted(found)
    }


def _digest(several: list[str]) -> str:
    return hashlib.sha256("\n".join(several).encode()).hexdigest()[:8]


def place(name: str, quarter: str) -> tuple[str, str]:
    """The row and the kind of a file: its page's, with the page's drawings and origins.

    Examples
    --------
    >>> place("2026-T3/avis/fig-notes.svg", "2026-T3"), place("feed.xml", "2026-T3")
    (('avis', 'svg'), ('all-editions', 'xml'))
    """
    parts = name.removeprefix(f"{quarter}/").split("/")
    stem, _, kind = parts[-1].partition(".")
    if len(parts) > 1:
        return parts[0].replace("editions", "all-editions"), kind
    return stem.removesuffix("-comparaisons") if name.startswith(quarter) else "all-editions", kind


def written(found: Digests) -> str:
    """As it is committed: a line a page."""
    lines = (
        f"{row:<32}" + "".join(f"  {kind} {digest}" for kind, digest in kinds.items())
        for row, kinds in found.items()
    )
    return "\n".join(lines) + "\n"


def read(path: Path) -> Digests:
    """What is committed; nothing where there is no such file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    words = [line.split() for line in lines]
    return {row: dict(zip(kinds[::2], kinds[1::2], strict=True)) for row, *kinds in words}


def different(before: Digests, now: Digests) -> list[str]:
    """A line for each page that differs, with the kinds of its files that do."""
    lines = []
    for row in sorted(before.keys() | now.keys()):
        then, here = before.get(row, {}), now.get(row, {})
        kinds = [
            kind for kind in sorted(then.keys() | here.keys()) if then.get(kind) != here.get(kind)
        ]
        lines += [f"{row}: {', '.join(kinds)}"] if kinds else []
    return lines


def first_differences(before: Path, now: Path, quarter: str) -> list[str]:
    """Where the files of two projects' editions differ; of each text, what stands there first."""
    then, here = files(before, quarter), files(now, quarter)
    commits = commit_of(before, quarter), commit_of(now, quarter)
    lines = []
    for name in sorted(then.keys() | here.keys()):
        if name not in then or name not in here:
            lines.append(f"{name}: {'no longer there' if name in then else 'new'}")
            continue
        old, new = (content(p[name], c) for p, c in zip((then, here), commits, strict=True))
        if old != new:
            is_text = Path(name).suffix in _TEXTS
            lines += [f"{name}:{_first(old, new) if is_text else ' differs'}"]
    return lines


def _first(old: bytes, new: bytes) -> str:
    """A text's first difference, with some of what surrounds it."""
    pairs = enumerate(zip(old, new, strict=False))
    where = next((i for i, (one, other) in pairs if one != other), min(len(old), len(new)))
    line = old.count(b"\n", 0, where) + 1
    parts = (
        text[max(0, where - 40) : where + 60].decode("utf-8", "replace") for text in (old, new)
    )
    return f" line {line}\n" + "\n".join(
        f"  {sign} {part!r}" for sign, part in zip("-+", parts, strict=True)
    )
