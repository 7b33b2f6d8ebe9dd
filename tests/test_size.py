"""Each room keeps to its budget (docs/architecture.md, Rooms), and is counted as it says."""

from tools import size


def test_every_room_stands_in_the_table_and_every_row_is_a_room():
    assert size.rooms().keys() == size.table().keys()


def test_no_room_is_larger_than_its_budget():
    known = size.table()
    larger = [
        f"{room}: {code} lines of code, and a budget of {known[room].budget}"
        for room, paths in size.rooms().items()
        if (code := size.size(paths).code) > known[room].budget
    ]
    assert not larger, "raise it in docs/architecture.md, in a commit that says for what"


def test_no_file_is_too_long_to_be_read_at_once():
    lines = {
        path: path.read_bytes().count(b"\n") for paths in size.rooms().values() for path in paths
    }
    assert {str(path): n for path, n in lines.items() if n > 700} == {}


def test_no_public_name_stands_in_two_modules():
    assert size.in_several_modules() == [], "begin with `_` what only its module uses"


def test_code_is_what_is_neither_blank_nor_comment_nor_docstring(tmp_path):
    text = '"""What it is."""\n\n# why\nNAMES = """a\nb"""\n\n\ndef _own():\n    """Do."""\n'
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    one = size.size([tmp_path / "a.py"])
    assert (one.files, one.code, one.docstrings, one.names) == (1, 3, 2, 1)


def test_rooms_that_import_each_other_are_a_circle_and_stand_on_one_floor():
    of = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert size.circles(of) == [["b", "c"]]
    assert size.floors(of) == {"a": 2, "b": 1, "c": 1, "d": 0}
    known = {name: size.Room(floor, 9) for floor, name in enumerate("dcba")}
    assert size.up(of, known) == ["c -> b"]
