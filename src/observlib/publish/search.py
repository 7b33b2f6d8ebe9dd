"""The index of the search, made when a site is: pages, headings, indicators and products.

It is a script, and not data that a script would ask for: a page opened from a disk may load it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from observlib.publish.responsive_tables import plain, texts

INDEX = "search-index.js"
_LONGEST = 120  # letters of a term: what is longer is a sentence, and no name
_SECTION = re.compile(
    r'<(h[23]|section)\b[^>]*\bid="([^"]+)"[^>]*>(?:\s*<h[23]\b[^>]*>)?(.*?)</h[23]>', re.S
)


def index(pages: Iterable[tuple[str, str]]) -> str:
    """The script that holds what is searched of a site.

    Of each page: its address, title, language where it is not French, headings with their anchors,
    and terms (indicators and words that it defines, names of rows, captions, its description).

    Parameters
    ----------
    pages
        Their addresses and HTML: first those that come first among equal answers.

    Examples
    --------
    >>> page = '<main><h1>Visites</h1><h2 id="a">Par an</h2><dl><dt>Usager</dt></dl></main>'
    >>> index([("visites.html", page)])
    'window.searchIndex=[["visites.html","Visites","",[["a","Par an"]],["Usager"]]];\\n'
    """
    entries = [_entry(address, page) for address, page in pages]
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return f"window.searchIndex={text};\n"


def ranked(addresses: Iterable[str]) -> list[str]:
    """Addresses of pages with the edition's first, and the documentation last.

    Examples
    --------
    >>> ranked(["documentation/a.html", "practices/b.html", "index.html"])
    ['index.html', 'practices/b.html', 'documentation/a.html']
    """
    places = ("", "practices", "documentation")

    def rank(address: str) -> tuple[int, str]:
        folder = address.split("/")[0] if "/" in address else ""
        return (places.index(folder) if folder in places else len(places), address)

    return sorted(addresses, key=rank)


def english(page: str) -> bool:
    """Whether the text of a page is in English.

    Examples
    --------
    >>> english('<html lang="fr"><div class="text" lang="en">'), english('<html lang="fr">')
    (True, False)
    """
    return bool(re.search(r'<html\b[^>]*\blang="en|<div class="text"[^>]*\blang="en', page))


def _entry(address: str, page: str) -> list[object]:
    main = re.search(r"<main\b.*</main>", page, re.S)
    text = re.sub(r"<nav\b.*?</nav>", "", main[0] if main else page, flags=re.S)
    title = (texts(text, ["h1"]) or [address])[0]
    sections = [[anchor, plain(name)] for _, anchor, name in _SECTION.findall(text)]
    defined = "".join(re.findall(r"<li>\s*(?:<p>)?<strong>.*?</strong>", text, re.S))
    rows = "".join(re.findall(r'<th\b[^>]*scope="row"[^>]*>.*?</th>', text, re.S))
    found = texts(defined, ["strong"]) + texts(text, ["dt", "caption"]) + texts(rows, ["th"])
    terms = [term.strip(" .") for term in found if len(term) <= _LONGEST]
    named = [term for term in dict.fromkeys(terms) if re.search(r"[^\W\d_]{3}", term)]
    said = re.search(r'<meta name="description" content="([^"]*)"', page)
    described = [plain(said[1])] if said else []
    return [address, title, "en" if english(page) else "", sections, [*named, *described]]
