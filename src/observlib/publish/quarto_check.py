"""Whether the Quarto at hand makes of a small page what the embedded publisher makes of it."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from functools import cache
from itertools import takewhile
from pathlib import Path, PurePosixPath

from observlib import disk_cache, inputs
from observlib.errors import ObservError
from observlib.period import Quarter
from observlib.publish import html, quarto
from observlib.publish.links import links_of
from observlib.publish.manifest import Manifest
from observlib.publish.markdown import Converted
from observlib.publish.project import Entry, Page, Project

_FAULT = "fault.txt"
_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9"/></svg>'
_TEXT = """---
title: "Une page"
description: "Un constat, au 3e trimestre."
---

## Une section

Voir @fig-a, [@tbl-a] et l’[autre page](/autre.qmd).

::: {#fig-a}
![](trait.svg){fig-alt="Un trait."}

Un trait
:::

::: {#tbl-a}
```{=html}
<table><tr><th scope="col">A</th></tr><tr><td>1</td></tr></table>
```

```{=html}
<p>Source : essai.</p>
```

Un tableau
:::

::: {.callout-note collapse="true"}
## Données de la figure

« Deux » : trois !
:::

::: {.callout-warning}
## Prudence

Quatre.
:::
"""
_ASIDE = re.compile(
    r"<(nav|header|script|style)\b.*?</\1>|<span class=\"screen-reader.*?</span>", re.S
)


@cache
def fault(program: str, kept: Path | None) -> str:
    """What is wrong with a Quarto, in a line; nothing where it may make pages.

    Parameters
    ----------
    program
        The one that `publish.publisher_used` gives.
    kept
        The folder where the answer is kept for this program and this library.
    """
    made_of = {"the publisher": program, **inputs.within(inputs.library(), inputs.RENDERING)}
    name = f"quarto-check.{inputs.key(made_of)}"
    try:
        found = disk_cache.made(kept, name, lambda: {_FAULT: _fault(program).encode()})
    except ObservError as error:  # which may pass
        return f"made no page of its check ({error.problems[-1].removeprefix('quarto: ')})"
    return found[_FAULT].decode()


def _fault(program: str) -> str:
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        folder = Path(place).resolve()
        page, other = (
            Page(PurePosixPath(f"{name}.qmd"), {"title": title}, ("html",))
            for name, title in (("page", "Une page"), ("autre", "Une autre"))
        )
        menu = tuple(Entry(one.title, one.source) for one in (page, other))
        config = {
            "lang": "fr",
            "website": {"title": "Essai", "search": False, "sidebar": {}},
            "crossref": {"tbl-title": "Tableau", "tbl-prefix": "Tableau", "title-delim": "\u00a0:"},
            "execute": {"enabled": False},
        }
        day = date(2026, 1, 1)
        manifest = Manifest(Quarter.parse("2026-T1"), "real", day, pages=("page",))
        project = Project(folder, config, manifest, (page, other), menu, program)
        text = Converted(_TEXT, {"trait.svg": _PICTURE.encode()})
        frames = folder / "frames"
        quarto.render(project, [page], lambda _: text, frames, lambda _: None)
        one, two = html.page_html(project, page, _TEXT), quarto.framed(frames, page)
    wanted, made = _words(one), _words(two)
    if wanted != made:
        same = takewhile(lambda pair: pair[0] == pair[1], zip(wanted, made, strict=False))
        alike = len(list(same))
        told, ours = (" ".join(words[alike:][:5]) for words in (made, wanted))
        return f"a small page of it says {told!r} where the embedded publisher says {ours!r}"
    if asked := [to for to in links_of(two).targets if re.match("(https?:)?//", to)]:
        return f"a small page asks for {asked[0]}"
    return ""


def _words(page: str) -> list[str]:
    """What a page tells, after its title."""
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]*>", " ", _ASIDE.sub(" ", main)).split()
