"""What a study says: the sentences of all themes, given its catalogue and quarter by themselves."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import pandas as pd

from observlib.display.output import Output
from observlib.language.prose import Markdown
from observlib.study import narratives
from observlib.study.selection import bare

# What a sentence asks for that its study knows: the parameter, and the study's own name for it.
OWN = {name: name for name in ("catalogue", "kind", "quarter", "before", "practices")}
OWN |= {name: name for name in ("actions", "corrections", "decisions", "expectations")}
OWN |= {name: name for name in ("planned", "replies")}
OWN |= {"period": "quarter", "page": "page"}


class Say:
    """The sentences of `narratives`, given the study's catalogue and quarter by themselves.

    `study.say.span(marks)` is `narratives.span(marks, catalogue, quarter)`; what it gives remembers
    the estimates that it tells, which the cell that shows it then carries. A period other than
    the study's is given by its name: `period="2026-T2"`. Where a sentence gives a whole table or
    list, `absent` and `when` say that there is nothing to show, as in `Study`.
    """

    def __init__(
        self,
        own: Callable[[str], Any],
        carry: Callable[[Output, list[pd.DataFrame]], Output],
        nothing: Callable[[list[pd.DataFrame], str, str], Output],
        module: ModuleType = narratives,
    ) -> None:
        self._own = own
        self._carry = carry
        self._nothing = nothing
        self._module = module

    def __dir__(self) -> list[str]:
        return list(offered(self._module))

    def __getattr__(self, name: str) -> Any:
        found = offered(self._module).get(name)
        if found is None:
            where = self._module.__name__.removeprefix("observlib.")
            known = ", ".join(offered(self._module))
            raise AttributeError(f"{where} says no {name!r}; what it says: {known}")
        if isinstance(found, ModuleType):
            return Say(self._own, self._carry, self._nothing, found)
        return self._bound(found)

    def _bound(self, sentence: Callable[..., Any]) -> Callable[..., Any]:
        names = list(inspect.signature(sentence).parameters)
        bound = {name: self._own(own) for name, own in OWN.items() if name in names}
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
                return self._nothing(frames[:1], absent, when)
            given = {k: bare(x) if isinstance(x, pd.DataFrame) else x for k, x in asked.items()}
            result = sentence(**{**bound, **given})
            if isinstance(result, Output):
                return self._carry(result, frames)
            return _carrying(result, frames) if isinstance(result, str) else result

        bound_sentence.__signature__ = signature  # type: ignore[attr-defined]
        return bound_sentence


SAID: set[str] = set()  # the modules of sentences that this process has looked into


def offered(module: ModuleType) -> dict[str, Any]:
    """What may be said, by name: a theme's sentences, or all themes.

    Examples
    --------
    >>> list(offered(narratives.subscriptions))
    ['retention', 'survival']
    """
    if module is narratives:
        return {name: getattr(module, name) for name in narratives.__all__}
    SAID.add(module.__name__)
    package = module.__name__.rpartition(".")[0] + "."
    return {
        name: found
        for name, found in sorted(vars(module).items())
        if not name.startswith("_")
        and inspect.isfunction(found)
        and found.__module__.startswith(package)
        and not found.__module__.endswith("estimates")
    }


def asked_for(sentence: Callable[..., Any]) -> inspect.Signature:
    """What a sentence is to be given: what its study knows is left out, or may be named.

    Examples
    --------
    >>> print(asked_for(narratives.contacts.answered_in_promise))
    (frame: 'pd.DataFrame', by: 'str' = 'product', *, period: 'str' = '…') -> 'str'
    """
    signature = inspect.signature(sentence)
    free = [p for name, p in signature.parameters.items() if name not in OWN]
    named = [
        p.replace(kind=inspect.Parameter.KEYWORD_ONLY, default="…")
        for name, p in signature.parameters.items()
        if name in OWN and p.annotation == "str"
    ]
    if "Output" in str(signature.return_annotation):
        named += [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default="", annotation="str")
            for name in ("absent", "when")
        ]
    own = [p for p in free if p.kind is inspect.Parameter.KEYWORD_ONLY]
    return signature.replace(parameters=[p for p in free if p not in own] + own + named)


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
