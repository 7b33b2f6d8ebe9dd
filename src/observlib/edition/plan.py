"""The plan of an edition: its pages and their parameters, checked before anything runs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observlib.catalogue import Catalogue
from observlib.display.french import period_label
from observlib.edition.study import Parameter, Study
from observlib.errors import ObservError, UsageError
from observlib.period import Quarter


@dataclass(frozen=True)
class Page:
    """One page of an edition: a study with its parameters. `name` is its file's stem."""

    study: Study
    name: str
    title: str
    parameters: dict[str, Any]


def plan(
    studies: Mapping[str, Study],
    quarter: Quarter,
    data: str,
    catalogue: Catalogue,
    products: Sequence[str],
    only: Sequence[str] = (),
    given: Mapping[str, str] | None = None,
    surveys: Sequence[str] = (),
) -> list[Page]:
    """The pages of an edition, in order.

    Parameters
    ----------
    studies
        All studies, by name.
    quarter, data
        What every page is made for and from.
    catalogue
        Its products are the allowed values of `product` parameters, its surveys those of
        `device` parameters.
    products
        The products with data: a study `each: true` makes one page for each.
    only
        Names of the studies wanted; all where empty.
    given
        Parameters from outside, as text; each must be known to a chosen study.
    surveys
        The devices with survey responses: a study with a `device` that is `each: true` makes one
        page for each.

    Raises
    ------
    UsageError
        With every unknown study and every unknown, missing or ill-typed parameter; where there is
        no page to make.
    """
    given = dict(given or {})
    problems = [
        f"study {name!r} does not exist; studies are {', '.join(studies)}"
        for name in only
        if name not in studies
    ]
    chosen = [study for study in studies.values() if not only or study.name in only]
    own = {"quarter": str(quarter), "data": data}
    settable = sorted({name for study in chosen for name in study.parameters} - set(own))
    for name in given:
        if name in own:
            problems.append(f"parameter {name!r} is set by the command line's own words, not here")
        elif name not in settable and chosen:
            names = ", ".join(study.name for study in chosen)
            problems.append(
                f"parameter {name!r} does not exist in {names}; "
                f"parameters are {', '.join(settable) or 'none'}"
            )
    pages: list[Page] = []
    found_of = {"product": products, "device": surveys}
    unfed: dict[str, str] = {}  # parameters that nothing gives a value, by their type
    for study in chosen:
        values = {**given, **own}
        spread = [name for name, p in study.parameters.items() if p.each and name not in given]
        combinations: list[dict[str, str]] = [{}]
        for name in spread:
            subjects = found_of[study.parameters[name].type]
            combinations = [c | {name: subject} for c in combinations for subject in subjects]
            if not subjects:
                unfed[study.parameters[name].type] = name
        for combination in combinations:
            texts = {**values, **combination}
            parameters, found = _convert(study, texts, catalogue)
            problems += [problem for problem in found if problem not in problems]
            if not found:
                name = "-".join([study.name, *_parts(study, parameters)])
                pages.append(Page(study, name, _title(study, parameters, catalogue), parameters))
    taken = [page.name for page in pages]
    problems += [
        f"two pages would be named {name!r}; rename a device in the catalogue"
        for name in sorted({name for name in taken if taken.count(name) > 1})
    ]
    if not pages and not problems:
        made = ", ".join(study.name for study in chosen) or "no study"
        what = {"product": "product with data", "device": "survey with responses"}
        each = " or ".join(what[kind] for kind in unfed) or "product with data"
        give = " or ".join(f"-p {name}=VALUE" for name in unfed.values()) or "-p product=VALUE"
        problems.append(
            f"there is no page to make: {made} makes one for each {each}, and there is none; "
            f"give {give}"
        )
    if problems:
        raise UsageError(*problems)
    return pages


def _convert(
    study: Study, texts: Mapping[str, str], catalogue: Catalogue
) -> tuple[dict[str, Any], list[str]]:
    parameters: dict[str, Any] = {}
    problems: list[str] = []
    for name, parameter in study.parameters.items():
        place = f"study {study.name!r}: parameter {name!r}"
        text = texts.get(name, _text(parameter.default))
        allowed = _allowed(parameter, catalogue)
        if text is None:
            problems.append(f"{place} is missing; allowed: {allowed}; give -p {name}=VALUE")
            continue
        try:
            parameters[name] = _value(parameter, text, catalogue)
        except (ValueError, ObservError):
            whose = "is" if name in texts else "has the default"
            problems.append(f"{place} {whose} {text!r}; allowed: {allowed}")
    return parameters, problems


def _text(default: str | int | float | bool | None) -> str | None:
    """A default as it would be given from outside."""
    if isinstance(default, bool):
        return str(default).lower()
    return None if default is None else str(default)


def _value(parameter: Parameter, text: str, catalogue: Catalogue) -> Any:
    """The value that a text stands for; `ValueError` where it is not allowed."""
    if parameter.type == "quarter":
        return str(Quarter.parse(text))
    if parameter.type == "data":
        return text
    if parameter.type in ("integer", "number"):
        number = int(text) if parameter.type == "integer" else float(text)
        low = -math.inf if parameter.minimum is None else parameter.minimum
        high = math.inf if parameter.maximum is None else parameter.maximum
        if -math.inf < number < math.inf and low <= number <= high:
            return number
    elif parameter.type == "boolean" and text in ("true", "false"):
        return text == "true"
    elif text in _choices(parameter, catalogue):
        return text
    raise ValueError(text)


def _choices(parameter: Parameter, catalogue: Catalogue) -> list[str]:
    """The values of a parameter that has a list of them."""
    if parameter.type == "product":
        return list(catalogue.products)
    if parameter.type == "device":  # surveys: what has questions, and is no list beside one
        asking = (d for d in catalogue.devices.values() if d.questionnaire)
        return [device.id for device in asking if device.table in (None, "responses")]
    return list(parameter.choices)


def _allowed(parameter: Parameter, catalogue: Catalogue) -> str:
    words = {
        "quarter": "a quarter such as 2026-T3",
        "data": "a data folder",
        "boolean": "true, false",
        **dict.fromkeys(
            ("product", "device", "choice"), ", ".join(_choices(parameter, catalogue)) or "none"
        ),
        "integer": "a whole number",
        "number": "a number",
    }
    limits = ""
    if parameter.minimum is not None:
        limits += f" from {parameter.minimum:g}"
    if parameter.maximum is not None:
        limits += f" up to {parameter.maximum:g}"
    return words[parameter.type] + limits


def _parts(study: Study, parameters: Mapping[str, Any]) -> Iterator[str]:
    """What tells a page from the study's other pages, for its file name."""
    for name, parameter in study.parameters.items():
        if parameter.each:
            yield str(parameters[name]).removeprefix(f"{study.name}-")  # which the name begins with


def _title(study: Study, parameters: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The study's title, with `{name}` replaced by the label of a parameter."""
    title = study.title
    for name, parameter in study.parameters.items():
        value = str(parameters[name])
        label = {
            "product": catalogue.label,
            "device": lambda v: catalogue.devices[v].label,
            "quarter": period_label,
        }.get(parameter.type, str)
        title = title.replace("{" + name + "}", label(value))
    return title
