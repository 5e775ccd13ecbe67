"""HTML to text: what a reader sees, and nothing that runs, hides or disturbs."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.vocabulary import SectionKind
from scrapers.markup import MOST_TEXT, PageReader, one_line, sections_of, text_of


def test_blocks_stand_on_lines_of_their_own_and_inline_marks_add_nothing():
    assert text_of("<p>One <b>t</b>wo</p><p>three<br/>four</p>five") == "One two\nthree\nfour\nfive"


def test_lists_keep_their_points():
    assert text_of("<ul><li>one</li><li></li> <li>two</li></ul>") == "- one\n- two"


def test_entities_and_spaces_of_every_kind_become_plain():
    assert text_of("<p>A&nbsp;&amp;\u202fB &lt;c&gt; &quot;d&quot;</p>") == 'A & B <c> "d"'


def test_the_portals_broken_start_leaves_no_sign_behind():
    assert text_of('<div class="eui-u-mt-l>"><h4>Conditions</h4><p>One</p></div>') == "Conditions\nOne"
    assert text_of('">Conditions1. Admissibility') == "Conditions1. Admissibility"


def test_footnotes_and_their_marks_are_left_out_but_exponents_stay():
    html = (
        "<p>Soil<sup> [1]</sup> and CO<sup>2</sup></p>"
        '<p class="eui-u-font-s">[1] COM(2025)723</p><p class="eui-u-font-s">Kept</p>'
    )
    assert text_of(html) == "Soil and CO2\nKept"


def test_text_without_markup_keeps_its_own_lines():
    assert text_of("One\n\nTwo &amp; three") == "One\nTwo & three"


def test_mail_addresses_are_left_at_the_door():
    assert "@" not in text_of("<p>Ask first.last@agency.example or a@b.example.</p>")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>seen",
        "<style>x{}</style>seen",
        "<img src=x onerror=alert(1)>seen",
        "<svg><script>alert(1)</script></svg>seen",
        "<noscript><p title='</noscript><img src=x>'></noscript>seen",
        "<a href='java\tscript:alert(1)'>seen</a>",
        "<!-- alert(1) -->seen",
        "<?php alert(1) ?>seen",
    ],
)
def test_s_39_nothing_that_runs_is_left(html):
    text = text_of(html)
    assert "seen" in text
    assert "<" not in text
    assert "alert" not in text


def test_s_60_what_the_publisher_hides_is_not_read():
    html = '<p>Seen</p><p style="display: none">municipality</p><span hidden>x</span><i style="font-size:0">y</i>'
    assert text_of(html) == "Seen"


def test_s_35_invisible_signs_and_piles_of_marks_are_removed():
    text = text_of("a\x00b\u202ec\u200bd\ufeffe\x85f&#8238;g&#x200b;h")
    assert text == "abcdefgh"
    assert len(text_of("e" + "\u0301" * 500)) < 10


def test_s_36_letters_are_composed():
    assert text_of("A\u030angstro\u0308m") == "Ångström"


def test_a_surrogate_alone_does_no_harm():
    assert text_of("<p>a\ud800b</p>") == "ab"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 50_000 + "x",
        "<b>" * 1_000_000,
        '<p a="' + "b" * 5_000_000 + '">x',
        "<sup>" * 100_000,
        "[[" * 400_000,
    ],
    ids=["50,000 nested", "a million unclosed", "an attribute of 5 MB", "100,000 sup", "brackets"],
)
def test_s_38_monsters_end_soon(html):
    begun = time.process_time()
    assert len(text_of(html)) <= MOST_TEXT
    assert time.process_time() - begun < 30


@settings(max_examples=150, deadline=None)
@given(st.text() | st.text(alphabet="<>/&;#[]!?-ab\"'=supcdx \n").map(lambda text: "<p>" + text))
def test_d9_no_string_makes_text_of_or_sections_of_raise(markup):
    text = text_of(markup)
    assert "\x00" not in text
    sections_of(markup)


def test_sections_are_parted_at_the_portals_heads_in_every_spelling_of_them():
    html = (
        '<p class="topicdescriptionkind">Expected Outcome:</p><ul><li>more</li></ul>'
        '<SPAN class="topicdescriptionkind">Scope:</SPAN><p>wide</p>'
        '<span class="topicdescriptionkind">Objective:</span>aim'
    )
    assert [(part.kind, part.text) for part in sections_of(html)] == [
        (SectionKind.OUTCOME, "- more"),
        (SectionKind.SCOPE, "wide"),
        (SectionKind.OBJECTIVE, "aim"),
    ]


def test_an_unknown_head_is_kept_as_the_first_line_of_other():
    (part,) = sections_of('<p class="topicdescriptionkind">Themes and priorities:</p><p>Democracy</p>')
    assert (part.kind, part.text) == (SectionKind.OTHER, "Themes and priorities:\nDemocracy")


def test_plain_heads_in_text_without_markup_are_found():
    parts = sections_of("Other Action Grants — 95%Objective:Towns plan.Scope:Staff. The scope: not a head")
    assert [(part.kind, part.text) for part in parts] == [
        (SectionKind.OTHER, "Other Action Grants — 95%"),
        (SectionKind.OBJECTIVE, "Towns plan."),
        (SectionKind.SCOPE, "Staff. The scope: not a head"),
    ]


def test_text_without_any_head_is_the_summary_and_no_text_is_no_section():
    assert [part.kind for part in sections_of("<p>Just words</p>")] == [SectionKind.SUMMARY]
    assert sections_of("<p> </p>") == ()


def test_a_title_is_one_line():
    assert one_line("  Two  spaces &amp;\n <b>bold</b> ") == "Two spaces & bold"


def test_a_page_without_the_part_that_is_due_speaks_up():
    page = PageReader("<h1>a</h1><h1>b</h1>", "a page")
    with pytest.raises(ValueError, match=r"a page: 2 av 'h1' där en enda väntades"):
        page.one("h1")
