"""One page of the site: its text by pandoc, in the frame that all pages share."""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from html import escape, unescape
from itertools import count
from pathlib import Path
from typing import Any

from observlib.base import kept
from observlib.base.files import write_all
from observlib.base.yaml_files import load_data, read_text
from observlib.display.output import macros
from observlib.language import french
from observlib.language.prose import plain
from observlib.language.words import CELL_MARKS, STATUS_WORDS
from observlib.publish import origins, pandoc
from observlib.publish.project import HOME, MenuEntry, Project, SitePage

# --- Tables that a telephone shows row by row, and whose codes are spelt out for who listens

_LONGEST_NAME = 60  # letters of what may stand under a row's name, with no name of its column
_STACKED = 4  # columns from which a table does not fit a telephone
_INSIDE = r'((?:[^>"]|"[^"]*")*)'
_TABLE = re.compile(rf"<table\b{_INSIDE}>.*?</table>", re.S)
_PART = re.compile(rf"<(thead|tbody|tfoot|tr)\b{_INSIDE}>")
_BODY = re.compile(r"<tbody\b.*?</tbody>", re.S)
_ROW = re.compile(r"<tr\b.*?</tr>", re.S)
_CELL = re.compile(rf"<(t[hd])\b{_INSIDE}>(.*?)</\1>", re.S)
_HEAD = re.compile(r"(<thead\b.*?</thead>)", re.S)
_ROLES = {"thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row"}
# what a telephone shows first of a row, after its names
_FIRST = (("value", re.compile("Valeur$|Écart")), ("verdict", re.compile("Verdict")))
_NOTHING = "–"
_WORDS = load_data(__file__)
_SPELT = {
    _NOTHING: _WORDS["nothing"],
    **{mark.strip("\u00a0"): STATUS_WORDS[status] for status, mark in CELL_MARKS.items()},
}
_SAID = '<span aria-hidden="true">{}</span> <span class="spelt">{}</span>'
_WHOLE = [code for code in _SPELT if not code.startswith("(")]
_BESIDE = re.compile("|".join(re.escape(code) for code in _SPELT if code.startswith("(")))


def with_stacked_tables(page: str, french: bool = True) -> str:
    """A page of HTML whose tables can be stacked, and scrolled where they are not."""
    numbers = count(1)
    return _TABLE.sub(lambda found: _table(found, page, french, f"t{next(numbers)}"), page)


def markup_text(markup: str) -> str:
    """The text of some markup, on one line.

    >>> markup_text("3<sup>e</sup> trimestre\\n&amp; <b>an</b>")
    '3e trimestre & an'
    """
    text = unescape(re.sub("<[^>]+>", "", re.sub("<br ?/?>", " ", markup)))
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")


def _table(found: re.Match[str], page: str, french: bool, name: str) -> str:
    table = _CELL.sub(_spelt, found[0]) if french else found[0]
    table = _BODY.sub(lambda body: _ROW.sub(lambda row: _named(row[0]), body[0]), table)
    if "rowgroup" in table and french:
        table = _grouped(table, name)
    rows = _ROW.findall(table)
    heads = [markup_text(text) for _, _, text in _CELL.findall(rows[0])] if rows else []
    if "<thead" in table and len(heads) >= _STACKED and "rowspan=" not in table:
        table = _stacked(table, heads)
    before = page[max(0, found.start() - 200) : found.start()]
    if 'class="scroll"' in before.rpartition("<div")[2]:
        return table
    return f'<div class="scroll" tabindex="0" role="group" aria-label="Tableau">\n{table}\n</div>'


def _named(row: str) -> str:
    """A row whose first cell heads it, as Markdown cannot say."""
    first = _CELL.search(row)
    if not first or first[1] == "th" or "colspan=" in first[2] or not first[3].strip():
        return row
    return _CELL.sub(rf'<th scope="row"{first[2]}>\3</th>', row, count=1)


