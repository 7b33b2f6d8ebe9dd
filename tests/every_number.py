"""Every number that an edition shows: of a figure with an identifier, or of what is no estimate."""

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from python_calamine import CalamineWorkbook
from tests.told_numbers import is_told, numbers, value

from observlib import dataset
from observlib.catalogue import Catalogue

# Sections that tell of methods, works and files, which the catalogue and people wrote.
ASIDE = {"méthode et limites", "références", "citer et refaire cette page"}
# Thresholds and rules that pages say in words of their own.
NO_ESTIMATES = (
    r"moins de 30\b|moins de onze|\b3939\b|à 9\d(?:,\d+)?(?: ou 9\d(?:,\d+)?)? %",
    r"0–10|ramenée sur 10, atteint 7,5",
    r"niveau de risque de 5 %|un rapport de 1 |sur 100\b|\bn° ?\d+|\bnᵒ ?\d+|\d+ à \d+ ans",
    r"\b\d\d/\d\d/\d{4}\b|\(\d+ ko\)|\b\d+ ko\b|\b[12]\d{3}\b",
    r"(?:[Ff]igures?|[Tt]ableaux?)[  ]\d+(?: \(suite\))?",
)
_DURATION = re.compile(r"(\d+) min (\d+) s\b")
_WORDS = {"Lisez-moi", "Sommaire", "Notes", "Dictionnaire"}  # sheets of words, of counts of rows
_VOID = {"img", "br", "hr", "meta", "link", "input", "col", "source", "wbr"}
_SKIPPED = {"script", "style", "nav", "code", "pre", "time", "summary"}


class Texts(HTMLParser):
    """The texts of a page's main part, each with its section and the origin it leads to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.drawn: list[tuple[dict[str, str], str]] = []
        self.stack: list[tuple[str, dict[str, str]]] = []
        self.section = ""
        self.feed(page[page.find("<main") : page.find("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("h2", "h1"):
            self.section = ""
        if tag not in _VOID:
            self.stack.append((tag, {key: given or "" for key, given in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.stack]
        if "h2" in tags:
            self.section += data.lower()
        elif "svg" in tags:
            if tags[-1] in ("text", "tspan"):
                self.drawn.append((self.stack[-1][1], data))
        elif not _SKIPPED.intersection(tags):
            leads = [given.get("href", "") for tag, given in self.stack if tag == "a"]
            self.found.append((" ".join(self.section.split()), data, (leads or [""])[-1]))


class Edition:
    """A published edition, and what it tells of each figure."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.folder = folder
        data, names = folder / "donnees", ("estimates", "comparisons")
        tables = {name: dataset.read_table((data / f"{name}.csv").read_bytes()) for name in names}
        self.tables = tables
        self.told = {
            str(row["id"]): [abs(x) for x in row.values() if isinstance(x, float) and x == x]
            for table in tables.values()
            for row in table.to_dict("records")
        }
        labels = [*catalogue.products.values(), *catalogue.devices.values()]
        labels += [*catalogue.peers.values(), *catalogue.indicators.values()]
        texts = {entry.label for entry in labels}
        texts |= {e.note for e in catalogue.devices.values() if e.note}
        for table in tables.values():
            for name in ("group", "group_value", "product", "reference_group_value"):
                texts |= set(table[name]) if name in table else set()
        told = [text for text in texts if re.search(r"[^\d.,-].*\d|\d.*[^\d.,-]", text)]
        self.names = sorted(map(_simple, told), key=len, reverse=True)

    def studies(self) -> list[str]:
        text = (self.folder / "origins-data.js").read_text(encoding="utf-8")
        return sorted(re.findall(r'"page-([^"]+)":', text))

    def own(self, page: str) -> list[list[float]]:
        """The numbers of the figures that a page tells."""
        found = []
        for end in (".csv", "-comparaisons.csv"):
            path = self.folder / f"{page}{end}"
            if path.exists():
                table = dataset.read_table(path.read_bytes())
                found += [self.told[one] for one in table["id"]]
                found += [[float(x)] for x in table["group_value"] if x.isdigit()]
        return found

    def left(self, text: str) -> list[str]:
        """The numbers of a text that are not listed as no estimates."""
        text = _DURATION.sub(_in_seconds, _simple(text))
        text = re.sub(r"(environ \d+) 000\b", r"\1", text)  # told in thousands
        for pattern in NO_ESTIMATES:
            text = re.sub(pattern, " ", text)
        for name in self.names:
            text = text.replace(name, " ")
        return numbers(text)


