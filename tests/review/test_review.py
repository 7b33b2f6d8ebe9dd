import json

from tests.review.conftest import ELSEWHERE, observ


def test_a_peer_elsewhere_reproduces_an_edition_to_the_byte(small, tmp_path):
    done = observ(
        small.root,
        "review",
        small.edition,
        "--data",
        small.data,
        "--to",
        tmp_path / "r",
        "--json",
        **ELSEWHERE,
    )
    found = json.loads(done.stdout)
    assert found["differences"] == [] and found["not_run"] == []
    assert (done.returncode, found["verdict"]) == (0, "reproduced")
