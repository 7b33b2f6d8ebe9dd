"""Partners and tasks: what their entries say of each other and of the rest of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, groupby
from typing import TypeVar

from observlib.base.text import fold_label
from observlib.catalogue.entries import Department, Partner, Peer, Places, Task
from observlib.catalogue.questionnaires import Questionnaire

_One = TypeVar("_One", Partner, Task)
SEVERAL, NOBODY, UNTOLD = "Plusieurs organismes", "Aucun organisme", "Sans motif"
PARTNER, THEME = "partner", "theme"  # groups of estimates
_TAKEN = (SEVERAL, NOBODY, UNTOLD)


def partner_faults(
    partners: Mapping[str, Partner],
    peers: Mapping[str, Peer],
    places: Places,
) -> Iterator[str]:
    """What is wrong with partners, such as a theme of two that do not both share it."""
    at = partial(places.at, "partners")
    for partner in partners.values():
        if partner.label in _TAKEN:
            yield f"{at(partner, 'label')}: label {partner.label!r} means no partner; give another"
        yield from places.unknown("partners", partner, "peer", peers)
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

    >>> caisse = Partner(id="c", label="Caisse", domain="x", themes=["Famille"], shared=["Toit"])
    >>> ville = Partner(id="v", label="Ville", domain="y", shared=["Toit"])
    >>> leads = leads_to_partner({"c": caisse, "v": ville})
    >>> [leads(theme) for theme in ("famille", "Toit", "Autre chose", UNTOLD)]
    ['Caisse', 'Plusieurs organismes', 'Aucun organisme', 'Sans motif']
    """
    known = {fold_label(theme): p.label for p in partners.values() for theme in p.themes}
    known |= {fold_label(theme): SEVERAL for p in partners.values() for theme in p.shared}

    def leads(theme: str) -> str:
        return UNTOLD if theme == UNTOLD else known.get(fold_label(theme), NOBODY)

    return leads


def _given(entries: Mapping[str, _One], *keys: str) -> Iterator[tuple[_One, str, str]]:
    """What entries list under some keys: the entry, its key and each of the words."""
    return (
        (one, key, words) for one in entries.values() for key in keys for words in getattr(one, key)
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


def task_faults(
    tasks: Mapping[str, Task],
    departments: Mapping[str, Department],
    partners: Mapping[str, Partner],
    questionnaires: Mapping[str, Questionnaire],
    places: Places,
) -> Iterator[str]:
    """What is wrong with tasks beside each other, and what they name that does not exist."""
    at = partial(places.at, "tasks")
    asked = chain.from_iterable(one.questions for one in questionnaires.values())
    known = {str(m) for question in asked if question.variable == REASON for m in question.meanings}
    for task in tasks.values():
        yield from places.unknown("tasks", task, "owner", departments)
        yield from places.unknown("tasks", task, "partner", partners)
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


def leads_to_task(route: str, tasks: Mapping[str, Task]) -> Callable[[str], str | None]:
    """What tells to which task something leads, as its label; `None` where it leads to none."""
    known = {
        fold_label(text): task.label for task in tasks.values() for text in getattr(task, route)
    }
    return lambda text: known.get(fold_label(text))