def _grouped(table: str, name: str) -> str:
    """A table whose rows stand in groups: it says so, and its cells tell all that heads them."""
    opening, head, body = _HEAD.split(table, maxsplit=1)
    said = _WORDS["groups"]
    if "</caption>" in opening:
        opening = opening.replace("</caption>", f'<span class="spelt">. {said}</span></caption>')
    else:
        opening += f'<caption><span class="spelt">{said}</span></caption>'
    if "colspan=" in head:
        return opening + head + body
    columns, rows, group = count(), count(1), ""

    def row(found: re.Match[str]) -> str:
        nonlocal group
        own, place = f"{name}-{next(rows)}", 0
        if "colspan=" in found[0] and len(_CELL.findall(found[0])) == 1:
            group = own
            return _CELL.sub(lambda cell: _cell(cell, {"id": own}), found[0])

        def headed(cell: re.Match[str]) -> str:
            nonlocal place
            above = f"{name}-c{place} {group}".strip()
            place += _width(cell)
            of = {"id": own, "headers": above}
            return _cell(cell, of if cell[1] == "th" else {"headers": f"{above} {own}"})

        return _CELL.sub(headed, found[0])

    head = _CELL.sub(lambda cell: _cell(cell, {"id": f"{name}-c{next(columns)}"}), head)
    return opening + head + _ROW.sub(row, body)


def _stacked(table: str, heads: list[str]) -> str:
    opening, head, body = _HEAD.split(table, maxsplit=1)
    attributes, rest = opening.removeprefix("<table").split(">", 1)
    opening = f'<table role="table"{_with_class(attributes, "stack")}>{rest}'
    head = _CELL.sub(lambda cell: _cell(cell, {"role": "columnheader"}), head)
    parts = opening + head + _ROW.sub(lambda row: _row(row[0], heads), body)
    return _PART.sub(lambda part: f'<{part[1]} role="{_ROLES[part[1]]}"{part[2]}>', parts)


def _row(row: str, heads: list[str]) -> str:
    place = 0

    def labelled(cell: re.Match[str]) -> str:
        nonlocal place
        head, text = heads[place] if place < len(heads) else "", markup_text(cell[3])
        kind = next((name for name, known in _FIRST if known.match(head)), "")
        if "colspan" in cell[2] or place == 0:
            kind = "name"
        elif not text or text in (_NOTHING, f"{_NOTHING} {_SPELT[_NOTHING]}"):
            kind = "nothing"
        elif not kind and place == 1 and "right" not in cell[2] and len(text) < _LONGEST_NAME:
            kind = "named"
        role = {"role": "rowheader" if cell[1] == "th" else "cell"}
        label = {"data-label": head} if place else {}
        place += _width(cell)
        return _cell(cell, role | label, kind)

    return _CELL.sub(labelled, row)


def _width(cell: re.Match[str]) -> int:
    """How many columns a cell spans."""
    told = re.search(r'colspan="(\d+)"', cell[2])
    return int(told[1]) if told else 1


def _cell(cell: re.Match[str], added: Mapping[str, str], kind: str = "") -> str:
    attributes = "".join(f' {key}="{escape(value)}"' for key, value in added.items())
    attributes = _with_class(attributes + cell[2], kind)
    return f"<{cell[1]}{attributes}>{cell[3]}</{cell[1]}>"


def _with_class(attributes: str, names: str) -> str:
    """The attributes of a tag, with more classes."""
    if ' class="' in attributes and names:
        return attributes.replace(' class="', f' class="{names} ', 1)
    return f'{attributes} class="{names}"' if names else attributes


def _spelt(cell: re.Match[str]) -> str:
    text = cell[3]
    if (code := text.strip()) in _WHOLE:
        text = _SAID.format(code, _SPELT[code])
    elif cell[1] == "td":
        text = _BESIDE.sub(lambda code: _SAID.format(code[0], _SPELT[code[0]]), text)
    return f"<{cell[1]}{cell[2]}>{text}</{cell[1]}>"


def element_texts(markup: str, tags: Iterable[str]) -> list[str]:
    """The texts of some elements, once each, in order.

    >>> element_texts("<dt>A</dt><p>b</p><dt>A</dt><h2>C</h2>", ["dt", "h2"])
    ['A', 'C']
    """
    found = re.findall(rf"<({'|'.join(tags)})\b{_INSIDE}>(.*?)</\1>", markup, re.S)
    return list(dict.fromkeys(filter(None, (markup_text(text) for _, _, text in found))))


_HTML = macros(__file__, escape, str)
_DOWNLOADS = "<!-- downloads -->"
_CARD = 100  # letters above which a card has no other sentence
_BRIEF = 14  # headings up to which their list is seen whole beside the text


