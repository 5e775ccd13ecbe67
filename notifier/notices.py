"""Mails about calls put into words: reminders, changes, corrections and questions."""

from collections.abc import Sequence

from calls.model import Call
from notifier.changes import shown_changes
from notifier.facts import last_day, web_address
from notifier.headers import clean, cut
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
_TITLE, _LINK_TITLE, _NOTE = 200, 60, 600
_GONE, _CHANGED = N_("Fondvakt: inte längre publicerad – {title}"), N_("Fondvakt: ändrad – {title}")
_ASKED, _ASKED_IN_WORDS = N_("{who} frågade {day}."), N_("{who} frågade {day}:")

_CORRECTED = N_("Den skickades av misstag. {who} rättade {day}:")


def reminder(person: ContactPerson, context: LetterContext, closing: Sequence[Closing]) -> NoticeView:
    """Deadlines that come near, the nearest first; one mail for all of them."""
    words = Wording(person.language)
    near = sorted(closing, key=lambda one: (one.day, one.call.id))
    days = words.days_left(near[0].days_left)
    heading = words.ngettext(
        "En utlysning du följer stänger snart", "{number} utlysningar du följer stänger snart", len(near)
    )
    if len(near) == 1:
        tail = words.gettext("Fondvakt: {days} – {title}", days=days, title="")
        subject = about(near[0].call, tail)
    else:
        day = words.short_day(near[0].day)
        subject = words.gettext("Fondvakt: {number} stänger snart – närmast {day}", number=len(near), day=day)
    return view_of(
        person,
        context,
        LetterKind.REMINDER,
        subject=subject,
        heading=heading,
        paragraphs=(words.gettext("Närmast: {day} ({days}).", day=words.weekday(near[0].day), days=days),),
        why=words.gettext(
            "Du får påminnelsen för att du följer utlysningen. "
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
    if len(moved) == 1:
        said = _GONE if gone else _CHANGED
        start = words.gettext(said, title="")
        subject = about(moved[0].call, start)
    else:
        subject = words.gettext("Fondvakt: {number} utlysningar du följer har ändrats", number=len(moved))
    return view_of(
        person,
        context,
        LetterKind.CHANGE,
        subject=subject,
        heading=words.ngettext(
            "En utlysning du följer har ändrats", "{number} utlysningar du följer har ändrats", len(moved)
        ),
        paragraphs=(words.gettext("Det är alltid utgivarens text som gäller."),),
        why=words.gettext(
            "Du får beskedet för att du följer utlysningen och något som har betydelse är ändrat. "
            "Mindre ändringar står i veckobrevet."
        ),
        sections=(
            NoticeSection(title="", items=tuple(_moved(one, person, context, words) for one in moved)),
        ),
    )


def correction(person: ContactPerson, context: LetterContext, mistaken: Mistaken) -> NoticeView:
    """What a letter told by mistake, and what was wrong with it."""
    words = Wording(person.language)
    start = words.gettext("Fondvakt: rättelse – {title}", title="")
    lead = words.gettext(_CORRECTED, who=clean(mistaken.by), day=words.day(mistaken.at.date()))
    item = NoticeItem(
        **_named(mistaken.call),
        lead=lead,
        note=cut(clean(mistaken.note), _NOTE),
        links=_call_links(mistaken.call, None, person, context, words),
    )
    return view_of(
        person,
        context,
        LetterKind.CHANGE,
        subject=about(mistaken.call, start),
        heading=words.gettext("Rättelse av en utlysning i ett tidigare brev"),
        paragraphs=(words.gettext("Ni behöver inte svara på utlysningen."),),
        why=words.gettext("Du får rättelsen för att du fick utlysningen i ett brev."),
        sections=(NoticeSection(title="", items=(item,)),),
    )


def assignment(person: ContactPerson, context: LetterContext, asked: Sequence[Question]) -> NoticeView:
    """The coordinator asks the reader's unit to answer."""
    words = Wording(person.language)
    if len(asked) == 1:
        start = words.gettext(
            "Fondvakt: {who} ber om svar – {title}", who=cut(clean(asked[0].by), 30), title=""
        )
        subject = about(asked[0].call, start)
    else:
        subject = words.gettext("Fondvakt: {number} utlysningar väntar på ert svar", number=len(asked))
    return view_of(
        person,
        context,
        LetterKind.ASSIGNMENT,
        subject=subject,
        heading=words.ngettext(
            "En utlysning väntar på ert svar", "{number} utlysningar väntar på ert svar", len(asked)
        ),
        paragraphs=(words.gettext("Svaret tar under två minuter och förbinder er inte till något."),),
        why=words.gettext("Du får frågan för att du är kontaktperson för enheten som är tillfrågad."),
        sections=(
            NoticeSection(title="", items=tuple(_asked(one, person, context, words) for one in asked)),
        ),
    )


def invitation(person: ContactPerson, context: LetterContext, asked: Sequence[Question]) -> NoticeView:
    """The reference group is asked for its view."""
    words = Wording(person.language)
    start = words.gettext("Fondvakt: referensgruppen tillfrågas – {title}", title="")
    subject = about(asked[0].call, start)
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
        links=(NoticeLink(words=words.gettext("Alla utlysningar i Fondvakt"), href=context.links.calls()),),
    )


def _closing(one: Closing, person: ContactPerson, context: LetterContext, words: Wording) -> NoticeItem:
    since = words.day(one.since_at.date())
    lead = words.gettext("Du följer den sedan {day}.", day=since)
    if one.answered:
        lead = words.gettext("Ni svarade ”{answer}” {day}.", answer=words.gettext(one.answered), day=since)
    return NoticeItem(
        **_named(one.call),
        lead=lead,
        facts=(
            _apply_by(one.call, words, context),
            Fact(label=words.gettext("Stöd"), value=words.grant(one.call)),
        ),
        links=_call_links(one.call, one.unit, person, context, words),
    )


def _moved(one: Moved, person: ContactPerson, context: LetterContext, words: Wording) -> NoticeItem:
    lead = words.gettext("Utgivaren visar den inte längre. Hör efter hos utgivaren innan ni arbetar vidare.")
    return NoticeItem(
        **_named(one.call),
        lead=lead if one.is_withdrawn else "",
        changes=shown_changes(one.changes, words),
        facts=() if one.is_withdrawn else (_apply_by(one.call, words, context),),
        links=_call_links(one.call, one.unit, person, context, words),
    )


def _asked(one: Question, person: ContactPerson, context: LetterContext, words: Wording) -> NoticeItem:
    day = words.day(one.at.date())
    lead = words.gettext(_ASKED_IN_WORDS if one.note else _ASKED, who=clean(one.by), day=day)
    return NoticeItem(
        **_named(one.call),
        lead=lead,
        note=cut(clean(one.note), _NOTE),
        facts=(
            _apply_by(one.call, words, context),
            Fact(label=words.gettext("Stöd"), value=words.grant(one.call)),
        ),
        links=_call_links(one.call, one.unit, person, context, words),
    )


def _named(call: Call) -> dict[str, str]:
    codes = " · ".join(clean(code) for code in (call.programme_label, call.identifier) if code)
    return {"title": cut(clean(call.title), _TITLE), "language": call.language, "codes": cut(codes, _TITLE)}


def _apply_by(call: Call, words: Wording, context: LetterContext) -> Fact:
    return Fact(label=words.gettext("Sök senast"), value=last_day(call, words, context.now), is_key=True)


def _call_links(
    call: Call, unit_key: str | None, person: ContactPerson, context: LetterContext, words: Wording
) -> tuple[NoticeLink, ...]:
    """Where to answer, the publisher's page, and where to stop following."""
    title = {"about": short_title(call, _LINK_TITLE), "language": call.language}
    found = []
    if unit_key is not None:
        asked = Asked(person=person.key, unit=unit_key, call_id=call.id, call_version=call.version)
        href = context.links.answer(asked, context.now)
        found.append(NoticeLink(words=words.gettext("Läs mer och svara"), href=href, is_button=True, **title))
    else:
        page = context.links.call(call.id)
        found.append(
            NoticeLink(
                words=words.gettext("Hela bedömningen, efter inloggning"), href=page, is_button=True, **title
            )
        )
    href, host = web_address(call.sources[0].url if call.sources else call.url)
    if href is not None:
        found.append(NoticeLink(words=words.gettext("Utlysningen hos {host}", host=host), href=href, **title))
    return tuple(found)
