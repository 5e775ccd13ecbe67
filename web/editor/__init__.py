"""The profile editor: the direction, units and needs, drafts and versions, one call tried, what was learned."""

from web.access import Access
from web.doors import GET, POST, Door
from web.editor import drafts, front, learned, matching, needs, policy, rights, trying, units, versions

DOORS = (
    Door(GET, "/profil", Access.READER, front.show),
    Door(GET, "/profil/inriktning", Access.READER, policy.show),
    Door(POST, "/profil/inriktning", Access.COORDINATOR, policy.save),
    Door(GET, "/profil/ny-enhet", Access.COORDINATOR, units.begin),
    Door(POST, "/profil/ny-enhet", Access.COORDINATOR, units.create),
    Door(GET, "/profil/enhet/{unit}", Access.READER, units.show),
    Door(POST, "/profil/enhet/{unit}", Access.EDITOR, units.save),
    Door(GET, "/profil/nytt-behov/{unit}", Access.EDITOR, needs.begin),
    Door(POST, "/profil/nytt-behov/{unit}", Access.EDITOR, needs.create),
    Door(GET, "/profil/behov/{unit}/{need}", Access.READER, needs.show),
    Door(POST, "/profil/behov/{unit}/{need}", Access.EDITOR, needs.save),
    Door(POST, "/profil/visning/{unit}", Access.EDITOR, needs.preview),
    Door(POST, "/profil/tillbakablick/{unit}", Access.EDITOR, needs.look_back),
    Door(GET, "/profil/lart/{unit}/{need}", Access.READER, learned.show),
    Door(POST, "/profil/lart/{unit}/{need}", Access.EDITOR, learned.change),
    Door(GET, "/profil/utkast/{draft}", Access.EDITOR, drafts.show),
    Door(POST, "/profil/utkast/{draft}", Access.EDITOR, drafts.decide),
    Door(GET, "/profil/versioner", Access.COORDINATOR, versions.every),
    Door(GET, "/profil/version/{number}", Access.COORDINATOR, versions.one),
    Door(POST, "/profil/version/{number}", Access.COORDINATOR, versions.bring_back),
    Door(GET, "/profil/publicering", Access.COORDINATOR, rights.show),
    Door(POST, "/profil/publicering", Access.COORDINATOR, rights.choose),
    Door(GET, "/profil/prova", Access.READER, trying.show),
    Door(POST, "/profil/prova", Access.EDITOR, trying.judge),
    Door(GET, "/profil/matchning", Access.READER, matching.show),
)
