"""Words of the letter pages."""

from texts import N_

PEOPLE_WHO_SAID_NO = N_("har själv pausat eller avslutat breven")
ACTION_LABELS = {
    "hold": N_("hölls kvar"),
    "resend": N_("släpptes för att skickas igen"),
    "arrived": N_("räknades som skickat"),
    "cancel": N_("ställdes in"),
}
