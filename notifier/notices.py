"""Mails about calls put into words: reminders, changes, corrections and questions."""

from collections.abc import Sequence

from calls.addresses import page_in
from calls.kinds import of_kind, spoken
from calls.model import Call
from notifier.changes import shown_changes
from notifier.facts import last_day, web_address
from notifier.headers import clean, cut
from notifier.items import LINK_TITLE, TITLE, codes_of, local
from notifier.links import Question as Asked
from notifier.model import LetterKind
from notifier.notice_letter import about, short_title, view_of
from notifier.notice_model import Closing, Mistaken, Moved, Question
from notifier.notice_view import NoticeItem, NoticeLink, NoticeSection, NoticeView
from notifier.view import Fact, LetterContext
from notifier.wording import Wording
from profiles.model import ContactPerson
from texts import N_

# So many calls in one mail; the rest come in the next.
MOST = 10
_NOTE = 600
_GONE, _CHANGED = N_("Fondvakt: inte längre publicerad – {title}"), N_("Fondvakt: ändrad – {title}")
_NOT_SHOWN = N_("Utgivaren visar den inte längre. Hör efter hos utgivaren innan ni arbetar vidare.")
_ASKED, _ASKED_IN_WORDS = N_("{who} frågade {day}."), N_("{who} frågade {day}:")

_ANSWER = N_("Läs mer och svara"), N_("Säg om ni vill svara")
_CORRECTION = (
    N_("Rättelse av en utlysning i ett tidigare brev"),
    N_("Rättelse av ett samråd i ett tidigare brev"),
)
_NEEDLESS = N_("Ni behöver inte svara på utlysningen."), N_("Ni behöver inte svara på samrådet.")
_WAS_TOLD = (
    N_("Du får rättelsen för att du fick utlysningen i ett brev."),
    N_("Du får rättelsen för att du fick samrådet i ett brev."),
)
_CORRECTED = N_("Den skickades av misstag. {who} rättade {day}:")


def reminder(person: ContactPerson, context: LetterContext, closing: Sequence[Closing]) -> NoticeView:
    """Deadlines that come near, the nearest first; one mail for all of them."""
    words = Wording(person.language)
    near = sorted(closing, key=lambda one: (one.day, one.call.id))
    days = words.days_left(near[0].days_left)
    heading = words.ngettext(
        "{things} du följer stänger snart",
        "{things} du följer stänger snart",
        len(near),
        things=_capital(_things([one.call for one in near], words)),
    )
    if len(near) == 1:
        tail = words.gettext("Fondvakt: {days} – {title}", days=days, title="")
        subject = about(near[0].call, tail, words.language)
    else:
        day = words.short_day(near[0].day)
        subject = words.gettext("Fondvakt: {number} stänger snart – närmast {day}", number=len(near), day=day)
    nearest = words.gettext("Närmast: {day} ({days}).", day=words.weekday(near[0].day), days=days)
    return view_of(
        person,
        context,
        LetterKind.REMINDER,
        subject=subject,
        heading=heading,
        preheader=nearest if len(near) > 1 else words.weekday(near[0].day),
        paragraphs=(nearest,) if len(near) > 1 else (),
        why=words.gettext(
            "Du får påminnelsen för att du följer det som stänger. "
            "Påminnelser kommer 30, 14, 7 och 2 dagar före sista dagen."
        ),
        sections=(
            NoticeSection(title="", items=tuple(_closing(one, person, context, words) for one in near)),
        ),
    )


def change(person: ContactPerson, context: LetterContext, moved: Sequence[Moved]) -> NoticeView:
    """Followed calls that read otherwise than before, with old and new."""
    words = Wording(person.language)
    gone = [one for one in moved if one.is_withdrawn]
    told = _things([one.call for one in moved], words)
    if len(moved) == 1:
        said = _GONE if gone else _CHANGED
        start = words.gettext(said, title="")
        subject = about(moved[0].call, start, words.language)
    else:
        subject = words.gettext("Fondvakt: {things} du följer har ändrats", things=told)
    return view_of(
        person,
        context,
        LetterKind.CHANGE,
        subject=subject,
        heading=words.ngettext(
            "{things} du följer har ändrats",
            "{things} du följer har ändrats",
            len(moved),
            things=_capital(told),
        ),
        preheader=_told_first(moved[0], words),
        notes=(words.gettext("Det är alltid utgivarens text som gäller."),),
        why=words.gettext(
            "Du får beskedet för att något som har betydelse är ändrat i det du följer. "
            "Mindre ändringar står i veckobrevet."
        ),
        sections=(
            NoticeSection(title="", items=tuple(_moved(one, person, context, words) for one in moved)),
        ),
    )


