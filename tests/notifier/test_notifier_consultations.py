"""Consultations in the weekly letter: a section and a cap of their own, and words that fit (ux 1.2, section 5)."""

import re
from datetime import timedelta

import pytest
from letters import (
    Page,
    a_context,
    a_digest,
    a_letter,
    accepted,
    addresses_in,
    consultation,
    html_of,
    in_days,
    text_of,
)

from builders import NOW, a_person, a_profile, a_unit
from calls.changes import Change
from matcher.model import Evidence, SentencePair
from matcher.telling import AREA
from notifier.calendars import Entry, calendar_file
from notifier.consultations import FULL_CONSULTATIONS
from notifier.digest import ToldBefore, build_digest
from notifier.links import Links
from notifier.notice_letter import notice_letter
from notifier.notice_model import Closing, Mistaken, Moved, Question
from notifier.notices import assignment, change, correction, reminder
from notifier.render import MAX_BYTES, render, subject_of
from texts import Message

YOUNG = {"children_and_youth": True}
OF_MONEY = re.compile(r"\b(sök|söka|söks|ansökan|ansökning\w*|bidrag\w*|stöd|utlysning\w*)\b", re.IGNORECASE)


def ids(items):
    return [item.call.id for item in items]


def section(text: str) -> str:
    return text[text.index("PÅVERKA I TID") : text.index("OM BREVET")]


def test_a_consultation_stands_in_its_own_section_and_takes_no_calls_place():
    calls = [accepted(number) for number in range(1, 8)]
    digest = a_digest(*calls, *(consultation(number) for number in range(100, 103)))
    assert (ids(digest.items), ids(digest.more)) == (list(range(1, 8)), [])
    assert ids(digest.consultations) == [100, 101, 102]


def test_a_letter_without_consultations_says_nothing_of_them():
    text = text_of(a_letter(accepted()))
    assert "PÅVERKA" not in text
    assert "samråd" not in text.lower()


def test_a_consultation_alone_is_a_letter():
    letter = a_letter(consultation(100))
    assert letter.calls == ((100, 1),)
    assert letter.subject == "Fondvakt: Initiativ 100 om elevutbyten – svara senast 21 september"


def test_the_summary_counts_them_and_the_subject_too():
    digest = a_digest(accepted(), consultation(100))
    assert "I veckans brev: 1 ny utlysning, 1 samråd." in text_of(render(digest, a_context()))
    assert subject_of(digest, a_context()) == "Fondvakt: 1 ny utlysning, 1 samråd – närmast 21 september"


def test_beyond_three_they_are_counted_with_a_link_and_wait_for_the_next_letter():
    found = [consultation(number, deadlines=in_days(number)) for number in (104, 103, 102, 101, 100)]
    digest = a_digest(*found)
    assert ids(digest.consultations) == [100, 101, 102]
    letter = render(digest, a_context())
    assert [call for call, _ in letter.calls] == [100, 101, 102]
    assert "… och 2 samråd till. Alla samråd i Fondvakt:" in text_of(letter)
    later = build_digest(
        a_person(), a_profile(), found, ToldBefore(received=dict(letter.calls)), NOW, "2026-W35"
    )
    assert ids(later.consultations) == [103, 104]


def test_what_was_told_is_not_told_again():
    assert (
        build_digest(
            a_person(), a_profile(), [consultation(100)], ToldBefore(received={100: 1}), NOW, "2026-W35"
        )
        is None
    )


def test_children_and_young_people_come_first_and_are_never_cut():
    found = [consultation(number, match=YOUNG if number > 103 else {}) for number in range(100, 108)]
    assert ids(a_digest(*found).consultations) == [104, 105, 106, 107]


def test_however_many_there_are_the_letter_stays_small():
    pair = SentencePair(need="x" * 300, call="y" * 300, section="summary", similarity=0.9)
    found = [
        consultation(number, title="z" * 400, match=YOUNG | {"pairs": (pair,)}) for number in range(100, 160)
    ]
    letter = a_letter(*found)
    assert len(letter.content) < MAX_BYTES
    assert len(letter.calls) >= FULL_CONSULTATIONS


@pytest.mark.parametrize(
    ("language", "title", "beside"),
    [
        ("sv", ("sv", "Initiativ 100 om elevutbyten"), ("en", "Initiative 100 on pupil exchanges")),
        ("en", ("en", "Initiative 100 on pupil exchanges"), None),
    ],
)
def test_the_title_is_in_the_readers_language_with_the_original_beside(language, title, beside):
    html = html_of(a_letter(consultation(100), person=a_person(language=language)))
    spoken = re.findall(r'<bdi lang="(\w+)">([^<]*)</bdi>', html)
    assert title in spoken
    assert (beside in spoken) is (beside is not None)
    assert ("sv", "Initiativ 100 om elevutbyten") in spoken or language == "en"


def test_it_says_what_act_it_is_when_to_reply_and_for_which_need():
    pair = SentencePair(need="Fler elever ska mötas.", call="Pupils meet.", section="title", similarity=0.8)
    text = section(text_of(a_letter(consultation(100, match={"pairs": (pair,)}))))
    assert "meddelande från kommissionen · Trolig träff" in text
    assert "Svara senast: måndag 21 september 2026 klockan 17.00 Brysseltid (30 dagar kvar)" in text
    assert "Ert behov ”Elevutbyten”: ”Fler elever ska mötas.”\nSamrådet: ”Pupils meet.”" in text
    assert "Prioriterat område: Barn och unga först" in text


