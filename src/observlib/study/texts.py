"""What a study says: the sentences of all themes, given its catalogue and quarter by themselves."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display.output import Output
from observlib.indicators.families import Given
from observlib.language.prose import Markdown
from observlib.language.templates import public_functions
from observlib.pipeline import frame
from observlib.study import narratives
from observlib.study.selection import bare

# What a sentence asks for that its study knows: the parameter, and the study's own name for it.
_KNOWN = ["catalogue", "kind", "quarter", "before", "practices", "actions", "corrections"]
_KNOWN += ["decisions", "expectations", "planned", "replies", "page"]
_OWN = {name: name for name in _KNOWN} | {"period": "quarter"}
_BY_NAME = ("before", "kind", "period", "quarter")  # of these, what a sentence may be told instead


class Say:
    """The sentences of `narratives`, given the study's catalogue and quarter by themselves.

    What `study.say.span(marks)` gives remembers the estimates that it tells. Another period is
    given by its name: `period="2026-T2"`; of a table or list, `absent` and `when` say that there is
    none.
    """

    def __init__(self, study: Any, module: ModuleType = narratives) -> None:
        self._study = study
        self._module = module

    def __dir__(self) -> list[str]:
        return _names(self._module)

    def __getattr__(self, name: str) -> Any:
        names = _names(self._module)
        if name not in names:
            where = self._module.__name__.removeprefix("observlib.")
            raise AttributeError(f"{where} says no {name!r}; what it says: {', '.join(names)}")
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            return Say(self._study, found)
        return self._bound(found)

    def _bound(self, sentence: Callable[..., Any]) -> Callable[..., Any]:
        names = list(inspect.signature(sentence).parameters)
        bound = {name: getattr(self._study, own) for name, own in _OWN.items() if name in names}
        signature = asked_for(sentence)

        @functools.wraps(sentence)
        def bound_sentence(*parts: Any, **named: Any) -> Any:
            if sentence in (narratives.together, narratives.if_any):
                return _carrying(sentence(*parts), frames_of(parts))
            try:
                asked = signature.bind(*parts, **named).arguments
            except TypeError as error:
                raise TypeError(f"{sentence.__name__}: {error}") from None
            absent, when = asked.pop("absent", ""), asked.pop("when", "")
            frames = [x for x in asked.values() if isinstance(x, pd.DataFrame)]
            if absent and frames and frames[0].empty:
                return self._study._absent(frames[:1], absent, when)
            given = {k: bare(x) if isinstance(x, pd.DataFrame) else x for k, x in asked.items()}
            result = sentence(**{**bound, **given})
            if isinstance(result, Output):
                return self._study._carry(result, frames)
            return _carrying(result, frames) if isinstance(result, str) else result

        bound_sentence.__signature__ = signature  # type: ignore[attr-defined]
        return bound_sentence


SAID: set[str] = set()  # the modules of sentences that this process has looked into


def _names(module: ModuleType) -> list[str]:
    """What may be said, without reading the sentences of all themes."""
    return [*narratives.__all__] if module is narratives else [*offered(module)]


def offered(module: ModuleType) -> dict[str, Any]:
    """What may be said, by name: a theme's sentences, or all themes."""
    if module is narratives:
        return {name: getattr(module, name) for name in narratives.__all__}
    SAID.add(module.__name__)
    return dict(sorted(public_functions(module).items()))


def asked_for(sentence: Callable[..., Any]) -> inspect.Signature:
    """What a sentence is to be given: what its study knows is left out, or may be named.

    >>> print(asked_for(narratives.contacts.answered_in_promise))
    (frame, by='product', *, period='…')
    """
    signature = inspect.signature(sentence)
    last, every = inspect.Parameter.KEYWORD_ONLY, signature.parameters.values()
    free = sorted((p for p in every if p.name not in _OWN), key=lambda p: p.kind is last)
    named = [p.replace(kind=last, default="…") for p in every if p.name in _BY_NAME]
    if "Output" in str(signature.return_annotation):
        own = functools.partial(inspect.Parameter, kind=last, default="", annotation="str")
        named += map(own, ("absent", "when"))
    return signature.replace(parameters=[*free, *named])


