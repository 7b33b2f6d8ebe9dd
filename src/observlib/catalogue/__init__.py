"""What exists, read from YAML: departments, products, devices, questionnaires, indicators, …"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

from observlib.base.errors import ObservError
from observlib.base.text import fold_label
from observlib.base.yaml_files import read_yaml
from observlib.catalogue import entries, formats, questionnaires
from observlib.catalogue.entries import CHANNEL_LABELS, Coded, Device, Indicator, Named, Partner
from observlib.catalogue.formats import FIELDS, Format, Layout, SourceColumn
from observlib.catalogue.questionnaires import UNREAD, Question, Questionnaire, plain_code

ALONE = ("devices", "partners", "tasks")  # a data folder's own stand without the project's
_MAY_LACK = ("partners", "tasks", "families", "revisions")
# tables whose exports name no product
_OF_ONE_PRODUCT = (
    *("audience", "sections", "call_intervals", "calls", "ratings", "tickets", "user_tests"),
)
_WITH_TEXTS = ("services_publics_plus", "services_publics_plus_codes")  # loaders that are code
# What a device must say beyond what all must, and the loaders that cannot read without it.
_NEEDED_BY = {
    "product": ("limesurvey", "spss_stata"),
    "questionnaire": ("limesurvey", "spss_stata"),
    "table": ("plain_csv",),
}


class Catalogue(BaseModel):
    """The whole catalogue, each part by its `id`, in the order of its file."""

    model_config = ConfigDict(frozen=True)

    departments: dict[str, entries.Department]
    products: dict[str, entries.Product]
    devices: dict[str, Device]
    indicators: dict[str, Indicator]
    groups: dict[str, entries.Group] = {}
    codebook: dict[str, Coded] = {}  # what those who read texts are asked
    peers: dict[str, entries.Peer]
    partners: dict[str, Partner] = {}
    tasks: dict[str, entries.Task] = {}  # what people come to do
    families: dict[str, entries.FamilyLabel] = {}  # of estimates
    revisions: dict[str, entries.Revision] = {}  # the policy of what is told otherwise later
    questionnaires: dict[str, Questionnaire] = {}
    formats: dict[str, Format] = {}
    margins: dict[str, tuple[str, ...]] = {}  # the population's categories of each variable
    changes: dict[str, Any] = {}  # of what is measured: actions of the kind `measure`

    @property
    def units(self) -> dict[str, str]:
        """The unit of each indicator."""
        return {name: indicator.unit for name, indicator in self.indicators.items()}

    def formats_of(self, device: Device) -> dict[str, Format]:
        """The formats that a device's exports may be of, by their ids; none where code reads it."""
        form = self.formats.get(device.loader)
        names = (form.id, *form.instead.values()) if form else ()
        return {name: self.formats[name] for name in names if name in self.formats}

    def devices_of(self, product: str) -> list[str]:
        """The devices that listen to a product, or to whichever their exports name."""
        return [one.id for one in self.devices.values() if one.product in (product, None)]

    def label(self, subject: str) -> str:
        """The label of a product or peer, by its id."""
        found = self.products.get(subject) or self.peers.get(subject)
        if found is None:
            raise ObservError(f"{subject!r}: no product or peer of the catalogue has this id")
        return found.label

    def questions_of(self, device: Device) -> Questionnaire:
        """The questionnaire of a device whose exports are read by one."""
        found = self.questionnaires.get(device.questionnaire or "")
        if found is None:
            raise ObservError(
                f"device {device.id!r}: the loader {device.loader} needs the key `questionnaire`, "
                f"with one of {', '.join(self.questionnaires) or 'data/catalogue/questionnaires'}"
            )
        return found


_Parts = dict[str, dict[str, Any]]  # of the catalogue, by their names
_LISTS: dict[str, type[entries.Entry]] = {
    name: get_args(field.annotation)[1]
    for name, field in Catalogue.model_fields.items()
    if name not in ("questionnaires", "formats", "margins", "changes")
}


