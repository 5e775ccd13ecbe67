"""Calendar files, read back with icalendar and with a reader of our own that knows nothing of the library."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from builders import NOW, a_call
from calls.model import BRUSSELS, Deadline
from calls.stages import Reading
from calls.vocabulary import DeadlineModel
from notifier.calendars import Entry, calendar_file
from notifier.links import Links

LINKS = Links("https://fondvakt.exempelstad.example", "a-key-of-tests-and-nothing-else", "exempelstad")
NAMES = {"BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "X-PUBLISHED-TTL", "TZID", "TZNAME",
         "TZOFFSETFROM", "TZOFFSETTO", "DTSTART", "RRULE", "UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "STATUS",
         "TRANSP", "SUMMARY", "DESCRIPTION", "URL", "ACTION", "TRIGGER"}  # fmt: skip
ATTACKS = (
    "Town\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTENDEE:mailto:all@exempelstad.example",
    "Town\nATTENDEE:mailto:x@y.example",
    "Town\rX-EVIL:1",
    "Town\u2028X-EVIL:1\u2029Y",
    "Town\x0bX\x0cY\x85Z\x1c1\x1d2\x1e3",
    "Town\\nEND:VCALENDAR\\",
    'a;b,c\\d"e:f',
    '=HYPERLINK("http://evil","x")',
    "å" * 300 + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 20,
    "\u202e\u2066RTL\u2069 עברית",
    "x\x00y",
)


class OwnReader:
    """RFC 5545 read by the letter: lines end in CRLF, a line that begins with a space goes on with the one before."""

    def __init__(self, content: bytes) -> None:
        assert content.endswith(b"\r\n")
        assert b"\n" not in content.replace(b"\r\n", b"")
        assert b"\r" not in content.replace(b"\r\n", b"")
        physical = content.split(b"\r\n")[:-1]
        assert all(len(line) <= 75 for line in physical)
        for line in physical:
            line.decode("utf-8")  # folded between letters, never inside one
        whole = content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]
        self.lines = [self._parsed(line) for line in whole]

    @staticmethod
    def _parsed(line: str) -> tuple[str, str, str]:
        found = re.fullmatch(r"([A-Z-]+)((?:;[A-Z]+=[A-Za-z/]+)*):(.*)", line, re.S)
        assert found, line
        return found[1], found[2], found[3]

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.lines]

    def values(self, name: str) -> list[str]:
        return [value for known, _, value in self.lines if known == name]

    def text(self, name: str) -> str:
        value = next(iter(self.values(name)))
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)

    def starts(self) -> list[datetime]:
        """The events' beginnings, by the offsets of the file's own VTIMEZONE."""
        zone = self._zone()
        inside, found = "", []
        for name, options, value in self.lines:
            inside = value if name == "BEGIN" else inside
            if name == "DTSTART" and inside == "VEVENT":
                assert options == ";TZID=Europe/Brussels"
                found.append(zone(datetime.fromisoformat(value)))
        return found

    def _zone(self):
        text = "\n".join(":".join((name, value)) for name, _, value in self.lines)
        rules = {}
        for kind in ("STANDARD", "DAYLIGHT"):
            part = re.search(f"BEGIN:{kind}\n(.*?)END:{kind}", text, re.S)[1]
            month = int(re.search(r"BYMONTH=(\d+)", part)[1])
            assert "BYDAY=-1SU" in part
            hour = int(re.search(r"DTSTART:\d{8}T(\d\d)0000", part)[1])
            rules[kind] = month, hour, int(re.search(r"TZOFFSETTO:\+0(\d)00", part)[1])

        def aware(local: datetime) -> datetime:
            begins = last_sunday(local.year, rules["DAYLIGHT"][0]) + timedelta(hours=rules["DAYLIGHT"][1])
            ends = last_sunday(local.year, rules["STANDARD"][0]) + timedelta(hours=rules["STANDARD"][1])
            hours = rules["DAYLIGHT" if begins <= local < ends else "STANDARD"][2]
            return (local - timedelta(hours=hours)).replace(tzinfo=UTC)

        return aware


def last_sunday(year: int, month: int) -> datetime:
    day = date(year, month, 31)
    return datetime.combine(day - timedelta(days=(day.weekday() + 1) % 7), datetime.min.time())


def a_file(*entries: Entry, language: str = "sv", now: datetime = NOW) -> bytes:
    return calendar_file(entries, LINKS, language, now, name="Fondvakt")


def due(*moments: datetime, **facts):
    return a_call(deadlines=tuple(Deadline(at=at) for at in moments), **facts)


def in_brussels(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BRUSSELS)


@pytest.mark.parametrize(
    "at",
    [
        in_brussels(2026, 10, 24, 17), in_brussels(2026, 10, 25, 1, 59), in_brussels(2026, 10, 25, 3),
        in_brussels(2026, 10, 25, 17), in_brussels(2027, 3, 28, 1, 59), in_brussels(2027, 3, 28, 3),
        in_brussels(2027, 1, 15, 17), in_brussels(2027, 7, 15, 17), datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
        datetime(2027, 6, 1, 7, 0, tzinfo=ZoneInfo("Europe/Helsinki")),
    ],
    ids=str,
)  # fmt: skip
def test_summer_and_winter_deadlines_are_the_same_instant_in_two_readers(at):
    content = a_file(Entry(call=due(at)))
    assert OwnReader(content).starts() == [at]
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event.start == at


def test_the_zone_in_the_file_agrees_with_the_zone_data_for_years_ahead():
    days = [
        in_brussels(year, month, day, 12)
        for year in range(2027, 2042)
        for month in range(1, 13)
        for day in (1, 26)
    ]
    for start in range(0, len(days), 60):
        some = days[start : start + 60]
        entries = [Entry(call=due(at, id=place + 1)) for place, at in enumerate(some)]
        assert OwnReader(a_file(*entries)).starts() == some


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_foreign_text_adds_no_line__F8_X05(attack):
    call = due(
        in_brussels(2026, 10, 1, 17), title=attack, identifier=attack, url=f"https://x.example/{attack}"
    )
    content = a_file(Entry(call=call, note=attack))
    own = OwnReader(content)
    plain = OwnReader(a_file(Entry(call=due(in_brussels(2026, 10, 1, 17), identifier="x"), note="x")))
    assert own.names == plain.names
    parsed = Calendar.from_ical(content)
    (event,) = parsed.walk("VEVENT")
    assert str(event["SUMMARY"]) == own.text("SUMMARY")
    assert parsed.to_ical() == content
    assert event.errors == []


@given(text=st.text(max_size=400))
@settings(max_examples=120, deadline=None)
def test_any_text_at_all_adds_no_line__F8(text):
    call = due(in_brussels(2026, 10, 1, 17), title=f"T{text}", identifier=f"I{text}")
    own = OwnReader(a_file(Entry(call=call, note=f"N{text}")))
    assert set(own.names) <= NAMES
    assert own.values("BEGIN") == [
        "VCALENDAR",
        "VTIMEZONE",
        "STANDARD",
        "DAYLIGHT",
        "VEVENT",
        "VALARM",
        "VALARM",
    ]


def test_an_event_says_what_where_how_it_stands_and_the_own_note():
    call = due(in_brussels(2026, 9, 15, 17), id=7, identifier="CERV-2026", url="https://portal.example/7")
    own = OwnReader(a_file(Entry(call=call, note="Fråga Vasa")))
    assert own.text("DESCRIPTION").split("\n") == [
        "Utlysning: CERV-2026",
        "Läge: öppen",
        "Egen anteckning: Fråga Vasa",
        "I Fondvakt: https://fondvakt.exempelstad.example/c/7",
        "Hos utgivaren: https://portal.example/7",
        "Det är alltid utgivarens uppgift som gäller.",
    ]
    assert own.values("METHOD") == ["PUBLISH"]
    assert own.values("TRIGGER") == ["-P14D", "-P3D"]
    assert own.values("UID") == ["exempelstad-7-1@fondvakt.exempelstad.example"]
    english = OwnReader(a_file(Entry(call=call), language="en"))
    assert english.text("SUMMARY") == "Apply by: Town-Twinning"


def test_a_moved_deadline_keeps_its_uid_and_raises_its_sequence():
    before = due(
        in_brussels(2026, 9, 15, 17), in_brussels(2026, 12, 1, 17), deadline_model=DeadlineModel.TWO_STAGE
    )
    after = due(
        in_brussels(2026, 9, 22, 17), in_brussels(2026, 12, 1, 17),
        deadline_model=DeadlineModel.TWO_STAGE, changed_at=NOW,
    )  # fmt: skip
    history = [Reading(at=NOW - timedelta(days=3), facts=before)]
    first = OwnReader(a_file(Entry(call=before)))
    own = OwnReader(a_file(Entry(call=after, history=history)))
    assert own.values("UID") == first.values("UID")
    assert own.values("SEQUENCE") == ["1", "0"]
    assert own.values("SUMMARY") == [
        "Sök senast\\, steg 1: Town-Twinning",
        "Sök senast\\, steg 2: Town-Twinning",
    ]


@pytest.mark.parametrize(
    ("facts", "sequence"),
    [
        pytest.param(
            {"deadlines": (Deadline(at=in_brussels(2026, 9, 15, 12)),)}, 1, id="another hour of the day"
        ),
        pytest.param({"deadlines": (Deadline(at=in_brussels(2026, 9, 16, 17)),)}, 1, id="another day"),
        pytest.param({"deadlines": ()}, 1, id="taken away"),
        pytest.param({"title": "Town-Twinning and networks"}, 0, id="another title"),
        pytest.param({"deadline_model": DeadlineModel.CUT_OFFS}, 0, id="another model"),
        pytest.param({"deadlines": (Deadline(at=in_brussels(2026, 9, 15, 17, 0, 42)),)}, 0, id="seconds"),
    ],
)
def test_sequence_counts_what_rfc_5546_calls_significant_and_last_modified_the_rest(facts, sequence):
    before = due(in_brussels(2026, 9, 15, 17), changed_at=NOW - timedelta(days=3))
    after = a_call(**({"deadlines": before.deadlines, "changed_at": NOW} | facts))
    history = [Reading(at=before.changed_at, facts=before)]
    (old,) = Calendar.from_ical(a_file(Entry(call=before))).walk("VEVENT")
    (event,) = Calendar.from_ical(a_file(Entry(call=after, history=history))).walk("VEVENT")
    assert event["UID"] == old["UID"]
    assert (old["SEQUENCE"], event["SEQUENCE"]) == (0, sequence)
    assert (event["LAST-MODIFIED"].dt, event["DTSTAMP"].dt) == (NOW, NOW)
    assert old["DTSTAMP"].dt < event["DTSTAMP"].dt


def test_a_deadline_whose_hour_is_not_known_is_a_whole_day():
    content = a_file(Entry(call=a_call(deadlines=(Deadline.on(date(2026, 9, 15)),))))
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event.start == date(2026, 9, 15)


def test_what_passed_long_ago_is_left_out_and_the_bytes_stay_the_same_from_hour_to_hour():
    old, new = due(in_brussels(2026, 1, 15, 17), id=1), due(in_brussels(2026, 9, 15, 17), id=2)
    content = a_file(Entry(call=old), Entry(call=new))
    assert OwnReader(content).values("UID") == ["exempelstad-2-1@fondvakt.exempelstad.example"]
    assert a_file(Entry(call=old), Entry(call=new), now=NOW + timedelta(hours=5)) == content
