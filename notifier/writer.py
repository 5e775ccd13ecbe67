"""Put a digest into words: what the letter says, once, for its text part and its HTML part."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from calls.kinds import spoken
from calls.model import Call, Deadline
from notifier import consultation_words
from notifier.contact import contact
from notifier.facts import last_day
from notifier.greeting import first_name, places
from notifier.headers import clean, cut
from notifier.items import LINE_TITLE, LINK_TITLE, QUOTE, item_view, line_view, local, need_of, titled
from notifier.links import Question as Asked
from notifier.model import Digest, DigestItem
from notifier.notice_model import Question
from notifier.templating import isolated
from notifier.view import AwaitingView, DateView, LetterContext, LetterView, NeedGroup, Section
from notifier.wording import Wording
from profiles.model import Unit

_DATES = 10


def letter_view(digest: Digest, context: LetterContext) -> LetterView:
    """A digest in the words of its reader's language."""
    wording = Wording(digest.person.language)
    lines = told_lines(digest, context)
    left_out = len(digest.more) - len(lines)
    nearest = nearest_deadline(digest, context.now)
    return LetterView(
        language=wording.language,
        municipality=clean(local(context.profile, "name", wording)),
        week=wording.week(digest.week),
        first_name=clean(first_name(digest.person.name, digest.person.email, places(context.profile))),
        summary=counted(digest, wording),
        preheader=_preheader(digest, context, wording),
        nearest=wording.deadline(nearest) if nearest else "",
        sections=tuple(_sections(digest, context, wording)),
        more_title=wording.gettext("Fler träffar") if digest.items else wording.gettext("Träffar i korthet"),
        lines=tuple(line_view(item, digest.person.key, context, wording) for item in lines),
        left_out=_left_out(left_out, wording),
        all_calls=context.links.calls(),
        needs=context.links.needs(),
        why=_why(digest, context, wording),
        unsubscribe=context.links.unsubscribe(digest.person.key),
        contact=contact(context, wording),
        unreached=", ".join(cut(clean(title), 80) for title in digest.unreached[:20]),
        unreviewed=_unreviewed(digest.unreviewed, wording),
        awaiting=tuple(_awaiting(one, digest.person.key, context, wording) for one in digest.awaiting),
        dates=tuple(_date(call, context, wording) for call in digest.dates[:_DATES]),
        more_dates=_and_more(digest.dates[_DATES:], wording),
        consultations=consultation_words.views(digest, context, wording),
        more_consultations=consultation_words.left_out(digest, wording),
        all_consultations=context.links.consultations(),
        earlier=tuple(line_view(item, digest.person.key, context, wording) for item in digest.earlier),
        more_earlier=_and_more([item.call for item in digest.more_earlier], wording),
        choices=context.links.choices(digest.person.key),
    )


def nearest_deadline(digest: Digest, now: datetime) -> Deadline | None:
    """The earliest next deadline in the letter; None when no call has one."""
    call = _nearest(digest, now)
    return call.next_deadline(now) if call else None


def _nearest(digest: Digest, now: datetime) -> Call | None:
    """The call with the earliest next deadline in the letter."""
    told = (*digest.awaiting, *digest.items, *digest.more, *digest.consultations, *digest.earlier)
    found = [(deadline.at, one.call) for one in told if (deadline := one.call.next_deadline(now))]
    return min(found, key=lambda pair: pair[0], default=(None, None))[1]


def _preheader(digest: Digest, context: LetterContext, wording: Wording) -> str:
    """What closes first and when; whose letter it is where nothing closes."""
    call = _nearest(digest, context.now)
    if call is None:
        return clean(local(context.profile, "name", wording))
    title, _language = titled(call, wording, LINK_TITLE)
    days = wording.days_left(call.days_left(context.now) or 0)
    return wording.gettext("Närmast: {title}, {days}.", title=isolated(title), days=days)


def counted(digest: Digest, wording: Wording) -> str:
    """2 väntar på ditt svar, 3 nya utlysningar, 1 ändrad, 12 sedan tidigare."""
    return ", ".join(filter(None, (*_news(digest, wording), _before(digest, wording))))


def counted_briefly(digest: Digest, wording: Wording) -> str:
    """2 att svara på, 3 nya, 1 ändrad: for subjects, which have room for what is news only."""
    if not digest.awaiting:
        return ", ".join(_news(digest, wording)) or _before(digest, wording)
    new, changed = _new_and_changed(digest)
    parts = [wording.ngettext("{number} att svara på", "{number} att svara på", len(digest.awaiting))]
    if new:
        parts.append(wording.ngettext("{number} ny", "{number} nya", new))
    if changed:
        parts.append(wording.ngettext("{number} ändrad", "{number} ändrade", changed))
    return ", ".join(filter(None, (*parts, consultation_words.counted(digest, wording))))


