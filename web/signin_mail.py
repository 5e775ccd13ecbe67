"""The mails of signing in and of answering: plain text, no formatting, nothing to click but the link."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from calls.kinds import of_kind
from calls.model import Call
from notifier.contact import answering
from notifier.headers import ascii_address, display_name
from notifier.weeks import STOCKHOLM
from notifier.wording import Wording
from profiles.model import ContactPerson
from texts import N_
from web.visit import Visit

NEW_LINK = (
    N_("Här är en ny länk för ditt svar om utlysningen ”{title}”. Den gäller i 60 dagar."),
    N_("Här är en ny länk för ditt svar om samrådet ”{title}”. Den gäller i 60 dagar."),
)


def link_and_code(visit: Visit, person: ContactPerson, link: str, code: str) -> EmailMessage:
    """A link and a code to sign in with."""
    _ = Wording(person.language).gettext
    text = "\n\n".join(
        (
            _("Hej!"),
            _("Här kan du logga in i Fondvakt. Öppna länken i samma webbläsare som du bad om den i:"),
            link,
            _("Eller skriv koden på sidan som väntar: {code}", code=f"{code[:3]} {code[3:]}"),
            _("Länken och koden gäller i tio minuter och bara en gång."),
            _("Har du inte bett om det här behöver du inte göra något."),
        )
    )
    return _mail(visit, person, _("Logga in i Fondvakt"), text)


def locked(visit: Visit, person: ContactPerson) -> EmailMessage:
    """Somebody has tried too many wrong codes."""
    _ = Wording(person.language).gettext
    text = "\n\n".join(
        (
            _("Hej!"),
            _("Någon har skrivit fel kod sex gånger vid inloggning med din adress."),
            _("Koder går inte att använda den närmaste kvarten. Länkar i dina brev fungerar som vanligt."),
            _("Var det inte du? Hör av dig till samordnaren."),
        )
    )
    return _mail(visit, person, _("Fondvakt: för många fel koder"), text)


def answer_link(visit: Visit, person: ContactPerson, link: str, call: Call) -> EmailMessage:
    """A new link to answer about a call with."""
    _ = Wording(person.language).gettext
    told = " ".join(call.title_in(person.language).text.split())[:200]
    text = "\n\n".join(
        (
            _("Hej!"),
            _(of_kind(call, *NEW_LINK), title=told),
            link,
            _("Har du inte bett om det här behöver du inte göra något."),
        )
    )
    return _mail(visit, person, _("Fondvakt: ny länk för ditt svar"), text)


def _mail(visit: Visit, person: ContactPerson, subject: str, text: str) -> EmailMessage:
    context, profile = visit.context, visit.profile
    mail, sender, name = EmailMessage(), ascii_address(context.mail_from), "Fondvakt"
    if profile is not None:
        name = profile.name_en if person.language == "en" else profile.name
    mail["From"] = Address(display_name=display_name(name), addr_spec=sender)
    mail["To"] = ascii_address(person.email)
    coordinator = profile.coordinator_on(visit.today) if profile else None
    if coordinator is not None and coordinator.key != person.key:
        mail["Reply-To"] = ascii_address(coordinator.email)
        text = f"{text}\n\n{_answering(visit, coordinator, person.language)}"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(context.now().astimezone(STOCKHOLM))
    mail["Message-ID"] = make_msgid(domain=context.mail_from.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Content-Language"] = person.language
    mail.set_content(text + "\n")
    return mail


def _answering(visit: Visit, coordinator: ContactPerson, language: str) -> str:
    """Where to turn, as the foot of the letters has it."""
    words = Wording(language)
    found = answering(coordinator, visit.profile, coordinator.email, words)
    phone = [words.gettext("Telefon: %(phone)s") % {"phone": found.phone}] if found.phone else []
    return "\n".join((found.ask, found.email, *phone))