def load_catalogue(
    folder: Path,
    loaders: Iterable[str] | None = None,
    tables: Iterable[str] | None = None,
    margins: Mapping[str, Collection[str]] | None = None,
    own: Path | None = None,
) -> Catalogue:
    """Read and check the files of the catalogue."""
    problems: list[str] = []
    parts: _Parts = {name: {} for name in [*_LISTS, "questionnaires"]}
    places = entries.Places()
    for name, path in _files(folder, own):
        parts[name] |= _entries(name, path, places, problems)
    folders = [folder, *([own] if own else [])]
    for place in folders:
        known = _questionnaires(place / "questionnaires", margins or {}, problems)
        parts["questionnaires"] |= known
    beside = [place.parent / "formats" for place in folders]
    parts["formats"], found = formats.load_formats(beside, tables)
    problems += found
    problems += _unknown_references(parts, places, loaders, tables)
    ObservError.raise_any(problems)
    by_variable = {name: tuple(names) for name, names in (margins or {}).items()}
    return Catalogue(**parts, margins=by_variable)


def _files(folder: Path, own: Path | None) -> Iterator[tuple[str, Path]]:
    """The files of each list, in the order in which they count."""
    for name in _LISTS:
        paths = [folder / f"{name}.yml"]
        if own and (added := own / paths[0].name).exists():
            paths = [added] if name in ALONE else [*paths, added]
        yield from ((name, path) for path in paths if name not in _MAY_LACK or path.exists())


def _entries(name: str, path: Path, places: entries.Places, problems: list[str]) -> dict[str, Any]:
    """The entries of a file of a list, by their id; `places` gets where their keys stand."""
    needed = ", ".join(file for file in _LISTS if file not in _MAY_LACK)
    missing = f"file is missing; the catalogue has {needed}"
    listed, lines, found = read_yaml(path, list, "a list of entries (`- id: …`)", missing)
    problems += found
    known: dict[str, Any] = {}
    for position, raw in enumerate(listed):
        line = lines.get((position,), 1)
        entry = entries.validated(_LISTS[name], raw, path, lines, problems, (position,))
        if entry is None:
            continue
        if entry.id in known:
            first = places[name, entry.id, "id"].rsplit(":", 1)[1]
            problems.append(
                f"{path}:{line}: id {entry.id!r} is already used at line {first}; "
                f"ids are unique; rename one"
            )
            continue
        for key in raw:
            places[name, entry.id, key] = f"{path}:{lines.get((position, key), line)}"
        known[entry.id] = entry
    return known


def _questionnaires(
    folder: Path, margins: Mapping[str, Collection[str]], problems: list[str]
) -> dict[str, Questionnaire]:
    """The questionnaires by their id; `problems` gets what is wrong with their files."""
    known: dict[str, Questionnaire] = {}
    shape = "a mapping (`id:`, `label:`, `questions:`)"
    for path, one, _ in entries.sheets(folder, Questionnaire, shape, problems):
        for question in one.questions:
            given = [meaning for meaning in question.meanings if isinstance(meaning, str)]
            if fault := questionnaires.outside_margins(question.variable or "", given, margins):
                problems.append(f"{path}: {question.code}: {fault}")
        known[one.id] = one
    return known


def _unknown_references(
    parts: _Parts,
    places: entries.Places,
    loaders: Iterable[str] | None,
    tables: Iterable[str] | None,
) -> Iterator[str]:
    """What entries name that is not there, and what of them does not go together."""
    for product in parts["products"].values():
        yield from places.unknown("products", product, "department", sorted(parts["departments"]))
        if product.id in parts["peers"]:
            yield (
                f"{places['peers', product.id, 'id']}: id {product.id!r} is a product's "
                f"({places['products', product.id, 'id']}); rename one"
            )
    yield from _partner_faults(parts, places)
    yield from _task_faults(parts, places)
    subjects = {"indicator": "indicators", "device": "devices"}
    named = {column: [*parts[part]] for column, part in subjects.items()}
    named["product"] = [*parts["products"], *parts["peers"]]
    yield from entries.revision_faults(parts["revisions"], named, places)
    for device in parts["devices"].values():
        yield from _faults_of_device(device, parts, places, loaders, tables)