def _news(digest: Digest, wording: Wording) -> list[str]:
    """What waits, what is new and what has changed; nothing for what there is none of."""
    new, changed = _new_and_changed(digest)
    waiting, parts = len(digest.awaiting), []
    if waiting:
        parts.append(
            wording.ngettext("{number} väntar på ditt svar", "{number} väntar på ditt svar", waiting)
        )
    if new:
        parts.append(wording.ngettext("{number} ny utlysning", "{number} nya utlysningar", new))
    if changed and new:
        parts.append(wording.ngettext("{number} ändrad", "{number} ändrade", changed))
    elif changed:
        parts.append(wording.ngettext("{number} ändrad utlysning", "{number} ändrade utlysningar", changed))
    consultations = consultation_words.counted(digest, wording)
    return [*parts, consultations] if consultations else parts


def _new_and_changed(digest: Digest) -> tuple[int, int]:
    items = (*digest.items, *digest.more)
    changed = sum(item.is_changed for item in items)
    return len(items) - changed, changed


def _before(digest: Digest, wording: Wording) -> str:
    """12 sedan tidigare; empty when there is none."""
    number = len(digest.earlier) + len(digest.more_earlier)
    said = wording.ngettext("{number} sedan tidigare", "{number} sedan tidigare", number)
    return said if number else ""


def told_lines(digest: Digest, context: LetterContext) -> Sequence[DigestItem]:
    """The lines that fit; what concerns children and young people stands first and is never cut.

    What is only counted has not been told, so it comes in the next letter.
    """
    children = sum(item.children_and_youth for item in digest.more)
    return digest.more[: max(context.max_lines, children)]


def _left_out(number: int, wording: Wording) -> str:
    if not number:
        return ""
    return wording.ngettext("och {number} utlysning till", "och {number} utlysningar till", number)


def _and_more(calls: Sequence[Call], wording: Wording) -> str:
    """och 2 utlysningar och 1 samråd till; empty when all stand there."""
    return wording.gettext("och {things} till", things=wording.things(calls)) if calls else ""


def _awaiting(one: Question, person: str, context: LetterContext, wording: Wording) -> AwaitingView:
    asked = Asked(person=person, unit=one.unit or "", call_id=one.call.id, call_version=one.call.version)
    day = wording.day_of(one.at)
    title, language = titled(one.call, wording)
    return AwaitingView(
        title=title,
        short_title=cut(title, LINK_TITLE),
        language=language,
        asked=wording.gettext("{who} frågade {day}.", who=clean(one.by), day=day),
        note=cut(clean(one.note), QUOTE),
        by=wording.gettext(spoken(one.call).by),
        last_day=last_day(one.call, wording, context.now),
        answer=context.links.answer(asked, context.now),
    )


def _date(call: Call, context: LetterContext, wording: Wording) -> DateView:
    deadline = call.next_deadline(context.now)
    title, language = titled(call, wording, LINE_TITLE)
    return DateView(
        title=title,
        language=language,
        page=context.links.call(call.id),
        day=wording.day(deadline.day) if deadline else wording.unknown,
        left=wording.days_left(call.days_left(context.now) or 0),
    )


def _unreviewed(number: int, wording: Wording) -> str:
    if not number:
        return ""
    return wording.ngettext(
        "{number} förslag till er väntar på samordnarens granskning.",
        "{number} förslag till er väntar på samordnarens granskning.",
        number,
    )


def _why(digest: Digest, context: LetterContext, wording: Wording) -> str:
    units = [local(context.profile.unit(key), "name", wording) for key in digest.person.units]
    why = wording.gettext(
        "Du får brevet för att du är kontaktperson för {units} i {municipality}. Det kommer "
        "bara när det finns något att berätta.",
        units=wording.listed([clean(name) for name in units]),
        municipality=clean(local(context.profile, "name", wording)),
    )
    since = digest.person.appointed_from
    return (
        f"{why} {wording.gettext('Uppdraget gäller sedan {day}.', day=wording.day(since))}" if since else why
    )


def _sections(digest: Digest, context: LetterContext, wording: Wording) -> list[Section]:
    """Per unit: what is new, then what has changed; a section without content is not there."""
    several = len({item.unit for item in (*digest.items, *digest.more)}) > 1
    parted = groupby(digest.items, key=lambda item: (item.is_changed, item.unit))
    return [
        Section(
            title=_section_title(is_changed, context.profile.unit(unit), wording, several=several),
            groups=tuple(_groups(list(items), digest.person.key, context, wording)),
        )
        for (is_changed, unit), items in parted
    ]


def _section_title(is_changed: bool, unit: Unit, wording: Wording, *, several: bool) -> str:
    name = clean(local(unit, "name", wording))
    if several and is_changed:
        return wording.gettext("Ändrat sedan sist: {unit}", unit=name)
    if several:
        return wording.gettext("Nytt: {unit}", unit=name)
    return wording.gettext("Ändrat sedan sist") if is_changed else wording.gettext("Nytt för er")


def _groups(
    items: Sequence[DigestItem], person: str, context: LetterContext, wording: Wording
) -> list[NeedGroup]:
    return [
        NeedGroup(
            need=clean(local(need_of(context, unit, need), "title", wording)),
            items=tuple(item_view(item, person, context, wording) for item in together),
        )
        for (unit, need), together in groupby(items, key=lambda item: (item.unit, item.best.need))
    ]
