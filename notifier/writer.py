"""Put a digest into words: what the letter says, once, for its text part and its HTML part."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from calls.model import Call, Deadline
from calls.vocabulary import SECTION_LABELS, SectionKind
from matcher import gates
from matcher.model import BAND_LABELS, Answer, Band, Match
from matcher.telling import told
from notifier.changes import shown_changes
from notifier.facts import facts_of, last_day, web_address
from notifier.headers import clean, cut
from notifier.links import Question as Asked
from notifier.model import Digest, DigestItem
from notifier.notice_model import Question
from notifier.view import (
    AwaitingView,
    CheckView,
    Credit,
    DateView,
    ItemView,
    LetterContext,
    LetterView,
    LineView,
    NeedGroup,
    Quote,
    Section,
)
from notifier.weeks import STOCKHOLM
from notifier.wording import Wording
from profiles.model import Need, Unit

DOTS = {Band.STRONG: "●", Band.LIKELY: "◐", Band.POSSIBLE: "○"}
_TITLE, _LINE_TITLE, _LINK_TITLE, _QUOTE, _REASON = 200, 110, 60, 260, 220
_PAIRS, _NOTES = 1, 4
_DATES = 10


def letter_view(digest: Digest, context: LetterContext) -> LetterView:
    """A digest in the words of its reader's language."""
    wording = Wording(digest.person.language)
    lines = told_lines(digest, context)
    left_out = len(digest.more) - len(lines)
    nearest = nearest_deadline(digest, context.now)
    return LetterView(
        language=wording.language,
        municipality=clean(_local(context.profile, "name", wording)),
        week=wording.week(digest.week),
        summary=counted(digest, wording),
        nearest=wording.deadline(nearest) if nearest else "",
        sections=tuple(_sections(digest, context, wording)),
        more_title=wording.gettext("Fler träffar") if digest.items else wording.gettext("Träffar i korthet"),
        lines=tuple(_line(item, context, wording) for item in lines),
        left_out=_left_out(left_out, wording),
        all_calls=context.links.calls(),
        why=_why(digest, context, wording),
        unsubscribe=context.links.unsubscribe(digest.person.key),
        reply_to=context.reply_to,
        unreached=", ".join(cut(clean(title), 80) for title in digest.unreached[:20]),
        unreviewed=_unreviewed(digest.unreviewed, wording),
        awaiting=tuple(_awaiting(one, digest.person.key, context, wording) for one in digest.awaiting),
        dates=tuple(_date(call, context, wording) for call in digest.dates[:_DATES]),
        choices=context.links.choices(digest.person.key),
    )


def nearest_deadline(digest: Digest, now: datetime) -> Deadline | None:
    """The earliest next deadline in the letter; None when no call has one."""
    found = [one.call.next_deadline(now) for one in (*digest.awaiting, *digest.items, *digest.more)]
    return min((deadline for deadline in found if deadline), key=lambda deadline: deadline.at, default=None)


def counted(digest: Digest, wording: Wording) -> str:
    """2 väntar på ditt svar, 3 nya utlysningar, 1 ändrad."""
    items = (*digest.items, *digest.more)
    changed = sum(item.is_changed for item in items)
    new = len(items) - changed
    parts = []
    if digest.awaiting:
        waiting = len(digest.awaiting)
        parts.append(
            wording.ngettext("{number} väntar på ditt svar", "{number} väntar på ditt svar", waiting)
        )
    if new:
        parts.append(wording.ngettext("{number} ny utlysning", "{number} nya utlysningar", new))
    if changed and new:
        parts.append(wording.ngettext("{number} ändrad", "{number} ändrade", changed))
    elif changed:
        parts.append(wording.ngettext("{number} ändrad utlysning", "{number} ändrade utlysningar", changed))
    return ", ".join(parts)


def counted_briefly(digest: Digest, wording: Wording) -> str:
    """2 att svara på, 3 nya, 1 ändrad: for subjects that say what waits for an answer."""
    items = (*digest.items, *digest.more)
    changed = sum(item.is_changed for item in items)
    waiting, new = len(digest.awaiting), len(items) - changed
    parts = [wording.ngettext("{number} att svara på", "{number} att svara på", waiting)]
    if new:
        parts.append(wording.ngettext("{number} ny", "{number} nya", new))
    if changed:
        parts.append(wording.ngettext("{number} ändrad", "{number} ändrade", changed))
    return ", ".join(parts)


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


