"""`fondvakt letters try` and `check`: one letter the usual way, and what its signature covers (ux 1.6, C1)."""

from command_line import fondvakt


def test_a_trial_letter_goes_the_usual_way_and_leaves_nothing_in_the_outbox(tmp_path):
    settings = {
        "FONDVAKT_DATA_DIR": tmp_path / "data",
        "FONDVAKT_SMTP_URL": f"file:{tmp_path / 'letters'}",
    }
    assert fondvakt("init", "--municipality", "exempelstad", settings=settings).code == 0
    assert fondvakt("letters", "try", "jag@exempelstad.example", settings=settings).code == 0
    (letter,) = (tmp_path / "letters").glob("*.eml")
    assert b"To: jag@exempelstad.example" in letter.read_bytes()
    assert fondvakt("letters", "list", "--json", settings=settings).json()["letters"] == []
    checked = fondvakt("letters", "check", str(letter), settings=settings)
    assert checked.code == 1
    assert "Ingen DKIM-signatur" in checked.sentence()


def test_an_address_that_is_none_is_refused_in_one_sentence(tmp_path):
    settings = {
        "FONDVAKT_DATA_DIR": tmp_path / "data",
        "FONDVAKT_SMTP_URL": f"file:{tmp_path / 'letters'}",
    }
    assert fondvakt("init", "--municipality", "exempelstad", settings=settings).code == 0
    refused = fondvakt("letters", "try", "ingen adress", settings=settings)
    assert refused.code != 0
    assert "ingen adress" in refused.sentence()
