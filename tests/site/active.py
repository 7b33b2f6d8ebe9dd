"""What a page holds that could run, load from elsewhere or dress; and what it reads as."""

import re
from html.parser import HTMLParser

# the search, which no label writes: what is taken from a text has no `data-root`
OWN = {("script", root) for root in ("", "../", "../../", "2026-T3/")}
# and what walks the values of drawings
VALUES = re.compile(r"(?:\.\./)*(?:2026-T3/)?(?:values|origins|origins-data)\.js")
# what a chart's drawing is made of, which a filter of ours puts into the page (`drawings.lua`)
DRAWN = {"svg", "g", "defs", "path", "use", "text", "clippath", "rect", "pattern"}
DRAWINGS = {("class", "wide"), ("class", "narrow")}


class Active(HTMLParser):
    """What a page holds that could run, load from elsewhere or dress."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text: list[str] = []
        self.drawing = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loads = {"script", "iframe", "object", "embed", "base", "form", "input", "style", "svg"}
        own = (tag, dict(attrs).get("data-root")) in OWN or ("id", "recherche") in attrs
        own |= tag == "script" and bool(VALUES.fullmatch(dict(attrs).get("src") or ""))
        if tag == "svg" and DRAWINGS & {*attrs}:
            self.drawing = own = True
        elif self.drawing and tag not in DRAWN:
            self.found.append(f"<{tag}> in a drawing")
        if (tag in loads and not own) or ("http-equiv", "refresh") in attrs:
            self.found.append(f"<{tag}>")
        for key, value in attrs:
            value = value or ""
            aligned = key == "style" and re.fullmatch(r"(text-align|width): ?[\w.%]+;?", value)
            if self.drawing and key == "style":
                aligned = not re.search(r"url\((?!#)|@|\\|expression|image-set", value)
            if key.startswith("on") or (key in ("style", "srcdoc", "srcset") and not aligned):
                self.found.append(f"{key}={value}")
            if key in ("href", "src", "action") and re.match(
                r"\s*(?!https?:|mailto:)[\w.+-]*:", value
            ):
                self.found.append(f"{key}={value}")
            if key == "src" and "//" in value:
                self.found.append(f"{key}={value}")

    def handle_endtag(self, tag: str) -> None:
        self.drawing = self.drawing and tag != "svg"


def read(page: str) -> Active:
    reader = Active()
    reader.feed(page)
    return reader


def squeezed(text: str) -> str:
    for quote in "'’‘\"«»“”":
        text = text.replace(quote, "")
    return re.sub(r"\s", "", text).replace("—", "---").replace("–", "--")