def _awaiting(one: Question, person: str, context: LetterContext, wording: Wording) -> AwaitingView:
    asked = Asked(person=person, unit=one.unit or "", call_id=one.call.id, call_version=one.call.version)
    day = wording.day(one.at.astimezone(STOCKHOLM).date())
    return AwaitingView(
        title=cut(clean(one.call.title), _TITLE),
        short_title=cut(clean(one.call.title), _LINK_TITLE),
        language=one.call.language,
        asked=wording.gettext("{who} frågade {day}.", who=clean(one.by), day=day),
        note=cut(clean(one.note), _QUOTE),
        last_day=last_day(one.call, wording, context.now),
        answer=context.links.answer(asked, context.now),
    )


def _date(call: Call, context: LetterContext, wording: Wording) -> DateView:
    deadline = call.next_deadline(context.now)
    return DateView(
        title=cut(clean(call.title), _LINE_TITLE),
        language=call.language,
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
    units = [_local(context.profile.unit(key), "name", wording) for key in digest.person.units]
    return wording.gettext(
        "Du får brevet för att du är kontaktperson för {units} i {municipality}. Det kommer "
        "bara när det finns något att berätta.",
        units=wording.listed([clean(name) for name in units]),
        municipality=clean(_local(context.profile, "name", wording)),
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
    name = clean(_local(unit, "name", wording))
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
            need=clean(_local(_need(context, unit, need), "title", wording)),
            items=tuple(_item(item, person, context, wording) for item in together),
        )
        for (unit, need), together in groupby(items, key=lambda item: (item.unit, item.best.need))
    ]


def _item(item: DigestItem, person: str, context: LetterContext, wording: Wording) -> ItemView:
    call = item.call
    reasons = _reasons(item.best, wording)
    asked = Asked(person=person, unit=item.unit, call_id=call.id, call_version=call.version)
    return ItemView(
        title=cut(clean(call.title), _TITLE),
        short_title=cut(clean(call.title), _LINK_TITLE),
        language=call.language,
        codes=" · ".join(clean(code) for code in (call.programme_label, call.identifier) if code),
        page=context.links.call(call.id),
        answer=context.links.answer(asked, context.now),
        calendar=context.links.calendar(call.id, wording.language) if call.deadlines else "",
        band=_band(item, wording),
        dot=DOTS[item.best.band],
        children_and_youth=item.children_and_youth,
        facts=facts_of(call, wording, context.now),
        changes=shown_changes(item.changes, wording),
        quotes=_quotes(item.best, context, wording),
        reasons=reasons,
        area=_area(item.best, context, reasons, wording),
        checks=_checks(item, context, wording),
        notes=_notes(item, wording),
        also_for=_also_for(item, context, wording),
        credit=_credit(item, context, wording),
    )


def _band(item: DigestItem, wording: Wording) -> str:
    band = wording.gettext("{band} träff", band=wording.gettext(BAND_LABELS[item.best.band]))
    if not item.unreviewed:
        return band
    return wording.gettext("{band}, ogranskad: samordnaren hann inte granska", band=band)


def _quotes(match: Match, context: LetterContext, wording: Wording) -> tuple[Quote, ...]:
    """The best pair, the other ones stand on the page; without a pair the need's own words stand alone."""
    need = _need(context, match.unit, match.need)
    quotes = tuple(
        Quote(
            need=cut(clean(pair.need), _QUOTE),
            need_language=_language_of(pair.need, need),
            call=cut(clean(pair.call), _QUOTE),
            section=_section_name(pair.section, wording),
        )
        for pair in match.pairs[:_PAIRS]
    )
    if quotes:
        return quotes
    return (Quote(need=cut(clean(_local(need, "text", wording)), _QUOTE), need_language=wording.language),)


def _language_of(words: str, need: Need) -> str:
    """The language that the need's quoted words were written in."""
    swedish = f"{need.title} {need.text}"
    return "en" if words not in swedish and words in f"{need.title_en} {need.text_en}" else "sv"


