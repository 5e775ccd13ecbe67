"""What a letter says, in its text part and its HTML part, in Swedish and in English."""

from datetime import UTC, date, datetime

import pytest
from letters import (
    KEY,
    Page,
    a_context,
    a_letter,
    a_source,
    accepted,
    addresses_in,
    html_of,
    in_days,
    text_of,
)

from builders import NOW, a_need, a_person, a_profile, a_unit
from calls.changes import Change
from calls.model import BRUSSELS, Consortium, Deadline
from calls.vocabulary import ApplicantType, DeadlineModel
from matcher.model import Answer, Band, Check, Evidence, SentencePair
from notifier.headers import clean
from notifier.links import Links
from notifier.render import MAX_BYTES
from texts import Message

FULL = {
    "deadlines": (Deadline(at=datetime(2027, 3, 12, 17, tzinfo=BRUSSELS)),),
    "grant_min": 8500,
    "grant_max": 50_700,
    "cofinancing_rate": 0.8,
    "eligible_applicants": frozenset({ApplicantType.MUNICIPALITY, ApplicantType.ASSOCIATION}),
    "consortium": Consortium(min_partners=2, min_countries=2),
}
PAIR = SentencePair(
    need="Fler elever i grundskolan ska få möta jämnåriga i andra länder.",
    call="Pupils will meet their peers.",
    section="objective",
    similarity=0.9,
)


def answerable(links) -> set[int]:
    """The calls that one can answer about from a letter, without signing in."""
    ours = Links("https://fondvakt.exempelstad.example", KEY)
    return {ours.read_answer(link.rpartition("/")[2], NOW).call_id for link in links if "/svara/" in link}


def both(letter) -> list[str]:
    """The words of the text part and of the HTML part, on one line each."""
    return [" ".join(text_of(letter).split()), Page(html_of(letter)).text]


@pytest.mark.parametrize(
    "words",
    [
        "Sök senast: fredag 12 mars 2027 klockan 17.00 Brysseltid (202 dagar kvar)",
        "Stöd: 8 500–50 700 euro per projekt",
        "Egen insats: minst 20 %; stödet täcker upp till 80 % av kostnaderna",
        "Vem kan söka: kommun och förening",
        "Kräver: minst 2 parter från 2 länder",
        "Behov: Elevutbyten",
        "Trolig träff",
        "Uppgifterna lästa hos Europeiska kommissionen 21 augusti 2026 klockan 05.40.",
        "Du får brevet för att du är kontaktperson för Barn- och utbildningsförvaltningen i Exempelstads kommun.",
    ],
)
def test_the_facts_stand_in_both_parts_in_swedish(words):
    for part in both(a_letter(accepted(**FULL))):
        assert words in part


@pytest.mark.parametrize(
    "words",
    [
        "Apply by: Friday 12 March 2027 at 17:00 Brussels time (202 days left)",
        "Grant: 8,500–50,700 euro per project",
        "Own contribution: at least 20%",
        "Who can apply: municipality and association",
        "Requires: at least 2 partners from 2 countries",
        "Need: Pupil exchanges",
        "Likely match",
    ],
)
def test_the_facts_stand_in_both_parts_in_english(words):
    for part in both(a_letter(accepted(**FULL), person=a_person(language="en"))):
        assert words in part


def test_sums_and_shares_hold_together_with_spaces_that_do_not_break():
    assert "8\u00a0500–50\u00a0700\u00a0euro" in text_of(a_letter(accepted(**FULL)))


def test_a_deadline_known_by_day_shows_no_hour():
    letter = a_letter(accepted(deadlines=(Deadline.on(date(2027, 3, 12)),)))
    assert "Sök senast: fredag 12 mars 2027 (202 dagar kvar)" in text_of(letter)


def test_what_the_source_does_not_say_is_said_to_be_unknown_once_for_all_of_it():
    unknown = (
        "Framgår inte av källan: stöd per projekt, egen insats, vem som kan söka och hur många som måste"
    )
    for part in both(a_letter(accepted(deadlines=None))):
        assert "Sök senast: framgår inte av källan" in part
        assert f"{unknown} söka ihop" in part
        assert "Hela utlysningen" not in part
    for part in both(a_letter(accepted(deadlines=None), person=a_person(language="en"))):
        assert "Not stated by the source: grant per project, own contribution, who can apply and how" in part