def page_html(project: Project, page: SitePage, markdown: str, folder: Path | None = None) -> str:
    """The whole HTML document of a page, but for the links that `with_downloads` puts in."""
    root = "../" * (len(page.source.parts) - 1)
    headings = len(re.findall(r"^##+ ", markdown, re.M))
    sections = [entry for entry in project.navigation if entry.entries]
    variables: dict[str, Any] = {  # the empty ones too: else a text could set them
        "sitetitle": escape(project.brand.name),
        "edition": escape(project.manifest.label),
        "made": project.manifest.made.isoformat(),
        "root": root,
        # the list of editions has none: the front page is the latest edition's
        "front": f"{root}{'' if project.manifest.pages else '../'}index.html",
        "logo": f"{root}{project.brand.logo}" if project.brand.logo else "",
        "alternative": escape(project.brand.alternative),
        "home": page.source == HOME and bool(project.manifest.pages),
        "navigation": [_entry(one, page, root, one in sections[:1]) for one in project.navigation],
        "trail": [_entry(entry, page, root) for entry in project.trail(page.source)],
        "downloads": _DOWNLOADS,
        "footer": footer(project, root),
        "language": page.meta.get("lang", ""),  # of its text; what stands around it is French
        "outline": page.meta.get("toc", True) and headings > 1,
        "brief": headings <= _BRIEF,
    }
    how = for_pandoc(project, page, root) | {"variables": variables, "folder": folder}
    text = with_listings(markdown, project, page)
    return pandoc.convert(text, "html", template=pandoc.TEMPLATES / "page.html", **how)


def with_downloads(text: str, downloads: Sequence[Mapping[str, str]]) -> str:
    """The document with links to the page's other forms: `text`, `href` and `detail` of each."""
    shown = f"{_HTML('downloads', downloads)}\n" if downloads else ""
    return text.replace(f"{_DOWNLOADS}\n", shown, 1)


def without_download(text: str, name: str) -> str:
    """The document without the link to a file, nor a list of links that is empty then."""
    text = re.sub(rf'<li><a href="[^"]*{re.escape(name)}" download>.*?</li>\n', "", text)
    return re.sub(r'<ul class="downloads"[^>]*>\s*</ul>\n', "", text)


def with_listings(markdown: str, project: Project, page: SitePage) -> str:
    """The text with the lists that its front matter asks for, each in the division of its `id`."""
    for listing, pages in project.listings(page):
        cards = "description" in listing.get("fields", ())
        block = _list_of(pages, cards) if pages else f"{_WORDS['none']}\n"
        name = re.escape(str(listing.get("id") or "listing"))
        place = re.search(rf"(?m)^:{{3,}} *\{{#{name}\}} *\n:{{3,}} *$", markdown)
        start, end = place.span() if place else (len(markdown), len(markdown))
        markdown = f"{markdown[:start]}\n\n{block}{markdown[end:]}"
    return markdown


def _list_of(pages: Sequence[SitePage], cards: bool) -> str:
    by_section: dict[str, list[str]] = {}
    for page in pages:
        link = f"[{page.meta['title']}](/{page.source})"
        # and not by split(), which takes non-breaking spaces for others
        finding = re.sub(r"[ \n]+", " ", str(page.meta.get("description") or "")).strip(" ")
        item = f"- ### {link}\n\n  {_opening(finding)}\n" if cards else f"- {link}"
        by_section.setdefault(page.section, []).append(item)
    kind = "cards" if cards else "links"
    lists = []
    for section, items in by_section.items():
        lists += [f"### {plain(section)}\n"] if len(by_section) > 1 else []
        lists += [f"::: {{.{kind}}}", *items, ":::\n"]
    return "\n".join(lists)


def _opening(finding: str) -> str:
    """The first sentences of a finding, whole, as many as make a hundred letters.

    >>> _opening("Un. " + "Les visites " * 9 + "progressent. « Trop long » pour une carte.")[-12:]
    'progressent.'
    """
    said, *rest = re.split(r"(?<=[.!?]) (?=[A-ZÀ-Ý0-9«])", finding)
    for sentence in rest:
        if len(said) < _CARD:
            said = f"{said} {sentence}"
    return said


