"""Every text that a person reads has an English wording, with the same blanks."""

import ast
import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from texts import Message, Named, catalogue, translate

HOUSE = Path(__file__).parents[1]
BLANK = re.compile(r"\{(\w*)[^}]*\}|%\((\w+)\)")
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
NOT_OURS = {"tests", ".venv", "build", "data", "docs", "node_modules"}


@cache
def swedish_texts() -> dict[str, str]:
    """Every marked text in the house, and one file that holds it."""
    found = {}
    extracted = extract_from_dir(
        str(HOUSE),
        method_map=METHODS,
        keywords=KEYWORDS,
        options_map={"**": {"extensions": "jinja2.ext.i18n", "trimmed": "true"}},
        directory_filter=lambda path: is_ours(Path(path)),
    )
    for file, _line, message, _comments, _context in extracted:
        text = message if isinstance(message, str) else message[0]
        if text:
            found.setdefault(text, file)
    return found


def is_ours(folder: Path) -> bool:
    return folder.name not in NOT_OURS and not folder.name.startswith(".")


def test_every_swedish_text_has_an_english_wording():
    english = catalogue("en")
    missing = {text: file for text, file in swedish_texts().items() if not is_known(english, text)}
    assert not missing, f"{len(missing)} texts lack English, first: {list(missing.items())[:20]}"


def is_known(translations, text: str) -> bool:
    while translations is not None:
        entries = getattr(translations, "_catalog", {})
        if text in entries or (text, 0) in entries:
            return True
        translations = translations._fallback
    return False


def test_the_blanks_of_both_languages_are_the_same():
    english = catalogue("en")
    for text in swedish_texts():
        ours = {a or b for a, b in BLANK.findall(text)}
        theirs = {a or b for a, b in BLANK.findall(english.gettext(text))}
        assert ours == theirs, text


def test_a_message_is_put_into_the_readers_language_with_its_blanks_filled():
    inner = Message(text="kommun")
    assert translate(Message(text="Till: {who}", values={"who": inner}), "sv") == "Till: kommun"


def test_what_is_named_in_two_languages_is_named_in_the_readers():
    said = Message(text="{area}", values={"area": Named(sv="Vatten", en="Water")})
    assert [translate(said, language) for language in ("sv", "en")] == ["Vatten", "Water"]
    assert translate(Message(text="{area}", values={"area": Named(sv="Vatten")}), "en") == "Vatten"


def test_a_day_is_written_as_the_language_writes_days():
    said = Message(text="Till {day}", values={"day": date(2027, 3, 12)})
    assert [translate(said, language) for language in ("sv", "en")] == [
        "Till 12 mars 2027",
        "Till 12 March 2027",
    ]


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="expected one of sv, en"):
        catalogue("fi")


def test_no_english_sentence_is_shown_by_mistake_in_the_nouns():
    labels = (HOUSE / "calls/vocabulary.py").read_text(encoding="utf-8")
    marked = [
        node
        for node in ast.walk(ast.parse(labels))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "N_"
    ]
    assert len(marked) >= 15
