"""The other mails put into words: reminders, changes, questions, and what coordinator and operator are told."""

from collections.abc import Sequence

from calls.model import Call
from notifier.changes import shown_changes
from notifier.envelope import Envelope, sealed
from notifier.facts import last_day, web_address
from notifier.headers import clean, cut
from notifier.links import Question as Asked
from notifier.model import Letter, LetterKind
from notifier.notice_model import Closing, Mistaken, Moved, Question, Rehearsal, Trouble
from notifier.notice_view import NoticeItem, NoticeLink, NoticeSection, NoticeView
from notifier.templating import fill, isolated
from notifier.view import Fact, LetterContext
from notifier.wording import Wording
from profiles.model import ContactPerson
from texts import N_

# So many calls in one mail; the rest come in the next.
MOST = 10
_TITLE, _LINK_TITLE, _NOTE, _SUBJECT = 200, 60, 600, 70
_GONE, _CHANGED = N_("Fondvakt: inte längre publicerad – {title}"), N_("Fondvakt: ändrad – {title}")
_ASKED, _ASKED_IN_WORDS = N_("{who} frågade {day}."), N_("{who} frågade {day}:")

_CORRECTED = N_("Den skickades av misstag. {who} rättade {day}:")


def notice_letter(
    view: NoticeView,
    person: ContactPerson,
    context: LetterContext,
    *,
    week: str,
    slot: str,
    calls: tuple[tuple[int, int], ...] = (),
) -> Letter:
    """A notice as a finished letter. Raises as `notifier.envelope.sealed` does."""
    text = fill("notice.txt", view.language, {"letter": view})
    html = fill("notice.html", view.language, {"letter": view})
    envelope = Envelope(
        person=person.key,
        name=person.name,
        email=person.email,
        kind=view.kind,
        language=view.language,
        week=week,
        slot=slot,
        subject=view.subject,
        municipality=view.municipality,
        unsubscribe=view.unsubscribe,
    )
    return sealed(envelope, context, text, html, calls)


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
        subject = f"{tail}{_short(near[0].call, _SUBJECT - len(tail))}"
    else:
        day = words.short_day(near[0].day)
        subject = words.gettext("Fondvakt: {number} stänger snart – närmast {day}", number=len(near), day=day)
    return _view(
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
        subject = f"{start}{_short(moved[0].call, _SUBJECT - len(start))}"
    else:
        subject = words.gettext("Fondvakt: {number} utlysningar du följer har ändrats", number=len(moved))
    return _view(
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
    return _view(
        person,
        context,
        LetterKind.CHANGE,
        subject=f"{start}{_short(mistaken.call, _SUBJECT - len(start))}",
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
        subject = f"{start}{_short(asked[0].call, _SUBJECT - len(start))}"
    else:
        subject = words.gettext("Fondvakt: {number} utlysningar väntar på ert svar", number=len(asked))
    return _view(
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
    subject = f"{start}{_short(asked[0].call, _SUBJECT - len(start))}"
    return _view(
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


def unit(person: ContactPerson, context: LetterContext, troubles: Sequence[Trouble]) -> NoticeView:
    """Units that nobody gets letters for, or somebody does again (`reliability.md` C7)."""
    words = Wording(person.language)
    lasting = sum(not one.is_over for one in troubles)
    heading = (
        words.ngettext("En enhet saknar mottagare", "{number} enheter saknar mottagare", lasting)
        if lasting
        else words.gettext("Enheten har mottagare igen")
    )
    return _view(
        person,
        context,
        LetterKind.UNIT,
        subject=words.gettext("Fondvakt: {what}", what=heading[:1].lower() + heading[1:]),
        heading=heading,
        paragraphs=(
            words.gettext("Rätten att slippa brev är personens; uppgiften ligger kvar hos enheten."),
        ),
        why=words.gettext("Du får beskedet för att du är samordnare."),
        sections=(NoticeSection(title="", items=tuple(_trouble(one, words) for one in troubles)),),
        links=(
            NoticeLink(words=words.gettext("Utse mottagare"), href=context.links.people(), is_button=True),
        ),
    )


def alarm(person: ContactPerson, context: LetterContext, troubles: Sequence[Trouble]) -> NoticeView:
    """What is wrong with the service, and what is well again: cause, effect, first step (`reliability.md` I1)."""
    words = Wording(person.language)
    lasting = [one for one in troubles if not one.is_over]
    first = words.message((lasting or list(troubles))[0].said["cause"])
    start = (
        words.gettext("Fondvakt larm: {what}", what="")
        if lasting
        else words.gettext("Fondvakt, över: {what}", what="")
    )
    heading = words.ngettext("Något behöver åtgärdas", "{number} saker behöver åtgärdas", len(lasting))
    return _view(
        person,
        context,
        LetterKind.ALARM,
        subject=f"{start}{cut(clean(first), _SUBJECT - len(start))}",
        heading=heading if lasting else words.gettext("Det fungerar igen"),
        paragraphs=(words.gettext("Larmen kommer en gång när något händer och en gång när det är över."),),
        why=words.gettext(
            "Du får larmet för att adressen står i FONDVAKT_OPERATOR_MAIL. Larmen syns också på /halsa och i loggen."
        ),
        sections=(NoticeSection(title="", items=tuple(_trouble(one, words) for one in troubles)),),
        links=(
            NoticeLink(words=words.gettext("Läget just nu"), href=context.links.health(), is_button=True),
        ),
    )


def rehearsal(person: ContactPerson, context: LetterContext, told: Rehearsal) -> NoticeView:
    """What Monday's letters would be (`ux.md` 1.6)."""
    words = Wording(person.language)
    summary = words.gettext(
        "{letters}, {matches}, {unreviewed}",
        letters=words.ngettext("{number} mottagare", "{number} mottagare", told.letters),
        matches=words.ngettext("{number} träff", "{number} träffar", told.matches),
        unreviewed=words.ngettext("{number} ogranskad", "{number} ogranskade", told.unreviewed),
    )
    paragraphs = [words.gettext("Måndagens utskick: {summary}.", summary=summary)]
    if told.unanswered:
        paragraphs.append(
            words.ngettext(
                "{number} fråga väntar på en enhets svar.",
                "{number} frågor väntar på enheternas svar.",
                told.unanswered,
            )
        )
    if told.paused:
        paragraphs.append(
            words.ngettext(
                "{number} mottagare har avslutat eller pausat.",
                "{number} mottagare har avslutat eller pausat.",
                told.paused,
            )
        )
    if told.silent_units:
        names = [
            clean(english if words.language == "en" else swedish) for swedish, english in told.silent_units
        ]
        paragraphs.append(words.gettext("Utan mottagare: {units}.", units=words.listed(names)))
    return _view(
        person,
        context,
        LetterKind.REHEARSAL,
        subject=words.gettext("Fondvakt inför måndag: {summary}", summary=summary),
        heading=words.gettext("Inför {week}", week=words.week(told.week)),
        paragraphs=tuple(paragraphs),
        why=words.gettext("Du får förhandsbeskedet varje fredag för att du är samordnare."),
        links=(
            NoticeLink(
                words=words.gettext("Se och ändra utskicket"), href=context.links.letters(), is_button=True
            ),
            NoticeLink(words=words.gettext("Granska kön"), href=context.links.queue()),
        ),
    )


def nothing_new(person: ContactPerson, context: LetterContext, *, silent_weeks: bool) -> NoticeView:
    """Two lines when there is nothing to tell: so that silence is not taken for a fault (`ux.md` 1.1)."""
    words = Wording(person.language)
    first = words.gettext("Inget nytt för er den här veckan.")
    if silent_weeks:
        first = words.gettext("Inget nytt för er på fyra veckor. Bevakningen går som den ska.")
    second = words.gettext("Så här söker vi: varje natt läser vi utgivarnas sidor och jämför med era behov.")
    return _view(
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


def _view(person: ContactPerson, context: LetterContext, kind: LetterKind, **told) -> NoticeView:
    words, profile = Wording(person.language), context.profile
    stops = context.links.unsubscribe(person.key, None if kind is LetterKind.DIGEST else kind)
    told["subject"] = " ".join(told["subject"].split())
    return NoticeView(
        kind=kind,
        language=words.language,
        municipality=clean(profile.name_en if words.language == "en" else profile.name),
        choices=context.links.choices(person.key),
        unsubscribe=stops,
        stop=words.gettext(_STOP[kind]),
        reply_to=context.reply_to,
        **told,
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


def _trouble(one: Trouble, words: Wording) -> NoticeItem:
    if one.is_over and one.closed_at:
        note = words.gettext(
            "Över {at}. Det började {since}.",
            at=words.moment(one.closed_at),
            since=words.moment(one.opened_at),
        )
        return NoticeItem(title=clean(words.message(one.said["cause"])), lead=note)
    labels = {"effect": words.gettext("Följd"), "step": words.gettext("Första steg")}
    return NoticeItem(
        title=clean(words.message(one.said["cause"])),
        facts=(
            Fact(label=words.gettext("Sedan"), value=words.moment(one.opened_at)),
            *(
                Fact(label=label, value=clean(words.message(one.said[part])))
                for part, label in labels.items()
                if part in one.said
            ),
        ),
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
    title = {"about": _short(call, _LINK_TITLE), "language": call.language}
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


def _short(call: Call, limit: int) -> str:
    return isolated(cut(clean(call.title), limit))


_STOP = {
    LetterKind.DIGEST: N_("Sluta få brevet"),
    LetterKind.REMINDER: N_("Sluta få påminnelser"),
    LetterKind.CHANGE: N_("Sluta få besked om ändringar"),
    LetterKind.ASSIGNMENT: N_("Sluta få frågor som egna brev"),
    LetterKind.INVITATION: N_("Sluta få referensgruppens frågor"),
    LetterKind.UNIT: N_("Sluta få besked om enheter utan mottagare"),
    LetterKind.REHEARSAL: N_("Sluta få förhandsbesked"),
    LetterKind.ALARM: N_("Sluta få larm med e-post"),
}