def for_pandoc(project: Project, page: SitePage, root: str = "") -> dict[str, Any]:
    """The name, filters and metadata with which pandoc reads any page, whatever it makes of it."""
    metadata = {
        "lang": page.meta.get("lang", "fr-FR"),
        "root": root,
        "madelong": french.day_label(project.manifest.made),
        "link-citations": True,
        "absent": list(project.manifest.absent),  # a link to one is its text alone
        "bibliography": [pandoc.pandoc_path(path.resolve()) for path in project.bibliography],
    }
    if style := project.config.get("csl"):
        metadata["csl"] = pandoc.pandoc_path((project.folder / style).resolve())
    name = str(project.folder / page.source)
    return {"name": name, "filters": project.filters, "metadata": metadata}


def footer(project: Project, root: str) -> str:
    """The footer of `_quarto.yml`: texts in Markdown, or a list of links."""
    raw = project.website.get("page-footer") or {}
    parts = raw if isinstance(raw, dict) else {"center": raw}
    texts = []
    for part in filter(None, map(parts.get, ("left", "center", "right"))):
        listed = part if isinstance(part, list) else ()
        links = [f"- [{item['text']}]({item['href']})" for item in listed if "href" in item]
        texts.append("\n".join(links) if isinstance(part, list) else str(part))
    name = f"{project.folder / '_quarto.yml'}: website.page-footer"
    return _footer("\n\n".join(filter(None, texts)), name, root)


@cache
def _footer(text: str, name: str, root: str) -> str:
    return pandoc.convert(text, "html", name=name, metadata={"root": root})


def _entry(entry: MenuEntry, page: SitePage, root: str, unfolded: bool = False) -> dict[str, Any]:
    """What the menu and the way back show of an entry, on a page."""
    inside = [_entry(child, page, root) for child in entry.entries]
    return {
        "text": escape(entry.text),
        "href": root + entry.href if entry.href else "",
        "current": entry.page == page.source,
        "entries": inside,
        "open": unfolded or any(child["current"] for child in inside),
    }


# --- The index of the search, made when a site is: pages, headings, indicators and products

_INDEX = "search-index.js"
_LONGEST = 120  # letters of a term: what is longer is a sentence, and no name
_SECTION = re.compile(
    r'<(h[23]|section)\b[^>]*\bid="([^"]+)"[^>]*>(?:\s*<h[23]\b[^>]*>)?(.*?)</h[23]>', re.S
)


def index(pages: Iterable[tuple[str, str]]) -> str:
    """The script that holds what is searched of a site, of each page as `_indexed` tells it."""
    entries = [_indexed(address, page) for address, page in pages]
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return f"window.searchIndex={text};\n"


def _ranked(addresses: Iterable[str]) -> list[str]:
    """Addresses of pages with the edition's first, and the documentation last.

    >>> _ranked(["documentation/a.html", "practices/b.html", "index.html"])
    ['index.html', 'practices/b.html', 'documentation/a.html']
    """
    last = {"practices": 1, "documentation": 2}
    folders = {address: address.rpartition("/")[0].split("/")[0] for address in addresses}
    return sorted(folders, key=lambda one: (last.get(folders[one], 3 * bool(folders[one])), one))


def _english(page: str) -> bool:
    """Whether the text of a page is in English.

    >>> _english('<html lang="fr"><div class="text" lang="en">'), _english('<html lang="fr">')
    (True, False)
    """
    return bool(re.search(r'<html\b[^>]*\blang="en|<div class="text"[^>]*\blang="en', page))


def _indexed(address: str, page: str) -> list[object]:
    """A page's address, title, language if not French, headings with anchors, and terms."""
    main = re.search(r"<main\b.*</main>", page, re.S)
    text = re.sub(r"<nav\b.*?</nav>", "", main[0] if main else page, flags=re.S)
    title = (element_texts(text, ["h1"]) or [address])[0]
    sections = [[anchor, markup_text(name)] for _, anchor, name in _SECTION.findall(text)]
    defined = "".join(re.findall(r"<li>\s*(?:<p>)?<strong>.*?</strong>", text, re.S))
    rows = "".join(re.findall(r'<th\b[^>]*scope="row"[^>]*>.*?</th>', text, re.S))
    parts = ((defined, ["strong"]), (text, ["dt", "caption"]), (rows, ["th"]))
    found = [term for markup, tags in parts for term in element_texts(markup, tags)]
    terms = [term.strip(" .") for term in found if len(term) <= _LONGEST]
    named = [term for term in dict.fromkeys(terms) if re.search(r"[^\W\d_]{3}", term)]
    said = re.search(r'<meta name="description" content="([^"]*)"', page)
    described = [markup_text(said[1])] if said else []
    return [address, title, "en" if _english(page) else "", sections, [*named, *described]]


