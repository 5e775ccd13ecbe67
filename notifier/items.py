"""One call of a letter put into words, the same for its text part and its HTML part."""

from collections.abc import Sequence

from calls.addresses import page_in
from calls.kinds import spoken
from calls.model import Call
from calls.programmes import programme_name
from calls.vocabulary import SECTION_LABELS, SectionKind
from matcher import gates
from matcher.model import BAND_LABELS, Answer, Band, Match
from matcher.telling import told
from notifier.changes import shown_changes
from notifier.facts import facts_of, last_day, web_address
from notifier.headers import clean, cut
from notifier.links import Question as Asked
from notifier.model import DigestItem
from notifier.view import CheckView, Credit, ItemView, LetterContext, LineView, Quote
from notifier.wording import Wording
from profiles.model import Need, PriorityArea

DOTS = {Band.STRONG: "●", Band.LIKELY: "◐", Band.POSSIBLE: "○"}
TITLE, LINE_TITLE, LINK_TITLE, QUOTE, _REASON = 200, 110, 45, 260, 220
_PAIRS, _NOTES = 1, 4


def titled(call: Call, wording: Wording, most: int = TITLE) -> tuple[str, str]:
    """The title in the reader's language where the publisher has one, and the language that it is in."""
    title = call.title_in(wording.language)
    return cut(clean(title.text), most), title.language


def codes_of(call: Call, wording: Wording) -> str:
    """The programme, in the reader's language where we know it, and the publisher's identifier."""
    programme = programme_name(call.programme, wording.language) or call.programme_label
    return " · ".join(clean(code) for code in (programme, call.identifier) if code)


def item_view(item: DigestItem, person: str, context: LetterContext, wording: Wording) -> ItemView:
    """One call in full."""
    call, said = item.call, reasons(item.best, wording)
    title, language = titled(call, wording)
    return ItemView(
        title=title,
        short_title=cut(title, LINK_TITLE),
        language=language,
        codes=codes_of(call, wording),
        page=context.links.call(call.id),
        answer=answer_link(item, person, context),
        calendar=context.links.calendar(call.id, wording.language) if call.deadlines else "",
        band=band(item, wording),
        dot=DOTS[item.best.band],
        children_and_youth=item.children_and_youth,
        facts=facts_of(call, wording, context.now),
        changes=shown_changes(item.changes, wording, spoken(call)),
        quotes=quotes(item, context, wording),
        reasons=said,
        area=area(item.best, context, said, wording),
        swedish_area=swedish_area(item.best, context, wording),
        checks=_checks(item, context, wording),
        notes=_notes(item, wording),
        also_for=also_for(item, context, wording),
        credit=credit(item, context, wording),
    )


def answer_link(item: DigestItem, person: str, context: LetterContext) -> str:
    """Where this person answers about the call for the item's unit."""
    asked = Asked(person=person, unit=item.unit, call_id=item.call.id, call_version=item.call.version)
    return context.links.answer(asked, context.now)


def band(item: DigestItem, wording: Wording) -> str:
    """How strong the match is, and whether anybody has looked at it."""
    said = wording.gettext("{band} träff", band=wording.gettext(BAND_LABELS[item.best.band]))
    if not item.unreviewed:
        return said
    return wording.gettext("{band}, ogranskad: samordnaren hann inte granska", band=said)


def quotes(item: DigestItem, context: LetterContext, wording: Wording) -> tuple[Quote, ...]:
    """The best pair, the other ones stand on the page; without a pair the need's own words stand alone."""
    match, language = item.best, item.call.language
    met = need_of(context, match.unit, match.need)
    found = tuple(
        Quote(
            need=cut(clean(pair.need), QUOTE),
            need_language=_language_of(pair.need, met),
            call=cut(clean(pair.call), QUOTE),
            call_language=language,
            section=_section_name(pair.section, wording),
        )
        for pair in match.pairs[:_PAIRS]
    )
    if found:
        return found
    return (Quote(need=cut(clean(local(met, "text", wording)), QUOTE), need_language=wording.language),)


def _language_of(words: str, need: Need) -> str:
    """The language that the need's quoted words were written in."""
    swedish = f"{need.title} {need.text}"
    return "en" if words not in swedish and words in f"{need.title_en} {need.text_en}" else "sv"


def _section_name(section: str, wording: Wording) -> str:
    if section in set(SectionKind):
        return wording.gettext(SECTION_LABELS[SectionKind(section)])
    return ""


def reasons(match: Match, wording: Wording) -> tuple[str, ...]:
    """What speaks for the match, each thing once."""
    said = [cut(clean(wording.message(reason)), _REASON) for reason in told(match)]
    return tuple(dict.fromkeys(reason for reason in said if reason))


def area(match: Match, context: LetterContext, said: Sequence[str], wording: Wording) -> str:
    """The priority area that the need serves; empty when it serves none or a reason names it already."""
    served = _area_of(match, context)
    title = clean(local(served, "title", wording)) if served else ""
    return "" if any(title in reason for reason in said) else title


def swedish_area(match: Match, context: LetterContext, wording: Wording) -> str:
    """The area's name where it stands in Swedish in a letter that is not; empty elsewhere."""
    served = _area_of(match, context)
    if served is None or wording.language == "sv" or served.english_title:
        return ""
    return clean(served.title)


def _area_of(match: Match, context: LetterContext) -> PriorityArea | None:
    key = need_of(context, match.unit, match.need).priority_area
    return next((one for one in context.profile.priority_areas if one.key == key), None)


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


def also_for(item: DigestItem, context: LetterContext, wording: Wording) -> str:
    """The other units that are told of it."""
    names = [local(context.profile.unit(key), "name", wording) for key in item.also_for]
    return wording.listed([clean(name) for name in names])


def credit(item: DigestItem, context: LetterContext, wording: Wording) -> Credit:
    """Publisher, address and time of reading (`reliability.md` G6)."""
    source = item.call.sources[0] if item.call.sources else None
    url = page_in(source.url if source else item.call.url, wording.language)
    href, host = web_address(url)
    known = context.publishers.get(source.source) if source else None
    return Credit(
        publisher=clean(wording.message(known)) if known else host,
        url=href or cut(clean(url), TITLE),
        href=href,
        host=host if href else "",
        read_at=wording.moment(source.last_seen_at) if source else None,
    )


def line_view(item: DigestItem, person: str, context: LetterContext, wording: Wording) -> LineView:
    """One call in one line; it leads to where the reader answers, without signing in."""
    title, language = titled(item.call, wording, LINE_TITLE)
    return LineView(
        title=title,
        language=language,
        answer=answer_link(item, person, context),
        note=_line_note(item, context, wording),
    )


def _line_note(item: DigestItem, context: LetterContext, wording: Wording) -> str:
    """When to apply, what changed, and why it has only one line."""
    parts = [_apply_by(item, context, wording)]
    parts += [
        f"{change.label}: {change.old} → {change.new}" if change.old is not None else change.new
        for change in shown_changes(item.changes[:2], wording, spoken(item.call))
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
    return wording.gettext(spoken(item.call).by_day, day=day) if item.call.deadlines else day


def need_of(context: LetterContext, unit: str, key: str) -> Need:
    """The need of that key."""
    return next(one for one in context.profile.unit(unit).needs if one.key == key)


def local(thing: object, name: str, wording: Wording) -> str:
    """The noun's text in the reader's language."""
    return getattr(thing, f"{name}_en" if wording.language == "en" else name)
