"""No published part of a whole counts fewer than eleven people, nor tells one that does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from observlib.confidentiality.disclosure import merge_small


def people(*counts: int) -> dict[str, set[str]]:
    return {f"c{i}": {f"{i}-{j}" for j in range(count)} for i, count in enumerate(counts)}


def test_large_categories_stay_as_they_are():
    assert list(merge_small(people(11, 30, 200))) == ["c0", "c1", "c2"]


def test_one_small_category_takes_the_next_smallest_with_it():
    found = merge_small(people(40, 3, 12), "Autres")
    assert found["Autres"][0] == ("c1", "c2") and len(found["Autres"][1]) == 15
    assert list(found) == ["c0", "Autres"]


def test_small_categories_that_are_enough_together_take_no_other():
    assert list(merge_small(people(40, 6, 12, 7))) == ["c0", "c2", "Autres"]


def test_nothing_is_told_where_nothing_can_be_told_apart():
    assert merge_small(people(30, 3)) == {} and merge_small(people(4, 3)) == {}
    assert merge_small({}) == {}


def test_people_who_ticked_two_small_reasons_count_once():
    same = {str(i) for i in range(8)}
    found = merge_small({"a": same, "b": same, "c": {str(i) for i in range(20)}, "d": same | {"x"}})
    assert found == {}  # nine people: the one large category joins, and nothing is left apart


@given(st.lists(st.integers(0, 40), max_size=8))
def test_every_group_holds_eleven_people_and_no_one_is_lost(counts):
    holders = people(*counts)
    found = merge_small(holders)
    if not found:
        return
    assert all(len(ids) >= 11 for _, ids in found.values())
    names = [name for members, _ in found.values() for name in members]
    assert sorted(names) == sorted(holders)
    assert sum(len(ids) for _, ids in found.values()) == sum(counts)


def test_ten_people_are_few_and_eleven_are_not_wherever_it_is_asked():
    assert list(merge_small(people(10, 30, 40))) == ["c2", "Autres"]
    assert list(merge_small(people(11, 30, 40))) == ["c0", "c1", "c2"]
    # small ones of ten together take the next smallest; of eleven, they do not
    assert list(merge_small(people(5, 5, 30, 40))) == ["c3", "Autres"]
    assert list(merge_small(people(5, 6, 30, 40))) == ["c2", "c3", "Autres"]
    # what all that is left holds: nothing is told apart
    assert merge_small({"a": {"x"}, "b": {"x"}}) == {}


def test_one_category_of_nobody_takes_the_smallest_others_until_they_are_eleven():
    found = merge_small(people(0, 11, 12, 40))
    assert list(found) == ["c2", "c3", "Autres"] and found["Autres"][0] == ("c0", "c1")
    assert len(found["Autres"][1]) == 11


def test_a_category_with_the_name_of_the_rest_is_not_lost_in_it():
    """Many tools call a theme "Autres": its people were left out where small ones joined it."""
    holders = {"Autres": people(40)["c0"], "Prix": {f"p{i}" for i in range(30)}, "Rare": {"x"}}
    found = merge_small(holders)
    assert found["Autres"][0] == ("Autres", "Rare") and len(found["Autres"][1]) == 41
    assert list(merge_small({"Autres": holders["Autres"], "Prix": holders["Prix"]})) == [
        "Autres",
        "Prix",
    ]