# --- What every page of a finished site is given, whichever publisher made it

DESCRIPTION_WORDS = 30  # of a description at most
_FRONT = "index.html"
_PAGE = "page.html"  # of what is kept
_STYLE = "access.css"
_FILES = (_STYLE, "site.css", "search.js", "values.js", "origins.js", "favicon.svg")
_CSS_COMMENT = re.compile(rb"/\*.*?\*/ *\n?", re.S)  # readers need not load them
_COMMIT = re.compile(r'(<a\s[^>]*class="commit"[^>]*>).*?(</a>)', re.S)
# up to the end of its own caption
_FIGURE = re.compile(r"<figure\b((?:(?!<figure\b).)*?<figcaption\b[^>]*>(.*?)</figcaption>)", re.S)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)"[^>]*>\n?')
# what Quarto may have written of it already
_OURS = re.compile(r'<(?:meta property="og:|link [^>]*rel="icon")[^>]*>\n?')


def finish(project: Project, site: Path, cache: Path | None = None) -> None:
    """Give the pages of a site what all have, and put the files that they share beside them."""
    shown = (page for page in project.pages if "html" in page.formats)  # slides stay as they are
    paths = _ranked(page.output(".html").as_posix() for page in shown)
    finish_pages(project, site, paths, cache)
    pages = ((path, (site / path).read_text(encoding="utf-8")) for path in paths)
    (site / _INDEX).write_text(index(pages), encoding="utf-8", newline="\n")


def finish_pages(
    project: Project, site: Path, addresses: Iterable[str], cache: Path | None = None
) -> None:
    """Do so for some pages of a site, as their publisher made them."""
    brand = project.brand
    for file in _FILES:
        text = (pandoc.TEMPLATES / file).read_bytes().replace(b"{accent}", brand.primary.encode())
        (site / file).write_bytes(brand.recoloured(_CSS_COMMENT.sub(b"", text)))
    sheets = [path.read_text(encoding="utf-8") for path in project.sheets]
    with (site / _STYLE).open("a", encoding="utf-8", newline="\n") as style:
        style.write("\n".join([*sheets, brand.css()]))
    write_all({file: (project.folder / file).read_bytes() for file in brand.files}, site)
    works = english_works(project)
    manifest, description = project.manifest, str(project.website.get("description") or "")
    to_all = (sorted(works), brand.name, description, manifest.is_demonstration)
    shared = {**kept.by_group(kept.code_of(__name__)), "what all are told": repr(to_all)}
    for address in addresses:
        page = (site / address).read_bytes()
        told = project.folder / origins.ORIGINS_FOLDER / f"{address.removesuffix('.html')}.json"
        numbers = told.read_bytes() if told.is_file() else b""
        own = {"the page": page, "its numbers": numbers}
        of = shared | {key: kept.bytes_digest(content) for key, content in own.items()}
        name = f"finished-{address.replace('/', '-')}"
        make = partial(_finished, project, works, address, page.decode("utf-8"), numbers)
        # not kept with its commit, which each edition may change
        finished = with_commit(kept.made(cache, name, of, make)[_PAGE].decode(), manifest.commit)
        (site / address).write_text(finished, "utf-8", newline="\n")


def _finished(
    project: Project, works: Collection[str], address: str, page: str, numbers: bytes
) -> dict[str, bytes]:
    """A page as it is published, of what its publisher made and what its numbers are matched by."""
    page = with_stacked_tables(with_languages(page, works), french=not _english(page))
    page = with_quotations(with_named_figures(page))
    if numbers:
        page = origins.with_origins(page, origins.read_origins(numbers))
    page = page.replace("<pre", '<pre tabindex="0"')  # its long lines are scrolled by keys too
    of_site = str(project.website.get("description") or "") if address == _FRONT else ""
    root, invented = "../" * address.count("/"), project.manifest.is_demonstration
    page = with_head(page, project.brand.name, root, of_site, invented)
    return {_PAGE: page.encode("utf-8")}


