"""A synthetic ministry: as many invented products as asked for, each listened to by 20 devices.

Each device is one of the demonstration's own, drawn again with the chance of its product: the same
makers, formats and truths, under names of its own. The catalogue that goes with it is written too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from observlib.base import yaml_files
from observlib.base.errors import ObservError
from observlib.pipeline import project
from tools.demo import formats
from tools.demo.formats import Files, Truths

FOLDER = "ministere"  # of its exports, beside those of the demonstration
MARK = (
    "# Written by `python -m tools.demo --products`, which writes it again: "
    "put nothing of your own here.\n"
)
_DEMONSTRATION = Path("data") / "demo"
_DECLARED = formats.declared("ministry")
_ITS = "ce service"  # in place of the names that the demonstration's own exports and questions have
_SURVEYS: dict[str, str] = _DECLARED["surveys"]


class _Kind(NamedTuple):
    """A way of listening: its names, and the demonstration's devices that products take in turn."""

    id: str
    label: str
    label_en: str
    templates: list[str]


_KINDS = tuple(_Kind(name, *own) for name, own in _DECLARED["kinds"].items())


class Clone(NamedTuple):
    """A device of a product: what it is drawn as, what it is called, and its exports' paths."""

    id: str
    product: str
    template: str
    entry: dict[str, Any]
    pattern: str  # of the template's exports
    stem: str  # of a template's path, in place of which its own id stands

    def path(self, path: str) -> str | None:
        """Its own path for an export of the template; None for what is no export of it."""
        file = PurePosixPath(path)
        if not file.match(self.pattern):
            return None
        tail = "/".join(file.parts[-len(PurePosixPath(self.pattern).parts) :])
        return f"{FOLDER}/{self.product}/{self.id}{tail.removeprefix(self.stem)}"

    def own(self, content: bytes) -> bytes:
        """An export of the template, which names no product of the agency."""
        told: dict[str, str] = {}
        if self.template == "sondages-reseau-pro":
            told = {f";{name};": f";{self.product};" for name in _DECLARED["polled"]}
        if self.template in _SURVEYS:
            told = dict.fromkeys(_DECLARED["names"], _ITS)
        for name, its in told.items():
            content = content.replace(name.encode(), its.encode())
        return content

    def truth(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What is true of the template, said of this device."""
        named = {"device": self.of_device(record), "product": self.product}
        return {name: named.get(name, value) for name, value in record.items()}

    def of_device(self, record: Mapping[str, Any]) -> str:
        """The device that a truth is of: of a list of offers, its survey."""
        kinds = {template: kind.id for kind in _KINDS for template in kind.templates}
        return f"{kinds[record['device']]}-{self.product}" if "device" in record else ""


def products(count: int) -> list[dict[str, Any]]:
    """The entries of invented products, of ten departments in turn.

    Examples
    --------
    >>> print(products(17)[16]["id"], products(17)[16]["label"], sep=": ")
    service-017: Service 017 – taxes
    """
    domains, found = list(_DECLARED["domains"].items()), []
    for number in range(1, count + 1):
        turn, place = divmod(number - 1, len(domains))
        domain, (_, *about) = domains[place]
        what = about[turn % len(about)]
        found.append(
            {
                "id": f"service-{number:03d}",
                "label": f"Service {number:03d} – {what}",
                "label_en": f"Service {number:03d} (invented)",
                "department": f"fictif-{domain}",
                "description": f"Service inventé pour la démonstration : {what}.",
            }
        )
    return found


def clones(count: int) -> Iterator[list[Clone]]:
    """The devices of each product, as the demonstration's own catalogue describes theirs."""
    known = {entry["id"]: entry for entry in _entries("devices.yml")}
    for number, product in enumerate(products(count)):
        yield [
            _clone(kind, product, known[kind.templates[number % len(kind.templates)]])
            for kind in _KINDS
        ]


def _clone(kind: _Kind, product: Mapping[str, Any], template: Mapping[str, Any]) -> Clone:
    name = f"{kind.id}-{product['id']}"
    first, slash, rest = template["pattern"].partition("/")
    stem, star, end = first.partition("*")
    entry = {**template, "id": name, "product": product["id"], "owner": product["department"]}
    entry["label"] = f"{kind.label} du service {product['id'][-3:]}"
    entry["label_en"] = f"{kind.label_en} of service {product['id'][-3:]}"
    stem = stem.rstrip("_")
    gap = first[len(stem) : len(first) - len(star + end)]
    entry["pattern"] = f"{name}{gap}{star}{end}{slash}{rest}"
    if template.get("questionnaire") in _SURVEYS:
        entry["questionnaire"] = _SURVEYS[template["questionnaire"]]
    return Clone(name, product["id"], template["id"], entry, template["pattern"], stem)


def drawn(clone: Clone, made: tuple[Files, Truths]) -> tuple[Files, Truths]:
    """What a maker made of a clone's template, as its own."""
    files, truths = made
    paths = {path: clone.path(path) for path in files}
    own = {name: clone.own(files[path]) for path, name in paths.items() if name}
    # what people read in texts is of the template alone
    parts = {part: records for part, records in truths.items() if part != "texts"}
    return own, {part: [*map(clone.truth, records)] for part, records in parts.items()}


def write_catalogue(folder: Path, count: int) -> None:
    """Write the catalogue of the demonstration and of a ministry beside it into a new folder."""
    own = project.root() / _DEMONSTRATION / "catalogue"
    (folder / "questionnaires").mkdir(parents=True)
    for path in sorted(own.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(own).as_posix()
        _write(folder / name, text)
        if path.stem in _SURVEYS:
            for asked in _DECLARED["names"]:
                text = text.replace(asked, _ITS)
            text = text.replace(f"id: {path.stem}\n", f"id: {_SURVEYS[path.stem]}\n", 1)
            _write(folder / "questionnaires" / f"{_SURVEYS[path.stem]}.yml", text)
    departments = [
        {"id": f"fictif-{name}", "label": f"{label} (fictif)", "label_en": f"Invented: {name}"}
        for name, (label, *_) in _DECLARED["domains"].items()
    ]
    _write(folder / "departments.yml", yaml_files.dump(departments[:count]))
    _write(folder / "products.yml", yaml_files.dump(products(count)))
    devices = [clone.entry for own in clones(count) for clone in own]
    _write(folder / "devices.yml", _text("devices.yml") + yaml_files.dump(devices))


def check(folder: Path) -> None:
    """Raise `ObservError` where a catalogue stands that no earlier command has written."""
    present = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in present:
        if not path.read_bytes().startswith(MARK.encode()):
            raise ObservError(
                f"{path}: is no catalogue that `python -m tools.demo --products` wrote, "
                "and it would take its place; name a folder of exports elsewhere, "
                "such as data/ministere/raw"
            )


def _write(path: Path, text: str) -> None:
    path.write_text(MARK + text, encoding="utf-8", newline="\n")


def _text(name: str) -> str:
    return (project.root() / _DEMONSTRATION / "catalogue" / name).read_text(encoding="utf-8")


def _entries(name: str) -> Sequence[Mapping[str, Any]]:
    found, _, problems = yaml_files.parse(_text(name), name, list, "a list of entries")
    if problems:
        raise ObservError(*problems)
    return found
