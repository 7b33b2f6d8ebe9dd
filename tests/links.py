"""The links of a whole made site, whoever made its pages."""

from pathlib import Path

from observlib.publish.project import broken_links, links_of


def broken_links_of(site: Path) -> list[str]:
    """One line for each link, picture or fragment of the site that leads nowhere."""
    pages = {
        path.relative_to(site).as_posix(): links_of(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
    broken = broken_links(site, pages).items()
    return [f"{name}: {line}" for name, found in broken for line in found]