def with_head(page: str, site: str, root: str, otherwise: str = "", invented: bool = False) -> str:
    """A page that says what it is, in thirty words at most, and loads what all share."""
    told = _DESCRIPTION.search(page)
    main = page[page.find("<main") :]
    text = main.split('<div class="text"', 1)[-1].split("</header>", 1)[-1]
    text = re.sub(r"<(table|nav|figure)\b.*?</\1>", "", text, flags=re.S)
    first = otherwise or next(iter(element_texts(text, ["p"])), "")
    said = markup_text(told[1]) if told else first
    said = f"{_WORDS['synthetic']} {said}" if told and invented else said
    title = (element_texts(main, ["h1"]) or [site])[0]
    is_english = _english(page)
    own = (title, site, root, is_english, bool(otherwise), page)
    about = _HTML("head", first_sentences(said or title), *own)
    page = _OURS.sub("", _DESCRIPTION.sub("", page))
    if is_english:
        page = page.replace("<title>", '<title lang="en">', 1)
    return page.replace("</head>", f"{about}\n</head>", 1)


def with_commit(page: str, commit: str) -> str:
    """A page whose passport names its commit: else kept pages would be made again for each."""
    if not commit:
        return page
    name, mark, _ = commit.partition("-")
    said = f"<code>{escape(name[:12])}</code>{', modifiée depuis' if mark else ''}"
    return _COMMIT.sub(rf"\g<1>{said}\g<2>", page)


def with_named_figures(page: str) -> str:
    """A page whose figures are named by their captions."""
    named = '<figure role="figure" aria-label="{}"{}'
    return _FIGURE.sub(lambda one: named.format(escape(markup_text(one[2])), one[1]), page)


def with_quotations(page: str) -> str:
    """A page where what an item of a list quotes, and nothing else, is marked as a quotation.

    >>> with_quotations("<li>« Très clair. »</li><li>« Alertes » va mieux.</li>")
    '<li><q>« Très clair. »</q></li><li>« Alertes » va mieux.</li>'
    """
    return re.sub(r"<li>(<p>)?(«[^«»]*»)(</p>)?(?=</li>)", r"<li>\1<q>\2</q>\3", page)


def first_sentences(text: str) -> str:
    """The first sentences of a text, thirty words at most; where one is longer, it is cut."""
    words = re.findall(r"\S+\s*", text)
    if len(words) <= DESCRIPTION_WORDS:
        return text
    cut = "".join(words[:DESCRIPTION_WORDS]).rstrip()
    whole = [end.end() for end in re.finditer(r"[.!?](?= [A-ZÀ-Ý0-9«])", cut + " A")]
    if whole and len(cut[: whole[-1]].split()) >= DESCRIPTION_WORDS // 3:
        return cut[: whole[-1]]
    if cut.count("(") > cut.count(")"):
        cut = cut[: cut.rindex("(")]
    return cut.rstrip(" \u00a0\u202f,;:") + "…"


def english_works(project: Project) -> set[str]:
    """The keys of the works that a project's bibliography says to be in English."""
    entries = [one for path in project.bibliography for one in read_text(path).split("\n@")]
    english = [one for one in entries if re.search(r"\blangid\s*=\s*[{\"]?english", one)]
    return {key[1] for one in english if (key := re.match(r"@?\w+\{([^,\s]+),", one))}


def with_languages(page: str, works: Collection[str]) -> str:
    """A page whose references tell which titles are in English, for those who listen to it.

    >>> with_languages('<div id="ref-a" class="csl-entry">Holm, <span>« A test »</span>.', {"a"})
    '<div id="ref-a" class="csl-entry">Holm, <span lang="en">« A test »</span>.'
    """

    def marked(entry: re.Match[str]) -> str:
        if entry[1] not in works:
            return entry[0]
        tag = "<span>" if "<span>" in entry[0] else "<em>"
        return entry[0].replace(tag, f'{tag[:-1]} lang="en">', 1)

    return re.sub(
        r'<div id="ref-([^"]+)" class="csl-entry".*?(?:</div>|$)', marked, page, flags=re.S
    )
