"""Tasks: what the entries of `tasks.yml` say of each other and of the rest of the catalogue.

What is counted of a task is never counted of another too: each section, theme, answer and test
leads to one. A text alone may be of several.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import chain

from observlib.base.text import fold_label
from observlib.catalogue.entries import Department, Partner, Task
from observlib.catalogue.partners import twice
from observlib.catalogue.questionnaires import Questionnaire

TASK = "task"  # a group of estimates
REASON = "reason"  # the variable of questionnaires whose categories lead to tasks
ROUTES = ("sections", "themes", "answers", "tests", "words")


def faults(
    tasks: Mapping[str, Task],
    departments: Mapping[str, Department],
    partners: Mapping[str, Partner],
    questionnaires: Mapping[str, Questionnaire],
    places: Mapping[tuple[str, str, str], str],
) -> Iterator[str]:
    """What is wrong with tasks beside each other, and what they name that does not exist."""

    def at(task: Task, key: str) -> str:
        return f"{places['tasks', task.id, key]}: {task.id!r}"

    asked = chain.from_iterable(one.questions for one in questionnaires.values())
    known = {str(m) for question in asked if question.variable == REASON for m in question.meanings}
    for task in tasks.values():
        for key, allowed in (("owner", departments), ("partner", partners)):
            value = getattr(task, key)
            if value is not None and value not in allowed:
                yield f"{at(task, key)}: unknown {key} {value!r}; allowed: {_listed(allowed)}"
        for answer in task.answers:
            if answer not in known:
                yield (
                    f"{at(task, 'answers')}: {answer!r} is no category of the variable {REASON}; "
                    f"allowed: {_listed(sorted(known))}"
                )
    labels = [(task, "label", task.label) for task in tasks.values()]
    for first, second, _, label in twice(labels):
        yield f"{at(second, 'label')}: label {label!r} is that of {first.id!r}; give another"
    for key in ROUTES:
        given = [(task, key, text) for task in tasks.values() for text in getattr(task, key)]
        for first, second, _, text in twice(given):
            yield f"{at(second, key)}: {text!r} leads to {first.id!r} already; leave it to one"


def by(route: str, tasks: Mapping[str, Task]) -> Callable[[str], str | None]:
    """What tells to which task something leads, as its label; `None` where it leads to none.

    Examples
    --------
    >>> papers = Task(id="p", label="Refaire ses papiers", themes=["Papiers d'identité"])
    >>> leads = by("themes", {"p": papers})
    >>> leads("papiers d’identité"), leads("Famille")
    ('Refaire ses papiers', None)
    """
    known = {
        fold_label(text): task.label for task in tasks.values() for text in getattr(task, route)
    }
    return lambda text: known.get(fold_label(text))


def _listed(names: Collection[str]) -> str:
    return ", ".join(names) or "none"
