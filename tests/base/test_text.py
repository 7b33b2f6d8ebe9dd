"""Names are put in the order of a French dictionary."""

from observlib.base.text import fold


def test_a_name_that_begins_with_an_accent_does_not_end_the_list():
    regions = ["Île-de-France", "Provence-Alpes-Côte d'Azur", "Hauts-de-France", "La Réunion"]
    assert sorted(regions, key=fold) == [regions[2], regions[0], regions[3], regions[1]]