@pytest.mark.parametrize(
    ("unsaid", "label"),
    [
        ({"grant_min": None, "grant_max": None}, "Stöd"),
        ({"cofinancing_rate": None}, "Egen insats"),
        ({"eligible_applicants": None}, "Vem kan söka"),
        ({"consortium": None}, "Kräver"),
    ],
)
def test_one_thing_that_the_source_does_not_say_stands_in_its_own_place(unsaid, label):
    for part in both(a_letter(accepted(**(FULL | unsaid)))):
        assert f"{label}: framgår inte av källan" in part


def test_a_running_call_has_no_last_day_and_is_not_unknown():
    assert "Sök senast: löpande, utan sista dag" in text_of(a_letter(accepted(deadlines=())))


def test_the_second_stage_is_named_after_the_first():
    stages = (*in_days(90), *in_days(200))
    letter = a_letter(accepted(deadlines=stages, deadline_model=DeadlineModel.TWO_STAGE))
    assert "(90 dagar kvar) för steg 1; steg 2 10 mars 2027" in text_of(letter)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"grant_max": 60_000}, "högst 60 000 euro per projekt"),
        ({"grant_min": 0, "grant_max": 60_000}, "högst 60 000 euro per projekt"),
        ({"grant_min": 60_000}, "minst 60 000 euro per projekt"),
        ({"grant_min": 60_000, "grant_max": 60_000}, "Stöd: 60 000 euro per projekt"),
        ({"grant_max": 60_000, "currency": "SEK"}, "högst 60 000 kronor per projekt"),
        ({"cofinancing_rate": 1.0}, "Egen insats: ingen; stödet täcker upp till 100 %"),
        ({"cofinancing_rate": 0.675}, "minst 32,5 %"),
        ({"budget": 14_000_000, "budget_shared": True}, "14 000 000 euro, delas med andra ämnen"),
        ({"opening_date": date(2026, 9, 1)}, "Öppnar: tisdag 1 september 2026"),
    ],
)
def test_sums_are_told_as_the_source_gives_them(facts, words):
    assert words in both(a_letter(accepted(**facts)))[0]


@pytest.mark.parametrize(
    ("band", "words", "dot"),
    [
        (Band.STRONG, "Stark träff", "●"),
        (Band.LIKELY, "Trolig träff", "◐"),
        (Band.POSSIBLE, "Möjlig träff", "○"),
    ],
)
def test_strength_is_a_word_and_a_dot_that_is_not_read_aloud(band, words, dot):
    letter = a_letter(accepted(match={"band": band}))
    assert words in text_of(letter)
    assert dot not in text_of(letter)
    assert f'<span aria-hidden="true">{dot}</span> {words}' in html_of(letter)


def test_why_is_told_in_the_needs_own_words_beside_the_calls_sentence():
    evidence = (Evidence(signal="a", strength=0.5, reason=Message(text="{n} veckor kvar.", values={"n": 9})),)
    checks = (Check(gate="own", answer=Answer.UNKNOWN, reason=Message(text="Insatsen är oklar.")),)
    letter = a_letter(accepted(match={"pairs": (PAIR,), "evidence": evidence, "checks": checks}))
    for part in both(letter):
        assert f"Ert behov: ”{PAIR.need}”" in part
        assert "Utlysningen: ”Pupils will meet their peers.” (Mål)" in part
        assert "9 veckor kvar." in part
        assert "Insatsen är oklar." in part


def test_without_a_pair_the_need_speaks_alone():
    for part in both(a_letter(accepted())):
        assert "Ert behov: ”Fler elever i grundskolan ska få möta jämnåriga i andra länder.”" in part
        assert "Utlysningen: ”" not in part


def test_no_percentage_of_likeness_is_shown():
    letter = a_letter(accepted(match={"score": 0.6123, "pairs": (PAIR,)}))
    assert not any(number in part for part in both(letter) for number in ("61", "0.6", "0,6", "90 %"))


def test_a_change_shows_old_and_new():
    changes = {
        1: (
            Change(field="deadlines", old=["2026-11-03"], new=["2026-11-17"]),
            Change(field="sections", old={"scope": "a"}, new={"scope": "b", "objective": "c"}),
            Change(field="grant_max", old=None, new=50_000),
        )
    }
    letter = a_letter(accepted(version=2), received={1: 1}, changes=changes)
    for part in both(letter):
        assert "Ändrat sedan sist" in part or "ÄNDRAT SEDAN SIST" in part
        assert "Ändrat – Sista ansökningsdag: 3 november 2026 → 17 november 2026" in part
        assert "Ändrat – Texten: ny lydelse av Mål och Omfattning" in part
        assert "Ändrat – Högsta stöd per projekt: framgår inte av källan → 50 000 euro" in part


