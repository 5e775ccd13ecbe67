import pytest

from calls.addresses import page_in

SAY = "https://ec.europa.eu/info/law/better-regulation/have-your-say/initiatives/12970"


@pytest.mark.parametrize(
    ("url", "language", "expected"),
    [
        (f"{SAY}_sv", "en", f"{SAY}_en"),
        (f"{SAY}_sv", "sv", f"{SAY}_sv"),
        (f"{SAY}_sv/feedback", "en", f"{SAY}_sv/feedback"),
        ("https://portal.example/topic_sv", "en", "https://portal.example/topic_sv"),
        (f"javascript:{SAY}_sv", "en", f"javascript:{SAY}_sv"),
    ],
)
def test_a_consultations_page_is_shown_in_the_readers_language(url, language, expected):
    assert page_in(url, language) == expected
