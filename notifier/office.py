"""What those who look after the service are told: units without recipients, alarms, and Friday's rehearsal."""

from collections.abc import Iterable, Sequence

from calls.kinds import spoken
from notifier.facts import last_day
from notifier.headers import clean, cut
from notifier.hindrances import hindrance_item
from notifier.items import LINK_TITLE, TITLE
from notifier.model import LetterKind
from notifier.notice_letter import SUBJECT, short_title, view_of
from notifier.notice_model import Rehearsal, Trouble, Urgent, Why
from notifier.notice_view import NoticeItem, NoticeLink, NoticeSection, NoticeView
from notifier.view import Fact, LetterContext
from notifier.wording import Wording
from profiles.model import ContactPerson

# So many of the letters that stay are told one by one.
SHOWN = 20


def unit(person: ContactPerson, context: LetterContext, troubles: Sequence[Trouble]) -> NoticeView:
    """Units that nobody gets letters for, or somebody does again (`reliability.md` C7)."""
    words = Wording(person.language)
    lasting = sum(not one.is_over for one in troubles)
    heading = (
        words.ngettext("En enhet saknar mottagare", "{number} enheter saknar mottagare", lasting)
        if lasting
        else words.gettext("Enheten har mottagare igen")
    )
    return view_of(
        person,
        context,
        LetterKind.UNIT,
        subject=words.gettext("Fondvakt: {what}", what=heading[:1].lower() + heading[1:]),
        heading=heading,
        preheader=" ".join(words.message(one.said["cause"]) for one in troubles if not one.is_over),
        notes=(words.gettext("Rätten att slippa brev är personens; uppgiften ligger kvar hos enheten."),),
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
    heading = (
        words.ngettext("Något behöver åtgärdas", "{number} saker behöver åtgärdas", len(lasting))
        if lasting
        else words.gettext("Det fungerar igen")
    )
    return view_of(
        person,
        context,
        LetterKind.ALARM,
        subject=f"{start}{cut(clean(first).rstrip('.'), SUBJECT - len(start))}",
        heading=heading,
        preheader=words.message(lasting[0].said["step"]) if lasting else heading,
        notes=(words.gettext("Larmen kommer en gång när något händer och en gång när det är över."),),
        why=words.gettext(
            "Du får larmet för att adressen står i FONDVAKT_OPERATOR_MAIL. Larmen syns också på /halsa och i loggen."
        ),
        sections=(NoticeSection(title="", items=tuple(_trouble(one, words) for one in troubles)),),
        links=(
            NoticeLink(words=words.gettext("Läget just nu"), href=context.links.health(), is_button=True),
        ),
    )


def trial(person: ContactPerson, context: LetterContext) -> NoticeView:
    """A letter that tells nothing, for whoever tries the way that letters go."""
    words = Wording(person.language)
    return view_of(
        person,
        context,
        LetterKind.ALARM,
        subject=words.gettext("Fondvakt: provbrev"),
        heading=words.gettext("Provbrev"),
        paragraphs=(
            words.gettext("Brevet har gått samma väg som veckobreven."),
            words.gettext(
                "Spara det som .eml där det kom fram. fondvakt letters check läser det och säger "
                "om signaturen omfattar det som e-postprogram litar på."
            ),
        ),
        why=words.gettext("Du får brevet för att någon har kört fondvakt letters try."),
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
    return view_of(
        person,
        context,
        LetterKind.REHEARSAL,
        subject=words.gettext(
            "Fondvakt inför måndag: {summary}", summary=_urgent_first(told, words) or summary
        ),
        heading=words.gettext("Inför {week}", week=words.week(told.week)),
        paragraphs=_ahead(told, words, summary),
        why=words.gettext("Du får förhandsbeskedet varje fredag för att du är samordnare."),
        sections=(*_closing(told, context, words), *_in_the_way(told, context, words)),
        links=(
            NoticeLink(
                words=words.gettext("Se och ändra utskicket"), href=context.links.letters(), is_button=True
            ),
            NoticeLink(words=words.gettext("Granska kön"), href=context.links.queue()),
        ),
    )


def _in_the_way(told: Rehearsal, context: LetterContext, words: Wording) -> tuple[NoticeSection, ...]:
    """Whose letters stay and why, as far as a mail has room; the page has all."""
    shown = [hindrance_item(one, context, words) for one in told.hindrances[:SHOWN]]
    link = NoticeLink(words=words.gettext("Se och ändra utskicket"), href=context.links.letters())
    title = words.gettext("Går inte ut, eller är ovisst")
    return _section(title, shown, len(told.hindrances), link, words)


def _closing(told: Rehearsal, context: LetterContext, words: Wording) -> tuple[NoticeSection, ...]:
    """What nobody has looked at and that closes within ten days (T-19)."""
    shown = [_urgent(one, context, words) for one in told.urgent[:SHOWN]]
    link = NoticeLink(words=words.gettext("Granska kön"), href=context.links.queue())
    title = words.gettext("Ogranskat, stänger inom tio dagar")
    return _section(title, shown, len(told.urgent), link, words)


def _section(
    title: str, shown: Sequence[NoticeItem], number: int, more: NoticeLink, words: Wording
) -> tuple[NoticeSection, ...]:
    """The items under their title, with how many there are beside them; nothing when there is none."""
    if not shown:
        return ()
    left = number - len(shown)
    said = words.ngettext("… och {number} till", "… och {number} till", left)
    rest = (NoticeItem(title=said, links=(more,)),) if left else ()
    return (NoticeSection(title=title, items=(*shown, *rest)),)


def _urgent(one: Urgent, context: LetterContext, words: Wording) -> NoticeItem:
    title = one.call.title_in(words.language)
    by = Fact(
        label=words.gettext(spoken(one.call).by), value=last_day(one.call, words, context.now), is_key=True
    )
    link = NoticeLink(
        words=words.gettext("Granska"),
        href=context.links.call(one.call.id),
        about=short_title(one.call, LINK_TITLE, words.language),
        language=title.language,
    )
    return NoticeItem(
        title=cut(clean(title.text), TITLE),
        language=title.language,
        lead=words.gettext("För {units}.", units=_units(one.units, words)) if one.units else "",
        facts=(by,),
        links=(link,),
    )


def _urgent_first(told: Rehearsal, words: Wording) -> str:
    """For the subject: that something closes before anybody has looked; empty when nothing does."""
    if not told.urgent:
        return ""
    return words.gettext(
        "{unreviewed}, {urgent}",
        unreviewed=words.ngettext("{number} ogranskad", "{number} ogranskade", told.unreviewed),
        urgent=words.ngettext(
            "{number} stänger inom tio dagar", "{number} stänger inom tio dagar", len(told.urgent)
        ),
    )


def _ahead(told: Rehearsal, words: Wording, summary: str) -> tuple[str, ...]:
    """What goes out on Monday, and what stands in its way."""
    paragraphs = [words.gettext("Måndagens utskick: {summary}.", summary=summary)]
    if told.unanswered:
        paragraphs.append(
            words.ngettext(
                "{number} fråga väntar på en enhets svar.",
                "{number} frågor väntar på enheternas svar.",
                told.unanswered,
            )
        )
    if told.untouched_since:
        day = words.day_of(told.untouched_since)
        paragraphs.insert(0, words.gettext("Inget i kön har avgjorts sedan {day}.", day=day))
    stopped = [one for one in told.hindrances if one.why in (Why.RESTORED, Why.ALL_HELD)]
    if stopped:
        paragraphs.insert(0, words.gettext("Som det är nu går inga brev ut."))
    if told.published:
        units = _units(told.published, words)
        paragraphs.append(
            words.gettext("Har själva ändrat sina behov, se under Profil: {units}.", units=units)
        )
    return tuple(paragraphs)


def _units(named: Iterable[tuple[str, str]], words: Wording) -> str:
    """Units in the reader's language, in a row."""
    return words.listed([clean(english if words.language == "en" else swedish) for swedish, english in named])


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