def _section_name(section: str, wording: Wording) -> str:
    if section in set(SectionKind):
        return wording.gettext(SECTION_LABELS[SectionKind(section)])
    return ""


def _reasons(match: Match, wording: Wording) -> tuple[str, ...]:
    said = [cut(clean(wording.message(reason)), _REASON) for reason in told(match)]
    return tuple(dict.fromkeys(reason for reason in said if reason))


def _area(match: Match, context: LetterContext, reasons: Sequence[str], wording: Wording) -> str:
    """The priority area that the need serves; empty when it serves none or a reason names it already."""
    key = _need(context, match.unit, match.need).priority_area
    area = next((one for one in context.profile.priority_areas if one.key == key), None)
    title = clean(_local(area, "title", wording)) if area else ""
    return "" if any(title in reason for reason in reasons) else title


def _checks(item: DigestItem, context: LetterContext, wording: Wording) -> tuple[CheckView, ...]:
    """As on the call's page, but for the last day, which stands among the facts."""
    unit = context.profile.unit(item.unit)
    return tuple(
        CheckView(
            label=wording.gettext(gates.GATE_LABELS.get(check.gate, check.gate)),
            answer=wording.gettext(gates.answer_said(check)),
            reason=cut(clean(wording.message(check.reason)), _REASON),
        )
        for check in gates.as_of(item.best.checks, item.call, unit, context.now)
        if check.gate != gates.WHEN or check.answer is Answer.NO
    )


def _notes(item: DigestItem, wording: Wording) -> tuple[str, ...]:
    """The source's own oddities, which a person should look up."""
    said = [cut(clean(wording.message(note)), _REASON) for note in item.call.notes]
    return tuple(dict.fromkeys(note for note in said if note))[:_NOTES]


def _also_for(item: DigestItem, context: LetterContext, wording: Wording) -> str:
    names = [_local(context.profile.unit(key), "name", wording) for key in item.also_for]
    return wording.listed([clean(name) for name in names])


def _credit(item: DigestItem, context: LetterContext, wording: Wording) -> Credit:
    """Publisher, address and time of reading (`reliability.md` G6)."""
    source = item.call.sources[0] if item.call.sources else None
    url = source.url if source else item.call.url
    href, host = web_address(url)
    known = context.publishers.get(source.source) if source else None
    return Credit(
        publisher=clean(wording.message(known)) if known else host,
        url=href or cut(clean(url), _TITLE),
        href=href,
        host=host if href else "",
        read_at=wording.moment(source.last_seen_at) if source else None,
    )


def _line(item: DigestItem, context: LetterContext, wording: Wording) -> LineView:
    return LineView(
        title=cut(clean(item.call.title), _LINE_TITLE),
        language=item.call.language,
        page=context.links.call(item.call.id),
        note=_line_note(item, context, wording),
    )


def _line_note(item: DigestItem, context: LetterContext, wording: Wording) -> str:
    """When to apply, what changed, and why it has only one line."""
    parts = [_apply_by(item, context, wording)]
    parts += [
        f"{change.label}: {change.old} → {change.new}" if change.old is not None else change.new
        for change in shown_changes(item.changes[:2], wording)
    ]
    if item.short_of_time:
        parts.append(wording.gettext("kort om tid"))
    if item.children_and_youth:
        parts.append(wording.gettext("barn och unga"))
    if item.unreviewed:
        parts.append(wording.gettext("ogranskad"))
    return "; ".join(parts)


def _apply_by(item: DigestItem, context: LetterContext, wording: Wording) -> str:
    day = last_day(item.call, wording, context.now)
    if item.call.deadlines is None:
        return wording.gettext("sista dag framgår inte av källan")
    return wording.gettext("sök senast {day}", day=day) if item.call.deadlines else day


def _need(context: LetterContext, unit: str, need: str) -> Need:
    return next(one for one in context.profile.unit(unit).needs if one.key == need)


def _local(thing: object, name: str, wording: Wording) -> str:
    """The noun's text in the reader's language."""
    return getattr(thing, f"{name}_en" if wording.language == "en" else name)
