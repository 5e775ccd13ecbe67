"""Dates, sums and shares as people say them, in the reader's language.

Swedish: "fredag 12 mars 2027 klockan 17.00 Brysseltid", "8 500–50 700 euro" with spaces that do not break.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from gettext import NullTranslations

from babel.dates import format_date
from babel.numbers import format_decimal

from calls.model import BRUSSELS, CallFacts, Deadline
from notifier.weeks import STOCKHOLM, days_of, week_number
from texts import Message, catalogue, day_in_words, translate

_LOCALES = {"sv": "sv_SE", "en": "en_GB"}
_CURRENCIES = {"EUR": "euro", "SEK": "kronor", "NOK": "NOK", "DKK": "DKK"}
NBSP = "\u00a0"


@dataclass(frozen=True)
class Wording:
    """One language's way of saying things; "sv" or "en"."""

    language: str

    @cached_property
    def catalogue(self) -> NullTranslations:
        """The translations of this language."""
        return catalogue(self.language)

    @property
    def locale(self) -> str:
        """The locale that dates and numbers follow."""
        return _LOCALES[self.language]

    def gettext(self, text: str, **blanks: object) -> str:
        """A sentence with its blanks filled."""
        return self.catalogue.gettext(text).format(**blanks)

    def ngettext(self, one: str, many: str, number: int, **blanks: object) -> str:
        """A sentence about a number of things, `{number}` filled as people write it."""
        return self.catalogue.ngettext(one, many, number).format(number=self.number(number), **blanks)

    def message(self, message: Message | str) -> str:
        """A message that a rule made, in this language."""
        return translate(message, self.language)

    @property
    def unknown(self) -> str:
        """What is said when the source says nothing (`ux.md` 1.1)."""
        return self.gettext("framgår inte av källan")

    def number(self, number: int) -> str:
        """A whole number, grouped by thousands."""
        return format_decimal(number, format="#,##0", locale=self.locale)

    def percent(self, share: float) -> str:
        """A share from 0 to 1 as "80 %", with the decimals it needs."""
        shown = format_decimal(round(share * 100, 2), format="#,##0.##", locale=self.locale)
        return f"{shown}{NBSP}%" if self.language == "sv" else f"{shown}%"

    def money(self, amount: int, currency: str = "EUR") -> str:
        """A sum with its currency."""
        return f"{self.number(amount)}{NBSP}{_CURRENCIES.get(currency, currency)}"

    def day(self, day: date) -> str:
        """12 mars 2027."""
        return day_in_words(day, self.language)

    def day_of(self, at: datetime) -> str:
        """The day of a moment, by the calendar in Sweden."""
        return self.day(at.astimezone(STOCKHOLM).date())

    def short_day(self, day: date) -> str:
        """12 mars."""
        return format_date(day, "d MMMM", locale=self.locale)

    def day_seen_from(self, day: date, now: datetime) -> str:
        """12 mars, with the year when it is not this one: a year and a month away is not a month away."""
        return self.short_day(day) if day.year == now.astimezone(STOCKHOLM).year else self.day(day)

    def weekday(self, day: date) -> str:
        """fredag 12 mars 2027."""
        return format_date(day, "EEEE d MMMM y", locale=self.locale)

    def deadline(self, deadline: Deadline) -> str:
        """The day, and the hour in Brussels when the publisher gives one."""
        day = self.weekday(deadline.day)
        if deadline.by_day:
            return day
        clock = self.clock(deadline.at.astimezone(BRUSSELS))
        return self.gettext("{day} klockan {clock} Brysseltid", day=day, clock=clock)

    def moment(self, at: datetime) -> str:
        """A moment by the clock in Sweden."""
        local = at.astimezone(STOCKHOLM)
        return self.gettext("{day} klockan {clock}", day=self.day(local.date()), clock=self.clock(local))

    def week(self, week: str) -> str:
        """Vecka 35, 24–30 augusti 2026."""
        monday, sunday = days_of(week)
        if monday.month == sunday.month:
            days = f"{monday.day}–{self.day(sunday)}"
        elif monday.year == sunday.year:
            days = f"{self.short_day(monday)}–{self.day(sunday)}"
        else:
            days = f"{self.day(monday)}–{self.day(sunday)}"
        return self.gettext("vecka {number}, {days}", number=week_number(week), days=days)

    def days_left(self, days: int) -> str:
        """How long there is left."""
        if days == 0:
            return self.gettext("sista dagen är i dag")
        return self.ngettext("{number} dag kvar", "{number} dagar kvar", days)

    def things(self, calls: Sequence[CallFacts]) -> str:
        """How many of each kind: 3 utlysningar och 1 samråd."""
        asked = sum(call.is_consultation for call in calls)
        funding, said = len(calls) - asked, []
        if funding or not asked:
            said.append(self.ngettext("{number} utlysning", "{number} utlysningar", funding))
        if asked:
            said.append(self.ngettext("{number} samråd", "{number} samråd", asked))
        return self.listed(said)

    def listed(self, words: list[str]) -> str:
        """a, b och c."""
        if len(words) < 2:
            return "".join(words)
        return self.gettext("{first} och {last}", first=", ".join(words[:-1]), last=words[-1])

    def grant(self, call: CallFacts) -> str:
        """What one project may get."""
        low, high = call.grant_min, call.grant_max
        if low is None and high is None:
            return self.unknown
        if high is None:
            return self.gettext("minst {sum} per projekt", sum=self.money(low, call.currency))
        most = self.money(high, call.currency)
        if not low:
            return self.gettext("högst {sum} per projekt", sum=most)
        sums = most if low == high else f"{self.number(low)}–{most}"
        return self.gettext("{sum} per projekt", sum=sums)

    def clock(self, at: datetime) -> str:
        """The hour as the language writes it: 06.00, 06:00."""
        return f"{at:%H.%M}" if self.language == "sv" else f"{at:%H:%M}"