@pytest.mark.parametrize("language", ["sv", "en"])
def test_both_parts_lead_to_the_answer_the_source_and_the_calendar(language):
    letter = a_letter(consultation(100), person=a_person(language=language))
    links = [link for link in Page(html_of(letter)).links if link.startswith("http")]
    assert set(links) == {link for link in addresses_in(text_of(letter)) if "/c/" not in link}
    assert [
        part for part in ("/svara/", "/kalender/", "portal.example/topics/100") if part in " ".join(links)
    ]


def test_nothing_says_that_money_is_applied_for():
    changed = Change(field="deadlines", old=["2026-09-11"], new=["2026-09-21"])
    letter = a_letter(
        consultation(100, match=YOUNG),
        consultation(101, version=2),
        received={101: 1},
        changes={101: (changed,)},
    )
    said = re.sub(r"https?://\S+", "", section(text_of(letter)))
    assert OF_MONEY.findall(said) == []


def test_a_moved_feedback_end_is_told_with_old_and_new():
    moved = Change(field="deadlines", old=["2026-09-11"], new=["2026-09-21"])
    letter = a_letter(consultation(100, version=2), received={100: 1}, changes={100: (moved,)})
    assert "Ändrat – Sista dag att svara: 11 september 2026 → 21 september 2026" in text_of(letter)


def test_time_to_write_an_application_is_not_asked_for():
    profile = a_profile(units=(a_unit(preparation_days=90),))
    (item,) = a_digest(consultation(100, deadlines=in_days(3)), profile=profile).consultations
    assert not item.short_of_time


def test_a_consultation_that_has_closed_is_left_out():
    closed = consultation(100, deadlines=in_days(-1))
    assert build_digest(a_person(), a_profile(), [closed], ToldBefore(), NOW, "2026-W34") is None


def test_a_followed_consultation_is_among_the_dates_ahead():
    text = text_of(a_letter(accepted(), followed=(consultation(100).call,)))
    ahead = text[text.index("DATUM FRAMÖVER") :]
    assert "- 21 september 2026 (30 dagar kvar): Initiativ 100 om elevutbyten" in ahead


# The other mails and files


def without_links(text: str) -> str:
    return re.sub(r"https?://\S+", "", text)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("made", ["reminder", "change", "gone", "assignment", "correction"])
def test_no_mail_about_a_consultation_speaks_of_money_or_applying(made, language):
    view = notice(made, a_person(language=language))
    letter = notice_letter(view, a_person(language=language), a_context(), week="2026-W34", slot="x")
    said = without_links(f"{letter.subject} {text_of(letter)}")
    assert OF_MONEY.findall(said) == []
    assert re.findall(r"\b(call|calls|apply|application|grant|funding)\b", said, re.IGNORECASE) == []
    assert ("amråd" if language == "sv" else "onsultation") in said


def notice(made: str, person):
    call, at = consultation(100).call, NOW - timedelta(days=2)
    moved = Change(field="deadlines", old=["2026-09-11"], new=["2026-09-21"])
    if made == "reminder":
        day = call.next_deadline(NOW).day
        near = Closing(call=call, unit="skola", step=30, day=day, days_left=30, since_at=at)
        return reminder(person, a_context(), [near])
    if made in ("change", "gone"):
        one = Moved(call=call, unit="skola", changes=(moved,), is_withdrawn=made == "gone")
        return change(person, a_context(), [one])
    if made == "assignment":
        return assignment(person, a_context(), [Question(id=1, call=call, by="Eva", at=at, unit="skola")])
    mistaken = Mistaken(call=call, unit="skola", by="Eva", at=at, note="Fel enhet.")
    return correction(person, a_context(), mistaken)


def test_several_are_counted_by_what_they_are():
    near = [
        Closing(call=one.call, unit="skola", step=30, day=NOW.date(), days_left=9, since_at=NOW)
        for one in (accepted(1), accepted(2), consultation(100))
    ]
    assert reminder(a_person(), a_context(), near).heading == (
        "2 utlysningar och 1 samråd du följer stänger snart"
    )
    assert reminder(a_person(), a_context(), near[2:]).heading == "Ett samråd du följer stänger snart"


def test_a_moved_last_day_is_named_as_such():
    (section,) = notice("change", a_person()).sections
    assert section.items[0].changes[0].label == "Sista dag att svara"
    assert section.items[0].title == "Initiativ 100 om elevutbyten"


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("sv", "Svara senast: Initiativ 100 om elevutbyten"),
        ("en", "Reply by: Initiative 100 on pupil exchanges"),
    ],
)
def test_a_calendar_says_until_when_one_may_reply(language, summary):
    links = Links("https://fondvakt.exempelstad.example", "k" * 32)
    entry = Entry(call=consultation(100, identifier="Ares(2026)1").call)
    content = calendar_file([entry], links, language, NOW, name="Fondvakt").decode()
    assert f"SUMMARY:{summary}" in content.replace("\r\n ", "")
    assert "Utlysning:" not in content


def test_what_the_unit_is_asked_about_says_reply_by():
    asked = Question(id=1, call=consultation(100).call, by="Eva", at=NOW, unit="skola")
    text = text_of(a_letter(accepted(), awaiting=(asked,)))
    waiting = text[text.index("VÄNTAR PÅ DITT SVAR") : text.index("NYTT FÖR ER")]
    assert "Svara senast: måndag 21 september 2026" in waiting
    assert "Sök senast" not in waiting


def test_a_priority_area_is_quoted_as_one():
    pair = SentencePair(need="Det som når barn.", call="Reach children.", section="summary", similarity=0.7)
    met = {"pairs": (pair,), "evidence": (Evidence(signal=AREA, strength=0.3, reason=Message(text="x")),)}
    text = text_of(a_letter(consultation(100, match=met)))
    assert "Prioriterat område: ”Det som når barn.”\nSamrådet: ”Reach children.”" in text
    assert "Ert behov" not in text