class _Sentence(str):
    """A sentence, and the frames that it tells."""

    frames: list[pd.DataFrame]


class _MarkdownSentence(Markdown):
    frames: list[pd.DataFrame]


def _carrying(words: str, frames: Iterable[pd.DataFrame]) -> str:
    text = (_MarkdownSentence if isinstance(words, Markdown) else _Sentence)(words)
    text.frames = list(frames)
    return text


def frames_of(parts: Iterable[Any]) -> list[pd.DataFrame]:
    """The frames that sentences tell; plain text tells none."""
    return [frame for part in parts for frame in getattr(part, "frames", [])]


# --- What a study may ask for and say: the families and, of one, all that it holds, by name


class Whole(pd.DataFrame):
    """A frame that JupyterLab and a terminal show whole: pandas cuts texts, rows and columns."""

    @property
    def _constructor(self) -> type[Whole]:
        return Whole

    def __repr__(self) -> str:
        width = max(map(len, self.get("what", [])), default=0)
        left = {"what": f"{{:<{width}}}".format}
        return str(self._filled().to_string(justify="left", formatters=left))

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return str(self._filled().to_html())

    def _filled(self) -> pd.DataFrame:
        return self.astype(object).where(self.notna(), "")


def list_families() -> pd.DataFrame:
    """What each family gives, and what may be said whatever the theme: `name`, `kind`, `what`."""
    declared = frame.families()
    rows = [(name, "family", _first(family.compute)) for name, family in declared.items()]
    of_a_theme = {theme for name in declared for theme, _ in _of_theme(name)}
    for name, found in offered(narratives).items():
        if callable(found):
            rows.append((f"say.{name}", "sentence", _first(found)))
        elif name not in of_a_theme:
            sentences = offered(found).items()
            rows += [(f"say.{name}.{own}", "sentence", _first(words)) for own, words in sentences]
    return Whole(rows, columns=["name", "kind", "what"]).set_index("name")


def describe_family(name: str, given: Given, catalogue: Catalogue) -> pd.DataFrame:
    """What a family holds, by `name`: its indicators, comparisons, words and sentences."""
    rows: list[tuple[Any, ...]] = []
    for indicator, own in given.estimates.groupby("indicator", sort=False):
        what = catalogue.indicators[str(indicator)].label
        periods = " … ".join(dict.fromkeys([own["period"].min(), own["period"].max()]))
        groups = ", ".join(sorted(set(own["group"]) - {""}))
        rows.append((indicator, "indicator", what, periods, groups, len(own)))
    for against, own in given.comparisons.groupby("against", sort=False):
        of = ", ".join(own["indicator"].unique())
        rows.append((against, "comparison", of, None, None, len(own)))
    for word, own in given.words.items():
        rows.append((word, "words", ", ".join(own.columns), None, None, len(own)))
    for theme, sentences in _of_theme(name):
        for sentence, function in offered(sentences).items():
            said = (f"say.{theme}.{sentence}", "sentence", _first(function), None, None, None)
            rows.append(said)
    columns = ["name", "kind", "what", "periods", "groups", "rows"]
    found = Whole(rows, columns=columns).set_index("name")
    # of a family without a row, no text tells pandas that these hold texts
    found = found.astype({"rows": "Int64", "periods": object, "groups": object})
    return found.fillna({"periods": "", "groups": ""})


def _of_theme(name: str) -> Iterator[tuple[str, ModuleType]]:
    """The modules of sentences that stand beside a family, by their names in `say`."""
    folder = frame.family_named(name).compute.__module__
    for theme, found in offered(narratives).items():
        if isinstance(found, ModuleType) and found.__name__.rpartition(".")[0] == folder:
            yield theme, found


def _first(explained: Any) -> str:
    return str(inspect.getdoc(explained)).split("\n")[0]
