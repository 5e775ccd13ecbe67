"""The priority area in a letter: by the name that it has in the letter's language, else marked as Swedish."""

from dataclasses import replace

import pytest
from letters import a_context, a_letter, accepted, html_of, text_of

from builders import a_need, a_person, a_profile, a_unit
from matcher.model import Evidence
from matcher.policy import POLICY
from profiles.model import PriorityArea
from texts import Message, Named

AREA = PriorityArea(
    key="vatten",
    title="Våtmarker & “ängar”",
    title_en="Wetlands & meadows",
    description="Våtmarker återställs.",
    description_en="Wetlands are restored.",
)
NAMELESS = replace(AREA, title_en=AREA.title)
REMARK = "Rör också kommunens prioriterade område ”{area}”."
SWEDISH = '<bdi lang="sv">Våtmarker &amp; “ängar”</bdi>'


def letter(area: PriorityArea, language: str, *, remarked: bool = True):
    profile = a_profile(priority_areas=(area,), units=(a_unit(needs=(a_need(priority_area=area.key),)),))
    name = Named(sv=area.title, en=area.english_title)
    said = Evidence(signal=POLICY, strength=0.5, reason=Message(text=REMARK, values={"area": name}))
    item = accepted(match={"evidence": (said,) if remarked else ()})
    return a_letter(item, context=a_context(profile=profile), person=a_person(language=language))


@pytest.mark.parametrize("remarked", [True, False], ids=["in a remark", "by itself"])
@pytest.mark.parametrize(
    ("area", "language", "name", "markup"),
    [
        (AREA, "sv", AREA.title, "Våtmarker &amp; “ängar”"),
        (AREA, "en", AREA.title_en, "Wetlands &amp; meadows"),
        (NAMELESS, "sv", AREA.title, "Våtmarker &amp; “ängar”"),
        (NAMELESS, "en", AREA.title, SWEDISH),
    ],
    ids=["Swedish", "English", "Swedish, no English name", "English, no English name"],
)
def test_the_area_has_its_name_in_the_letters_language(area, language, name, markup, remarked):
    made = letter(area, language, remarked=remarked)
    assert name in " ".join(text_of(made).split())
    html = html_of(made)
    assert markup in html
    assert (SWEDISH in html) == (markup == SWEDISH)
    if area is AREA:
        assert (AREA.title_en if language == "sv" else "Våtmarker") not in html


def test_a_remark_kept_before_areas_had_names_in_two_languages_reads_as_before():
    profile = a_profile(priority_areas=(NAMELESS,), units=(a_unit(needs=(a_need(priority_area=AREA.key),)),))
    said = Evidence(signal=POLICY, strength=0.5, reason=Message(text=REMARK, values={"area": AREA.title}))
    made = a_letter(
        accepted(match={"evidence": (said,)}),
        context=a_context(profile=profile),
        person=a_person(language="en"),
    )
    assert html_of(made).count(SWEDISH) == 1
