"""When a follower is reminded of a deadline: 30, 14, 7 and 2 days before (`ux.md` 1.7)."""

from datetime import date, timedelta

STEPS = (30, 14, 7, 2)


def step_due(day: date, today: date, since: date) -> int | None:
    """The one step of a deadline that a follower should have been told by now; None when there is none yet.

    After a stop only the nearest one is left. A step whose day had come when they began to follow says nothing new:
    they had just read the call.

    Args:
        day: the deadline's day.
        since: the day they began to follow.
    """
    left = (day - today) // timedelta(days=1)
    step = min((step for step in STEPS if step >= left), default=None)
    if step is None or left < 0 or day - timedelta(days=step) <= since:
        return None
    return step
