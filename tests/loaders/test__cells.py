"""What each kind of cell is read as, by tiny exports of the formats that have it."""

from tests.loaders import cases


@cases.table("barometre", "france_services", "matomo_sections", "published_figures", "sales")
def test_a_tiny_export_is_read_as_it_means(case, catalogue):
    cases.hold(case, catalogue)
