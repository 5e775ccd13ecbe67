"""The ways into the profile, by file, sheet, plan or policy document, and the ways out (`ux.md` 3.4).

Nothing that is brought in changes anything by itself: it becomes a draft, or is published by the coordinator after the
difference has been shown.
"""

from web.access import Access
from web.doors import GET, POST, Door
from web.intake import files, front, keeping, plan, policy, roster

COORDINATOR, EDITOR = Access.COORDINATOR, Access.EDITOR

DOORS = (
    Door(GET, "/profil/import", EDITOR, front.front),
    Door(GET, "/profil/in", EDITOR, front.front),
    Door(GET, "/profil/in/policy", COORDINATOR, policy.ask),
    Door(POST, "/profil/in/policy", COORDINATOR, policy.read),
    Door(
        GET, "/profil/in/policy/ta", COORDINATOR, policy.ask
    ),  # where the page's language links lead back to
    Door(POST, "/profil/in/policy/ta", COORDINATOR, policy.take),
    Door(GET, "/profil/in/plan/{unit}", EDITOR, plan.ask),
    Door(POST, "/profil/in/plan/{unit}", EDITOR, plan.read),
    Door(GET, "/profil/in/plan/{unit}/ta", EDITOR, plan.ask),
    Door(POST, "/profil/in/plan/{unit}/ta", EDITOR, plan.take),
    Door(GET, "/profil/in/ark", COORDINATOR, roster.ask),
    Door(POST, "/profil/in/ark", COORDINATOR, roster.read),
    Door(GET, "/profil/in/fil", EDITOR, files.ask),
    Door(POST, "/profil/in/fil", EDITOR, files.read),
    Door(GET, "/profil/in/spara", EDITOR, front.front),
    Door(POST, "/profil/in/spara", EDITOR, keeping.save),
    Door(GET, "/profil/ut/{name}", EDITOR, files.out),
    Door(GET, "/profil/ut/enhet/{unit}.{form}", EDITOR, files.unit_out),
)
