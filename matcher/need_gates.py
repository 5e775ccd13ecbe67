"""The gates of one need: what it must have and never have, when it is there, as what one applies, how large.

Only what the need states is asked, and what the publisher does not say never bars. A size that does not fit is a
note for the person who decides; the others bar.
"""

from calendar import monthrange
from datetime import date, datetime

from calls.kinds import of_kind
from calls.model import CallFacts
from calls.vocabulary import ApplicantType
from matcher.gates import APPLICANTS, MUST, NEVER, PERIOD, SHARE, SIZE, UNDECIDED, grouped
from matcher.model import Answer, Check
from matcher.terms import found_in
from profiles.model import Need
from texts import N_

MONTHS_AHEAD = (
    18  # from a deadline to the first working day of a project; a year is usual, two-stage calls take more
)


def need_checks(call: CallFacts, need: Need, now: datetime | None) -> tuple[Check, ...]:
    """The answers of the gates that this need has, those that bar first.

    Args:
        now: aware; None ignores the clock, and the need's period with it.
    """
    found = [never(call, need), must(call, need)]
    if call.is_consultation:  # nobody applies, pays or runs a project
        return tuple(check for check in found if check is not None)
    found += [applicants(call, need), own_share_limit(call, need)]
    if now is not None:
        found.append(period(call, need, now))
    found.append(size(call, need))
    return tuple(check for check in found if check is not None)


def never(call: CallFacts, need: Need) -> Check | None:
    """None of the never-words; None when the need has none."""
    for term in need.never:
        if quote := found_in(call, term):
            text = of_kind(
                call,
                N_("Utlysningen har aldrig-ordet ”{term}”."),
                N_("Samrådet har aldrig-ordet ”{term}”."),
            )
            return Check.of(NEVER, Answer.NO, text, quote=quote, term=term)
    if not need.never:
        return None
    return Check.of(NEVER, Answer.YES, N_("Inget av behovets aldrig-ord finns med."))


def must(call: CallFacts, need: Need) -> Check | None:
    """Every must-word; None when the need has none."""
    quotes = []
    for term in need.must:
        quote = found_in(call, term)
        if quote is None:
            text = of_kind(
                call,
                N_("Utlysningen saknar måste-ordet ”{term}”."),
                N_("Samrådet saknar måste-ordet ”{term}”."),
            )
            return Check.of(MUST, Answer.NO, text, term=term)
        quotes.append(quote)
    if not quotes:
        return None
    return Check.of(MUST, Answer.YES, N_("Alla behovets måste-ord finns med."), quote=quotes[0])


def applicants(call: CallFacts, need: Need) -> Check | None:
    """As what the need says we would apply; None when it leaves that to the unit."""
    if not need.applicants:
        return None
    stated = call.eligible_applicants
    if not stated:
        text = N_("Slå upp vem som får söka i utlysningens dokument.")
        return Check.of(APPLICANTS, Answer.UNKNOWN, text)
    wanted = {ApplicantType(applicant.value) for applicant in need.applicants}
    if stated & wanted:
        text, answer = N_("Utlysningen är öppen för dem som behovet anger."), Answer.YES
    elif stated & UNDECIDED:
        text, answer = N_("Utlysningen nämner andra sökande; om ni räknas dit framgår inte."), Answer.UNKNOWN
    else:
        text, answer = N_("Utlysningen är inte öppen för någon av de sökande som behovet anger."), Answer.NO
    return Check.of(APPLICANTS, answer, text)


def own_share_limit(call: CallFacts, need: Need) -> Check | None:
    """The own share in per cent against the need's limit; None when the need has none or the call does not say."""
    limit, rate = need.own_share_max_percent, call.cofinancing_rate
    if limit is None or rate is None:
        return None
    share = round((1 - rate) * 100)
    values = {"share": share, "limit": limit}
    if share > limit:
        text = N_("Egen insats är {share} %, behovet tål högst {limit} %.")
        return Check.of(SHARE, Answer.NO, text, **values)
    text = N_("Egen insats är {share} %, inom behovets {limit} %.")
    return Check.of(SHARE, Answer.YES, text, **values)


def period(call: CallFacts, need: Need, now: datetime) -> Check | None:
    """Whether a project from this call could run while the need is there; None when the need has no period."""
    if need.begins is None and need.ends is None:
        return None
    today = now.date()
    if need.ends is not None and need.ends < today:
        return _out_of_period(N_("Behovet gällde till och med {day}."), need.ends)
    deadline = call.next_deadline(now)
    closes = deadline.day if deadline else None
    if need.ends is not None and closes is not None and closes > need.ends:
        return _out_of_period(N_("Ansökan stänger efter behovets sista dag, {day}."), need.ends)
    if need.begins is not None and closes is not None and months_after(closes, MONTHS_AHEAD) < need.begins:
        return _out_of_period(N_("Pengarna kommer långt innan behovet börjar, {day}."), need.begins)
    return Check.of(PERIOD, Answer.YES, N_("Utlysningen ryms i behovets period."))


def size(call: CallFacts, need: Need) -> Check | None:
    """A note on what one project may get against what the need wants, whole euro; None when either is silent."""
    least, most = call.grant_min, call.grant_max
    if (need.size_min is None and need.size_max is None) or (least is None and most is None):
        return None
    if need.size_max is not None and least is not None and least > need.size_max:
        text, limit = N_("Minsta bidrag är {sum} euro, mer än behovets {limit}."), need.size_max
        return _size(Answer.NO, text, least, limit)
    if need.size_min is not None and most is not None and most < need.size_min:
        text, limit = N_("Största bidrag är {sum} euro, mindre än behovets {limit}."), need.size_min
        return _size(Answer.NO, text, most, limit)
    return Check.of(SIZE, Answer.YES, N_("Bidragets storlek passar behovet."))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, the last of the month when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _out_of_period(text: str, day: date) -> Check:
    return Check.of(PERIOD, Answer.NO, text, day=day)


def _size(answer: Answer, text: str, amount: int, limit: int) -> Check:
    values = {"sum": grouped(amount), "limit": grouped(limit)}
    return Check.of(SIZE, answer, text, **values)