def correction(person: ContactPerson, context: LetterContext, mistaken: Mistaken) -> NoticeView:
    """What a letter told by mistake, and what was wrong with it."""
    words, call = Wording(person.language), mistaken.call
    start = words.gettext("Fondvakt: rättelse – {title}", title="")
    lead = words.gettext(_CORRECTED, who=clean(mistaken.by), day=words.day(mistaken.at.date()))
    item = NoticeItem(
        **_named(call, words),
        lead=lead,
        note=cut(clean(mistaken.note), _NOTE),
        links=_call_links(call, None, person, context, words),
    )
    return view_of(
        person,
        context,
        LetterKind.CHANGE,
        subject=about(call, start, words.language),
        heading=words.gettext(of_kind(call, *_CORRECTION)),
        paragraphs=(words.gettext(of_kind(call, *_NEEDLESS)),),
        why=words.gettext(of_kind(call, *_WAS_TOLD)),
        sections=(NoticeSection(title="", items=(item,)),),
    )


def assignment(person: ContactPerson, context: LetterContext, asked: Sequence[Question]) -> NoticeView:
    """The coordinator asks the reader's unit to answer."""
    words = Wording(person.language)
    told = _things([one.call for one in asked], words)
    if len(asked) == 1:
        start = words.gettext(
            "Fondvakt: {who} ber om svar – {title}", who=cut(clean(asked[0].by), 30), title=""
        )
        subject = about(asked[0].call, start, words.language)
    else:
        subject = words.gettext("Fondvakt: {things} väntar på ert svar", things=told)
    return view_of(
        person,
        context,
        LetterKind.ASSIGNMENT,
        subject=subject,
        heading=words.ngettext(
            "{things} väntar på ert svar", "{things} väntar på ert svar", len(asked), things=_capital(told)
        ),
        paragraphs=(words.gettext("Svaret tar under två minuter och förbinder er inte till något."),),
        why=words.gettext(
            "Du får frågan för att du är kontaktperson för {units}.", units=_units(asked, context, words)
        ),
        sections=(
            NoticeSection(title="", items=tuple(_asked(one, person, context, words) for one in asked)),
        ),
    )


def invitation(person: ContactPerson, context: LetterContext, asked: Sequence[Question]) -> NoticeView:
    """The reference group is asked for its view."""
    words = Wording(person.language)
    start = words.gettext("Fondvakt: referensgruppen tillfrågas – {title}", title="")
    subject = about(asked[0].call, start, words.language)
    return view_of(
        person,
        context,
        LetterKind.INVITATION,
        subject=subject,
        heading=words.gettext("Vad säger referensgruppen?"),
        paragraphs=(words.gettext("Svara på brevet med din syn, så samlar samordnaren svaren."),),
        why=words.gettext("Du får frågan för att du ingår i referensgruppen."),
        sections=(
            NoticeSection(title="", items=tuple(_asked(one, person, context, words) for one in asked)),
        ),
    )


def nothing_new(person: ContactPerson, context: LetterContext, *, silent_weeks: bool) -> NoticeView:
    """Two lines when there is nothing to tell: so that silence is not taken for a fault (`ux.md` 1.1)."""
    words = Wording(person.language)
    first = words.gettext("Inget nytt för er den här veckan.")
    if silent_weeks:
        first = words.gettext("Inget nytt för er på fyra veckor. Bevakningen går som den ska.")
    second = words.gettext("Så här söker vi: varje natt läser vi utgivarnas sidor och jämför med era behov.")
    return view_of(
        person,
        context,
        LetterKind.DIGEST,
        subject=words.gettext("Fondvakt: inget nytt"),
        heading=words.gettext("Inget nytt"),
        paragraphs=(first, second),
        why=words.gettext(
            "Du får brevet för att du är kontaktperson. "
            "Utan nyheter kommer det högst var femte vecka, om du inte bett om fler."
        ),
        links=(
            NoticeLink(words=words.gettext("Se och ändra era behov (logga in)"), href=context.links.needs()),
            NoticeLink(words=words.gettext("Alla utlysningar i Fondvakt"), href=context.links.calls()),
        ),
    )


