"""Places with names outside ASCII, and lines that end in every way, from letter to server (M21, M-06, M-09)."""

import re
from dataclasses import replace

import pytest
from letters import a_context, a_digest, a_letter, accepted, html_of, parsed, text_of
from servers import Keeper, nothing, real_server

from builders import NOW, a_person, a_profile
from matcher.model import Evidence, SentencePair
from notifier.channel import channel_for
from notifier.digest import ToldBefore, build_digest
from notifier.links import Links
from notifier.render import render
from pipeline.settings import Settings
from texts import Message

MIXED = "a\rb\nc\r\nd\x0be\x0cf\x85g\u2028h"


def arrived(letter):
    """What a real server got."""
    keeper = Keeper()
    with real_server(keeper) as url:
        channel = channel_for(url)
        channel.deliver(letter, before_data=nothing)
        channel.close()
    (envelope,) = keeper.envelopes
    return envelope


@pytest.mark.parametrize(
    ("domain", "plain"),
    [
        ("malmö.example", "xn--malm-8qa.example"),
        ("ÖREBRO.example", "xn--rebro-iua.example"),
        ("räksmörgås.åmål.example", "xn--rksmrgs-5wao1o.xn--ml-xiab.example"),
    ],
    ids=["M21 malmö", "M21 capitals", "M21 two labels"],
)
def test_a_reader_and_a_sender_with_swedish_domains_reach_the_server_in_ascii(domain, plain):
    context = a_context(sender=f"fondvakt@{domain}", reply_to=f"eu@{domain}")
    letter = a_letter(context=context, person=a_person(email=f"info@{domain}"))
    envelope = arrived(letter)
    assert envelope.rcpt_tos == [f"info@{plain}"]
    assert envelope.mail_from == f"fondvakt@{plain}"
    message = parsed(letter)
    assert message["To"].addresses[0].addr_spec == f"info@{plain}"
    assert message["Reply-To"].addresses[0].addr_spec == f"eu@{plain}"
    assert message["Message-ID"].strip("<>").endswith(f"@{plain}")
    assert message["List-Id"] == f"<veckobrev.default.{plain}>"


@pytest.mark.parametrize(
    ("setting", "root"),
    [
        ("https://fondvakt.malmö.example/", "https://fondvakt.xn--malm-8qa.example"),
        ("https://FONDVAKT.MALMÖ.example:8443/eu/", "https://fondvakt.xn--malm-8qa.example:8443/eu"),
        ("https://fondvakt.exempelstad.example/", "https://fondvakt.exempelstad.example"),
    ],
    ids=["M21 name", "M21 port and path", "ASCII already"],
)
def test_pages_at_a_swedish_domain_are_linked_in_ascii(setting, root):
    links = Links(Settings(public_url=setting).public_url, "a key")
    letter = a_letter(context=a_context(links=links))
    assert letter.content.isascii()
    assert f"{root}/c/1" in text_of(letter)
    assert f"<{root}/u/" in str(parsed(letter)["List-Unsubscribe"])


@pytest.mark.parametrize("setting", ["https://a..ö.example/", "https://" + "ö" * 70 + ".example/"])
def test_an_address_that_no_browser_could_open_is_refused(setting):
    with pytest.raises(ValueError, match="public_url"):
        Settings(public_url=setting)


def test_m_06_every_way_to_end_a_line_becomes_cr_lf_and_the_server_takes_it():
    match = {
        "pairs": (SentencePair(need=MIXED, call=MIXED, section="scope", similarity=0.9),),
        "evidence": (Evidence(signal="x", strength=1, reason=Message(text=MIXED)),),
    }
    context = a_context(profile=a_profile(name=MIXED))
    letter = a_letter(
        accepted(title=MIXED, match=match), context=context, person=a_person(name=MIXED), unreached=(MIXED,)
    )
    envelope = arrived(letter)
    assert envelope.content == letter.content
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", envelope.content) is None
    for part in (text_of(letter), html_of(letter)):
        assert "a b c d e f g h" in part
        assert not set("\x0b\x0c\x85\u2028") & set(part)


def test_m_09_nothing_to_tell_is_no_mail():
    assert build_digest(a_person(), a_profile(), (), ToldBefore(), NOW, "2026-W34") is None


def test_m_04_a_name_of_2000_characters_reads_as_the_cut_name_and_no_line_is_too_long():
    name = "Förvaltningen för åldrande, ö och ä 😀 " * 60
    context = a_context(profile=a_profile(name=name))
    letter = render(replace(a_digest(profile=context.profile), person=a_person(name=name)), context)
    assert max(map(len, letter.content.split(b"\r\n"))) <= 998
    assert len(parsed(letter)["To"].addresses[0].display_name) <= 60
    assert arrived(letter).rcpt_tos == ["kontakt.skola@exempelstad.example"]
