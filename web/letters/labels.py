"""Words of the letter pages."""

from notifier.standing import Cause
from texts import N_

CAUSE_LABELS = {
    Cause.UNKNOWN_ADDRESS: N_("adressen finns inte, två olika veckor"),
    Cause.COMPLAINT: N_("mottagaren anmälde brevet som skräp"),
}
PEOPLE_WHO_SAID_NO = N_("har själv pausat eller avslutat breven")
ACTION_LABELS = {
    "hold": N_("hölls kvar"),
    "resend": N_("släpptes för att skickas igen"),
    "arrived": N_("räknades som skickat"),
    "cancel": N_("ställdes in"),
}