def _closing(one: Closing, person: ContactPerson, context: LetterContext, words: Wording) -> NoticeItem:
    since = words.day_of(one.since_at)
    lead = words.gettext("Du följer den sedan {day}.", day=since)
    if one.answered:
        lead = words.gettext("Ni svarade ”{answer}” {day}.", answer=words.gettext(one.answered), day=since)
    return NoticeItem(
        **_named(one.call, words),
        lead=lead,
        facts=_by_and_money(one.call, words, context),
        links=_call_links(one.call, one.unit, person, context, words),
    )


def _told_first(one: Moved, words: Wording) -> str:
    """What has happened, in a row of mail programs' lists."""
    shown = shown_changes(one.changes, words, spoken(one.call))
    if one.is_withdrawn or not shown:
        return words.gettext(_NOT_SHOWN)
    first = shown[0]
    return (
        f"{first.label}: {first.old} → {first.new}"
        if first.old is not None
        else f"{first.label}: {first.new}"
    )


def _moved(one: Moved, person: ContactPerson, context: LetterContext, words: Wording) -> NoticeItem:
    return NoticeItem(
        **_named(one.call, words),
        lead=words.gettext(_NOT_SHOWN) if one.is_withdrawn else "",
        changes=shown_changes(one.changes, words, spoken(one.call)),
        facts=() if one.is_withdrawn else (_by(one.call, words, context),),
        links=_call_links(one.call, one.unit, person, context, words),
    )


def _asked(one: Question, person: ContactPerson, context: LetterContext, words: Wording) -> NoticeItem:
    day = words.day_of(one.at)
    lead = words.gettext(_ASKED_IN_WORDS if one.note else _ASKED, who=clean(one.by), day=day)
    return NoticeItem(
        **_named(one.call, words),
        lead=lead,
        note=cut(clean(one.note), _NOTE),
        facts=_by_and_money(one.call, words, context),
        links=_call_links(one.call, one.unit, person, context, words),
    )


def _units(asked: Sequence[Question], context: LetterContext, words: Wording) -> str:
    """The units that are asked, as many as there are."""
    names = {one.key: local(one, "name", words) for one in context.profile.units}
    keys = dict.fromkeys(one.unit for one in asked if one.unit is not None)
    return words.listed([clean(names.get(key, key)) for key in keys])


def _things(calls: Sequence[Call], words: Wording) -> str:
    """En utlysning, ett samråd, or how many of each."""
    if len(calls) != 1:
        return words.things(calls)
    return words.gettext(of_kind(calls[0], N_("en utlysning"), N_("ett samråd")))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _named(call: Call, words: Wording) -> dict[str, str]:
    title = call.title_in(words.language)
    codes = cut(codes_of(call, words), TITLE)
    return {"title": cut(clean(title.text), TITLE), "language": title.language, "codes": codes}


def _by_and_money(call: Call, words: Wording, context: LetterContext) -> tuple[Fact, ...]:
    """The last day, and what a project may get where there is money to get."""
    by = _by(call, words, context)
    if call.is_consultation:
        return (by,)
    return (by, Fact(label=words.gettext("Stöd"), value=words.grant(call)))


def _by(call: Call, words: Wording, context: LetterContext) -> Fact:
    return Fact(label=words.gettext(spoken(call).by), value=last_day(call, words, context.now), is_key=True)


def _call_links(
    call: Call, unit_key: str | None, person: ContactPerson, context: LetterContext, words: Wording
) -> tuple[NoticeLink, ...]:
    """Where to answer, the publisher's page, and where to stop following."""
    title = {
        "about": short_title(call, LINK_TITLE, words.language),
        "language": call.title_in(words.language).language,
    }
    found = []
    if unit_key is not None:
        asked = Asked(person=person.key, unit=unit_key, call_id=call.id, call_version=call.version)
        href = context.links.answer(asked, context.now)
        found.append(
            NoticeLink(words=words.gettext(of_kind(call, *_ANSWER)), href=href, is_button=True, **title)
        )
    else:
        page = context.links.call(call.id)
        found.append(
            NoticeLink(
                words=words.gettext("Hela bedömningen, efter inloggning"), href=page, is_button=True, **title
            )
        )
    href, host = web_address(page_in(call.sources[0].url if call.sources else call.url, words.language))
    if href is not None:
        found.append(NoticeLink(words=words.gettext(spoken(call).at_host, host=host), href=href, **title))
    return tuple(found)
