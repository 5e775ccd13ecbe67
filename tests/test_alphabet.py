from unicodedata import normalize

from texts import alphabetical


def test_names_stand_in_the_order_of_the_swedish_alphabet():
    names = [
        "Öster",
        "Åby",
        "Älvsjö",
        "Zetterberg",
        "vård",
        "Ek",
        "Éclair",
        "Müller",
        "Myra",
        "Vård",
        "Østby",
    ]
    expected = ["Éclair", "Ek", "Müller", "Myra", "Vård", "vård", "Zetterberg", "Åby", "Älvsjö", "Östby"]
    expected[-1:] = ["Østby", "Öster"]
    assert sorted(names, key=alphabetical) == expected


def test_how_a_letter_is_put_together_moves_no_name():
    assert alphabetical(normalize("NFD", "Åby")) == alphabetical("Åby")
