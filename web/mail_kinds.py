"""Each kind of mail as a sentence that can be switched on and off."""

from notifier.model import LetterKind
from texts import N_

KIND_SENTENCES = {
    LetterKind.REMINDER: N_("Påminnelser om det jag följer, 30, 14, 7 och 2 dagar före sista dagen"),
    LetterKind.CHANGE: N_("Besked när något jag följer ändras eller dras tillbaka"),
    LetterKind.ASSIGNMENT: N_("Samordnarens frågor till min enhet, så snart de ställs"),
    LetterKind.INVITATION: N_("Frågor till referensgruppen"),
    LetterKind.REHEARSAL: N_("Förhandsbesked på fredagen om måndagens utskick"),
    LetterKind.UNIT: N_("Besked när en enhet saknar mottagare"),
    LetterKind.ALARM: N_("Driftlarm"),
}