def _faults_of_device(
    device: Device,
    parts: _Parts,
    places: entries.Places,
    loaders: Iterable[str] | None,
    tables: Iterable[str] | None,
) -> Iterator[str]:
    named: dict[str, Iterable[str]] = {
        "owner": parts["departments"],
        "product": parts["products"],
        "questionnaire": parts["questionnaires"],
    }
    if loaders is not None:
        named["loader"] = {*loaders, *parts["formats"]}
    if tables is not None:
        named["table"] = tables
    at = partial(places.at, "devices", device)
    for key, names in named.items():
        yield from places.unknown("devices", device, key, sorted(names))
    if device.table is not None and device.loader != "plain_csv":
        yield f"{at('loader')}: key 'table' goes with the loader plain_csv alone"
    for key, fault in formats.source_faults(device, parts["formats"]):
        yield f"{at(key)}: key {key!r} {fault}"
    form = parts["formats"].get(device.loader)
    if device.area and form and "area" not in FIELDS.get(form.table, ("area",)):
        yield f"{at('loader')}: key 'area' says nothing of the table {form.table}"
    is_known = form is not None or device.loader in (loaders or ())  # else that is told above
    texts_read = (form and form.texts) or device.loader in _WITH_TEXTS
    if "questionnaire" in needed_by(device.loader, parts["formats"]):
        asked = parts["questionnaires"].get(device.questionnaire or "")
        texts_read = asked and any(question.kind == "text" for question in asked.questions)
    if device.verbatims and is_known and not texts_read:
        texts = sorted(name for name, one in parts["formats"].items() if one.texts)
        yield (
            f"{at('verbatims')}: key 'verbatims' goes with loaders that know texts "
            f"({', '.join((*_WITH_TEXTS, *texts))}) and with questionnaires that have a question "
            f"of the kind text, and {device.loader} knows none"
        )
    for key in needed_by(device.loader, parts["formats"]):
        if getattr(device, key) is None:
            known = sorted(tables or () if key == "table" else parts[f"{key}s"])
            allowed = f"; allowed: {', '.join(known)}" if known else ""
            yield (
                f"{at('loader')}: key {key!r} is missing, without which the loader "
                f"{device.loader} cannot read{allowed}"
            )


def needed_by(loader: str, formats: Mapping[str, Format]) -> list[str]:
    """The keys that a device of this loader or format must have, beyond those that all must.

    >>> needed_by("limesurvey", {}), needed_by("polls", {})
    (['product', 'questionnaire'], [])
    """
    if form := formats.get(loader):
        if form.table == "responses":
            return ["product", "questionnaire"]
        return ["product"] if form.table in _OF_ONE_PRODUCT else []
    return [key for key, loaders in _NEEDED_BY.items() if loader in loaders]


# --- Partners and tasks: what their entries say of each other, and where contacts lead

_One = TypeVar("_One", Partner, entries.Task)
SEVERAL, NOBODY, UNTOLD = "Plusieurs organismes", "Aucun organisme", "Sans motif"
PARTNER, THEME = "partner", "theme"  # groups of estimates
_TAKEN = (SEVERAL, NOBODY, UNTOLD)


def _partner_faults(parts: _Parts, places: entries.Places) -> Iterator[str]:
    """What is wrong with partners, such as a theme of two that do not both share it."""
    partners: dict[str, Partner] = parts["partners"]
    at = partial(places.at, "partners")
    for partner in partners.values():
        if partner.label in _TAKEN:
            yield f"{at(partner, 'label')}: label {partner.label!r} means no partner; give another"
        yield from places.unknown("partners", partner, "peer", parts["peers"])
    named = [(p, "label", p.label) for p in partners.values()]
    for first, second, key, label in _twice(named):
        yield f"{at(second, key)}: label {label!r} is that of {first.id!r}; give another"
    themes = sorted(_given(partners, "themes", "shared"), key=_folded)
    for _, same in groupby(themes, _folded):
        claims = list(same)
        owners = {partner.id: (partner, key) for partner, key, _ in claims}
        if len(owners) == 1:
            (partner, key), theme = next(iter(owners.values())), claims[0][2]
            if key == "shared":
                yield (
                    f"{at(partner, key)}: theme {theme!r} is shared with no other partner; "
                    "list it in the `shared` of the other too, or in its own `themes`"
                )
            continue
        for partner, key, theme in claims:
            if key == "themes":
                others = ", ".join(name for name in owners if name != partner.id)
                yield (
                    f"{at(partner, key)}: theme {theme!r} is also that of {others}; leave it to "
                    "one, or list it in the `shared` of each"
                )
    for first, second, key, word in _twice(_given(partners, "words", "entities")):
        yield f"{at(second, key)}: {word!r} leads to {first.id!r} already; leave it to one"