def _in_seconds(found: re.Match[str]) -> str:
    minutes, seconds = found.groups()
    return f"{60 * int(minutes) + int(seconds)} s"


def _simple(text: str) -> str:
    return re.sub(r"[\u00a0\u202f\s]", " ", text).replace("’", "'")


def _tells(figures: Iterable[Iterable[float]], number: str) -> bool:
    said, decimals = value(number)
    return any(is_told(x, said, decimals) for own in figures for x in own)


def counts(figures: list[list[float]], number: str) -> bool:
    """Whether a number may count figures, or be a part of one of them in another (a step, in %)."""
    said, decimals = value(number)
    if decimals == 0 and said <= max(len(figures), 12):
        return True
    steps = {x for own in figures for x in own[:1] if x > 0}
    return any(is_told(100 * x / y, said, decimals) for x in steps for y in steps if x <= y)


def lost_on_page(edition: Edition, page: str) -> Iterator[str]:
    """The numbers of a page, its links and its drawings that are of no figure and of no list."""
    texts = Texts((edition.folder / f"{page}.html").read_text(encoding="utf-8"))
    own = edition.own(page)
    for section, text, leads in texts.found:
        if re.search("origines[.]html#[fc]", leads):
            one = leads.rpartition("#")[2]
            if one not in edition.told:
                yield f"{page}: {text!r} leads to {one}, which the edition does not tell"
            else:
                for number in edition.left(text):
                    if not _tells([edition.told[one]], number):
                        yield f"{page}: {text!r} leads to {one}, which is {edition.told[one]}"
        elif section not in ASIDE:
            for number in edition.left(text):
                if not (_tells(own, number) or counts(own, number)):
                    yield f"{page}, {section}: {number!r} in {text!r}"
    yield from _lost_of_drawings(edition, page, texts.drawn, own)


def _lost_of_drawings(
    edition: Edition,
    page: str,
    drawn: Iterable[tuple[Mapping[str, str], str]],
    own: list[list[float]],
) -> Iterator[str]:
    """A number that stands alone, in line with another, is of an axis."""
    drawn = [*drawn]
    alone = [place for place, text in drawn if _simple(text).strip(" +−%kM,0123456789") == ""]
    for place, text in drawn:
        ways = [any(one[k] == place.get(k) for k in ("x", "y") if k in one) for one in alone]
        is_axis = place in alone and sum(ways) > 1
        for number in edition.left(text):
            if not (is_axis or _tells(own, number) or counts(own, number)):
                yield f"{page}, drawn: {number!r} in {text!r}"


def lost_in_pdf(edition: Edition, page: str) -> Iterator[str]:
    """The numbers of a page's PDF that its HTML has not."""
    pdf, page_ = edition.folder / f"{page}.pdf", edition.folder / f"{page}.html"
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)
    text = re.sub(r"(?m)\d+ ?/ ?\d+\s*$", "", done.stdout.decode())  # pages
    text = re.split(r"(?m)^Références$", text)[0]
    html = unescape(re.sub(r"<[^>]+>", " ", page_.read_text(encoding="utf-8")))
    there, own = set(numbers(_simple(html))), edition.own(page)
    for number in edition.left(text):
        if number not in there and not (_tells(own, number) or counts(own, number)):
            yield f"{page}.pdf: {number!r}"


def lost_in_workbook(edition: Edition) -> Iterator[str]:
    """The numbers of the edition's workbook that are not those of its row's figure."""
    (path,) = (edition.folder / "donnees").glob("*.xlsx")
    for sheet in CalamineWorkbook.from_path(path).sheet_names:
        if sheet in _WORDS:
            continue
        rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
        heads = next((row for row in rows if "Identifiant" in row), None)
        if not heads:
            yield f"{sheet}: has no identifiers"
            continue
        at = heads.index("Identifiant")
        for row in rows[rows.index(heads) + 1 :]:
            told = edition.told.get(str(row[at]))
            for x in row:
                if isinstance(x, int | float) and not isinstance(x, bool):
                    near = (abs(abs(x) - y) <= 1e-9 * max(1, y) for y in told or ())
                    if not any(near):
                        yield f"{sheet}, {row[at]}: {x!r}"
