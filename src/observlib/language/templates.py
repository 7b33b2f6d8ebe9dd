"""Texts as Jinja2 templates: each macro is one sentence, read whole where it is written.

Whatever a template calls is Python: the functions of `french` and `words` are its filters, given
the catalogue by themselves. What is undefined is an error.
"""

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    pass_context,
    pass_eval_context,
)
from jinja2.ext import Extension
from jinja2.nodes import EvalContext, Literal, Macro
from jinja2.runtime import Context
from markupsafe import Markup

from observlib.language import french, words
from observlib.language.prose import Markdown, plain

_BLANKS = re.compile(r"[ \t\n]+")
_RUN = re.compile(r"(?m)(?<=\S)(?<!^:)[ \t]{2,}(?=\S)")  # but for that of a definition
_GOES_ON = re.compile(r"(?<![\\\n])\n *(?![-:#|>\n ]|\d+\. )")  # a line of Markdown, on the next
_INDENTED = re.compile(r"(?m)^[ \t]+(?={%)")
_BLOCK = r"{%(?:(?!%}).)*"
# a line of nothing else
_BLOCKS = re.compile(rf"(?m)^((?:{_BLOCK}%}}[ \t]*)*{_BLOCK}?)(-?%}})[ \t]*\n")
_IF = re.compile(r"(?m)^({%-? *if\b.*)({%-? *endif *%})[ \t]*\n")
_DESCRIBED = r"/\*-?\s*(?P<words>(?:(?!\*/).)*?)\s*-?\*/\s*\{%%-?\s*macro %s\("
_IN_MARKDOWN = ".md.j2"  # of a file whose marks are Markdown: what they hold is written as plain
Functions = Mapping[str, Callable[..., Any]]


def public_functions(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The functions that a module defines for others, by name."""
    return {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
    }


class _Lines(Extension):
    """Lines that hold nothing but blocks leave none, nor does one that is said under a condition.

    Their ends are moved into the blocks, so that errors name the lines of the file.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _IF.sub(r"\1\n\2", _BLOCKS.sub(r"\1\n\2", _INDENTED.sub("", source)))


def environment(
    folder: Path, known: Mapping[str, Any], finalize: Callable[..., Any]
) -> Environment:
    """Where a folder's templates find each other, and what they may call: functions are filters.

    `finalize` writes what stands between `{{` and `}}`. Comments stand between `/*` and `*/`, as
    `{#` begins an id in Markdown.
    """
    templates = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=_is_markdown,
        finalize=finalize,
        extensions=[_Lines],
        comment_start_string="/*",
        comment_end_string="*/",
    )
    offer(templates, {**public_functions(french), **public_functions(words), **known})
    return templates


def offer(templates: Environment, known: Mapping[str, Any]) -> None:
    """Give templates what they may call or name."""
    functions = {name: given_catalogue(one) for name, one in known.items() if callable(one)}
    templates.filters |= functions
    templates.globals |= {**known, **functions}


def _is_markdown(name: str | None) -> bool:
    return str(name).endswith(_IN_MARKDOWN)


def given_catalogue(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose parameter `catalogue`, if it has one, is that of the text being written."""
    signature = inspect.signature(function)
    if "catalogue" not in signature.parameters:
        return function
    others = [one for name, one in signature.parameters.items() if name != "catalogue"]
    asked = signature.replace(parameters=others)

    @pass_context
    @functools.wraps(function)
    def called(context: Context, *parts: Any, **named: Any) -> Any:
        if "catalogue" in named:  # a macro hands it on
            return function(*parts, **named)
        given = asked.bind(*parts, **named)
        return function(**given.arguments, catalogue=context["catalogue"])

    return called


@pass_eval_context
def as_text(context: EvalContext, value: Any) -> Any:
    """What stands between braces, in a text as it is; in Markdown, words as plain text.

    What a macro of several lines gives ends with none.
    """
    text = str(value).strip("\n")
    if not context.autoescape:
        return text
    return Markup(text if isinstance(value, Markdown | Markup) else plain(text))


def sentences(
    templates: Environment, name: str, known: Mapping[str, Any]
) -> dict[str, Callable[..., str]]:
    """The macros of a template as functions, by name.

    A macro's parameters are the function's, the comment above it its docstring; where one is
    `catalogue`, all that the macro calls is given it. `known` is what this template alone may name.
    Line ends and indents are spaces; of Markdown, empty lines part paragraphs.
    """
    source, path, _ = templates.loader.get_source(templates, name)  # type: ignore[union-attr]
    tree = templates.parse(source, name, path)

    @functools.cache
    def template() -> Template:
        """The template, compiled when a sentence of it is first asked for."""
        own = {key: given_catalogue(x) if inspect.isfunction(x) else x for key, x in known.items()}
        code = templates.compile(tree, name, path)
        return Template.from_code(templates, code, templates.make_globals(own))

    return {
        macro.name: _sentence(template, _signature(macro), macro.name, _description(source, macro))
        for macro in tree.find_all(Macro)
    }


def _description(source: str, macro: Macro) -> str:
    found = re.search(_DESCRIBED % macro.name, source, re.DOTALL)
    return _BLANKS.sub(" ", found["words"]) if found else ""


def _sentence(
    template: Callable[[], Template], signature: inspect.Signature, name: str, description: str
) -> Callable[..., str]:
    def sentence(*parts: Any, **named: Any) -> str:
        given = signature.bind(*parts, **named)
        given.apply_defaults()
        of = template()
        context = of.new_context({"catalogue": given.arguments.get("catalogue")})
        (*_,) = of.root_render_func(context)  # by which the context has the macros
        text = str(context.vars[name](**given.arguments))
        return _lines(text) if _is_markdown(of.name) else _BLANKS.sub(" ", text).strip(" ")

    sentence.__name__, sentence.__doc__ = name, description
    sentence.__signature__ = signature  # type: ignore[attr-defined]
    return sentence


def _signature(macro: Macro) -> inspect.Signature:
    defaults = [one.as_const() if isinstance(one, Literal) else one for one in macro.defaults]
    needed = len(macro.args) - len(defaults)
    kind, empty = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.empty
    values = [*[empty] * needed, *defaults]
    return inspect.Signature(
        [
            inspect.Parameter(one.name, kind, default=value)
            for one, value in zip(macro.args, values, strict=True)
        ]
    )


def _lines(text: str) -> Markdown:
    """Markdown, of which a line begins where a paragraph or an item does."""
    ended = re.sub(r"(?m)[ \t]+$", "", _RUN.sub(" ", text)).strip("\n")
    return Markdown(_GOES_ON.sub(" ", re.sub(r"\n{3,}", "\n\n", ended)))