def leads_to_partner(partners: Mapping[str, Partner]) -> Callable[[str], str]:
    """What tells where a theme leads: a partner's label, `SEVERAL`, `NOBODY`, or `UNTOLD`.

    >>> told = {"domain": "x", "shared": ["Toit"]}
    >>> caisse = Partner(id="c", label="Caisse", themes=["Famille"], **told)
    >>> ville = Partner(id="v", label="Ville", **told)
    >>> leads = leads_to_partner({"c": caisse, "v": ville})
    >>> [leads(theme) for theme in ("famille", "Toit", "Autre chose", UNTOLD)]
    ['Caisse', 'Plusieurs organismes', 'Aucun organisme', 'Sans motif']
    """
    known = {fold_label(theme): p.label for p in partners.values() for theme in p.themes}
    known |= {fold_label(theme): SEVERAL for p in partners.values() for theme in p.shared}

    def leads(theme: str) -> str:
        return UNTOLD if theme == UNTOLD else known.get(fold_label(theme), NOBODY)

    return leads


def _given(listed: Mapping[str, _One], *keys: str) -> Iterator[tuple[_One, str, str]]:
    """What entries list under some keys: the entry, its key and each of the words."""
    return (
        (one, key, words) for one in listed.values() for key in keys for words in getattr(one, key)
    )


def _folded(given: tuple[Partner, str, str]) -> str:
    return fold_label(given[2])


def _twice(given: Iterable[tuple[_One, str, str]]) -> Iterator[tuple[_One, _One, str, str]]:
    """What a second entry has too: the first, the second, its key and the words."""
    known: dict[str, _One] = {}
    for one, key, words in given:
        first = known.setdefault(fold_label(words), one)
        if first is not one:
            yield first, one, key, words


# --- Tasks: what the entries of `tasks.yml` say of each other and of the rest of the catalogue

TASK = "task"  # a group of estimates
REASON = "reason"  # the variable of questionnaires whose categories lead to tasks
_ROUTES = ("sections", "themes", "answers", "tests", "words")


def _task_faults(parts: _Parts, places: entries.Places) -> Iterator[str]:
    """What is wrong with tasks beside each other, and what they name that does not exist."""
    tasks: dict[str, entries.Task] = parts["tasks"]
    at = partial(places.at, "tasks")
    asked = chain.from_iterable(one.questions for one in parts["questionnaires"].values())
    known = {str(m) for question in asked if question.variable == REASON for m in question.meanings}
    for task in tasks.values():
        yield from places.unknown("tasks", task, "owner", parts["departments"])
        yield from places.unknown("tasks", task, "partner", parts["partners"])
        for answer in task.answers:
            if answer not in known:
                yield (
                    f"{at(task, 'answers')}: {answer!r} is no category of the variable {REASON}; "
                    f"allowed: {', '.join(sorted(known)) or 'none'}"
                )
    labels = [(task, "label", task.label) for task in tasks.values()]
    for first, second, _, label in _twice(labels):
        yield f"{at(second, 'label')}: label {label!r} is that of {first.id!r}; give another"
    for key in _ROUTES:
        for first, second, _, text in _twice(_given(tasks, key)):
            yield f"{at(second, key)}: {text!r} leads to {first.id!r} already; leave it to one"


def leads_to_task(route: str, tasks: Mapping[str, entries.Task]) -> Callable[[str], str | None]:
    """What tells to which task something leads, as its label; `None` where it leads to none."""
    known = {
        fold_label(text): task.label for task in tasks.values() for text in getattr(task, route)
    }
    return lambda text: known.get(fold_label(text))