def test_a_changed_call_short_of_time_tells_its_change_in_its_line():
    change = Change(field="deadlines", old=["2026-12-03"], new=["2026-08-27"])
    letter = a_letter(accepted(deadlines=in_days(5), version=2), received={1: 1}, changes={1: (change,)})
    for part in both(letter):
        assert "3 december 2026 → 27 augusti 2026; kort om tid" in part


def test_both_parts_hold_the_same_calls_and_links_whole():
    items = [accepted(i) for i in range(1, 12)]
    letter = a_letter(*items, unreached=("Interreg NPA",), unreviewed=2)
    text, page = text_of(letter), Page(html_of(letter))
    assert addresses_in(text) == {link for link in page.links if link.startswith("http")}
    assert answerable(page.links) == {item.call.id for item in items}
    for part in both(letter):
        assert "Källor som inte gick att nå i veckan: Interreg NPA." in part
        assert "2 förslag till er väntar på samordnarens granskning." in part


def test_link_text_says_where_it_goes():
    html = html_of(a_letter(accepted(1, title="Town-Twinning"), accepted(2, title="Networks of Towns")))
    assert 'Läs mer och svara: <bdi lang="en">Town-Twinning</bdi></a>' in html
    assert "Utlysningen hos Europeiska kommissionen (portal.example)</a>" in html


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_html_part_is_marked_up_for_readers_aloud(language):
    page = Page(html_of(a_letter(accepted(), accepted(2), person=a_person(language=language))))
    assert page.of("html")[0]["lang"] == language
    assert page.of("div")[0]["lang"] == language
    assert len(page.of("h1")) == 1
    assert page.of("h2")
    assert page.of("h3")
    assert all(table["role"] == "presentation" for table in page.of("table"))
    assert {words["lang"] for words in page.of("bdi")} == {language, "en"}
    assert '<bdi lang="en">Call number 1</bdi></h4>' in html_of(a_letter())
    assert not page.of("img")
    assert not page.of("script")


def test_styles_are_on_the_elements_and_dark_mode_stays_in_the_head():
    html = html_of(a_letter())
    assert "@media (prefers-color-scheme: dark)" in html
    assert "@media only screen and (max-width: 480px)" in html
    assert 'style="' in html.split("<h1", 1)[1][:30]
    assert "max-width: 600px" in html


def test_m_07_markup_in_names_is_escaped_in_html_and_literal_in_text():
    name = 'Svea <b>x</b> & "y"'
    letter = a_letter(accepted(title=name), context=a_context(profile=a_profile(name=name)))
    assert name in text_of(letter)
    assert "<b>" not in html_of(letter)
    assert name in Page(html_of(letter)).text


@pytest.mark.parametrize(
    ("url", "is_link", "shown"),
    [
        ("https://ec.europa.eu.evil.example/x", True, "ec.europa.eu.evil.example"),
        ("https://ec.europa.eu@evil.example/x", True, "(evil.example)"),
        ("http://192.0.2.7/x", True, "(192.0.2.7)"),
        ("https://\u0435c.europa.eu/x", True, "(xn--c-itb.europa.eu)"),
        ("javascript:alert(1)", False, "javascript:alert(1)"),
        ("ftp://files.example/x", False, "ftp://files.example/x"),
    ],
    ids=["M-08 look-alike", "M-08 at", "M-08 number", "M-08 cyrillic", "M-08 script", "M-08 ftp"],
)
def test_an_address_is_shown_with_its_host_and_followed_only_on_the_web(url, is_link, shown):
    page = Page(html_of(a_letter(accepted(sources=(a_source(url=url),)))))
    assert shown in page.text
    assert (url in page.links) is is_link


@pytest.mark.parametrize("number", [1, 7, 8, 400], ids=lambda number: f"M-09 {number}")
def test_a_letter_of_any_length_stays_under_90_kilobytes(number):
    long = "Demonstrating integrated solutions for climate-neutral neighbourhoods, åäö "
    items = [accepted(i, title=long + str(i), match={"pairs": (PAIR,)}, **FULL) for i in range(1, number + 1)]
    letter = a_letter(*items)
    assert len(letter.content) < MAX_BYTES
    assert len(letter.calls) == min(number, 7 + 40)
    if number == 400:
        for part in both(letter):
            assert "och 353 utlysningar till" in part


