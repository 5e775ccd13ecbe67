"""Help: what one does here, and what the words mean."""

from starlette.responses import Response

from texts import N_
from web.names import Names
from web.render import page
from web.visit import Here

# (word, gloss). Words as the pages use them, the publishers' own where they have one.
WORDS = (
    (
        N_("utlysning"),
        N_("Något som går att söka pengar ur, med egna sista dagar. På engelska call eller topic."),
    ),
    (
        N_("samråd"),
        N_("Något som EU-kommissionen frågar om innan den beslutar. Alla får svara till en sista dag."),
    ),
    (
        N_("program"),
        N_("Den fond eller det EU-program som pengarna kommer ur, till exempel Erasmus+ eller LIFE."),
    ),
    (N_("behov"), N_("Vad en förvaltning eller ett bolag vill förändra, för vem, med egna ord.")),
    (N_("prioriterat område"), N_("Ett av teman i kommunens policy, som varje behov hör till.")),
    (N_("träff"), N_("En utlysning och ett behov som verkar passa ihop.")),
    (
        N_("Stark, Trolig, Möjlig"),
        N_(
            "Hur säker träffen är, som ord. Av de starka ska minst två av tre visa sig stämma. "
            "Det är inget mått på chansen att få pengarna."
        ),
    ),
    (
        N_("egen insats"),
        N_(
            "Den del av kostnaden som ni själva betalar. Svenska fonder kallar den ofta medfinansiering; "
            "EU:s medfinansieringsgrad är tvärtom EU:s del."
        ),
    ),
    (
        N_("sista ansökningsdag"),
        N_("Dagen då ansökan ska vara inne. Klockslaget gäller i Bryssel, samma tid som i Sverige."),
    ),
    (
        N_("två steg"),
        N_(
            "Först en kort ansökan, sedan en lång för dem som går vidare. Den som missar det första steget är ute."
        ),
    ),
    (N_("flera tillfällen"), N_("Ansökningar tas emot hela tiden och bedöms vid bestämda datum.")),
    (N_("konsortium"), N_("De som måste söka tillsammans, ofta från flera länder.")),
    (N_("kaskadutlysning"), N_("Pengar som ett EU-projekt delar ut vidare, oftast i mindre summor.")),
    (N_("skörd"), N_("En läsning av en källa. En skörd som ser trasig ut underkänns och ändrar inget.")),
    (
        N_("framgår inte av källan"),
        N_("Utgivaren säger inget om saken. Det betyder varken ja, nej eller noll."),
    ),
)


def help_page(visit: Here) -> Response:
    """What each role does here in a week, and the list of words."""
    contact = visit.profile.coordinator_on(visit.today) if visit.profile else None
    return page(visit, "help/help.html", names=Names(visit), contact=contact, words=WORDS)
