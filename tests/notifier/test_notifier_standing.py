"""When an address has bounced so that letters to it stop (C6, M-51, M-55, M-58, M-59)."""

from datetime import timedelta

import pytest

from builders import NOW
from notifier.standing import RESUMED, Cause, Event, paused
from notifier.statuses import BounceKind

ANNA = "anna@exempelstad.example"
WEEK = timedelta(days=7)


def event(days: float, kind=BounceKind.HARD, address=ANNA) -> Event:
    return Event(address=address, kind=kind, at=NOW + timedelta(days=days))


def stopped(*events: Event, readers: int = 60) -> set[str]:
    return set(paused(events, readers))


def test_c6_no_such_address_in_two_weeks_pauses_it():
    (one,) = paused([event(0), event(7)], 60).values()
    assert (one.address, one.cause, one.since) == (ANNA, Cause.UNKNOWN_ADDRESS, NOW + WEEK)


@pytest.mark.parametrize(
    "events",
    [
        [event(0)],
        [event(0), event(0.5)],
        [event(0), event(1)],
        [event(0), event(61)],
        [event(0), event(7, BounceKind.SOFT)],
        [event(7 * week, BounceKind.SOFT) for week in range(20)],
    ],
    ids=["once", "one day", "M-59 one week", "too far apart", "M-51 soft", "always soft"],
)
def test_c6_less_than_that_pauses_nobody(events):
    assert stopped(*events) == set()


def test_m_58_a_complaint_pauses_at_once():
    assert paused([event(0, BounceKind.COMPLAINT)], 60)[ANNA].cause is Cause.COMPLAINT


def test_a_person_says_that_the_address_is_good_and_counting_starts_anew():
    history = [event(0), event(7), event(8, RESUMED)]
    assert stopped(*history) == set()
    assert stopped(*history, event(14)) == set()
    assert stopped(*history, event(14), event(21)) == {ANNA}


def test_a_pause_lasts_until_a_person_ends_it():
    assert stopped(event(0), event(7), event(300)) == {ANNA}


@pytest.mark.parametrize(
    ("readers", "hit", "pauses"), [(20, 5, False), (20, 4, True), (60, 11, True), (60, 12, False)]
)
def test_m_59_many_addresses_on_one_day_are_the_relays_fault(readers, hit, pauses):
    addresses = [f"person-{number}@exempelstad.example" for number in range(hit)]
    events = [event(days, address=address) for days in (0, 7) for address in addresses]
    assert stopped(*events, readers=readers) == (set(addresses) if pauses else set())