def test_m_09_many_calls_for_children_are_all_listed_and_the_letter_stays_small():
    long = "Participation of young people in the democratic life of municipalities " * 3
    items = [
        accepted(i, title=long + str(i), match={"children_and_youth": True, "pairs": (PAIR,)})
        for i in range(1, 61)
    ]
    letter = a_letter(*items)
    assert len(letter.content) < MAX_BYTES
    assert answerable(addresses_in(text_of(letter))) == set(range(1, 61))


def test_m_10_a_person_with_three_roles_gets_a_heading_for_each():
    units = [
        a_unit(key=key, name=f"{key}förvaltningen", needs=(a_need(unit=key),))
        for key in ("skol", "kultur", "teknik")
    ]
    profile = a_profile(units=tuple(units))
    items = [accepted(i, match={"unit": unit.key}) for i, unit in enumerate(units, 1)]
    letter = a_letter(
        *items, context=a_context(profile=profile), person=a_person(units=("skol", "kultur", "teknik"))
    )
    page = Page(html_of(letter))
    for unit in units:
        assert f"Nytt: {unit.name}" in page.text


@pytest.mark.parametrize("title", ["عنوان الدعوة", "Πρόσκληση υποβολής", "קול קורא"])
def test_m_12_a_title_in_another_direction_does_not_turn_the_words_around_it(title):
    letter = a_letter(accepted(title=title), accepted(2))
    assert f'<bdi lang="en">{title}</bdi>' in html_of(letter)
    is_rtl = not title.startswith("Π")
    assert (f"\u2068{title}\u2069\n" in text_of(letter)) is is_rtl


def test_foreign_direction_marks_are_gone_everywhere():
    letter = a_letter(accepted(title="Town\u202e gninniwT\u2066"))
    assert "\u202e" not in text_of(letter) + html_of(letter)


@pytest.mark.parametrize(
    ("items", "subject"),
    [
        ([accepted(1, title="Town-Twinning")], "Fondvakt: Town-Twinning – sök senast 21 november"),
        (
            [accepted(1, title="LIFE", deadlines=in_days(400))],
            "Fondvakt: LIFE – sök senast 26 september 2027",
        ),
        ([accepted(1), accepted(2)], "Fondvakt: 2 nya utlysningar – närmast 21 november"),
        ([accepted(1, deadlines=None), accepted(2, deadlines=())], "Fondvakt: 2 nya utlysningar"),
    ],
)
def test_the_subject_says_how_many_what_and_the_nearest_day(items, subject):
    assert a_letter(*items).subject == subject


@pytest.mark.parametrize("title", ["å" * 2000, "word " * 400, "😀" * 300, "Short"])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_subject_is_at_most_70_characters_with_a_stable_start(title, language):
    subject = a_letter(accepted(title=title), person=a_person(language=language)).subject
    assert len(subject) <= 70
    assert subject.startswith("Fondvakt: ")


def test_the_time_of_reading_follows_the_clock_in_sweden():
    source = a_source(last_seen_at=datetime(2026, 1, 5, 23, 30, tzinfo=UTC))
    assert "6 januari 2026 klockan 00.30" in text_of(a_letter(accepted(sources=(source,))))


def test_everything_foreign_in_a_letter_is_clean():
    odd = "Line\r\nbreak\u2028and\x00null\x85end"
    text = text_of(a_letter(accepted(title=odd, programme_label=odd, match={"pairs": ()})))
    assert clean(odd) in text


@pytest.mark.parametrize(
    ("language", "name"),
    [("sv", "Kreativa Europa"), ("en", "Creative Europe")],
)
def test_a_programme_we_know_is_named_in_the_readers_language(language, name):
    call = accepted(
        programme="CREA", programme_label="Creative Europe (CREA)", identifier="CREA-CULT-2026-COOP"
    )
    text = text_of(a_letter(call, person=a_person(language=language)))
    assert f"· {name} · CREA-CULT-2026-COOP" in text


def test_a_programme_we_do_not_know_is_named_as_its_publisher_does():
    call = accepted(programme=None, programme_label="Interreg Baltic", identifier="IB-1")
    assert "· Interreg Baltic · IB-1" in text_of(a_letter(call))


@pytest.mark.parametrize(("since", "told"), [(date(2025, 9, 1), True), (None, False)])
def test_the_foot_says_since_when_one_is_asked_and_where_the_needs_are(since, told):
    for part in both(a_letter(accepted(), person=a_person(appointed_from=since))):
        assert ("Uppdraget gäller sedan 1 september 2025." in part) is told
        assert "Se och ändra era behov" in part
