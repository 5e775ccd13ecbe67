"""The ways in to the pages about people."""

from web.access import Access
from web.doors import GET, POST, Door
from web.people import history, organisation, privacy

DOORS = (
    Door(GET, "/historik", Access.COORDINATOR, history.show),
    Door(GET, "/historik.csv", Access.COORDINATOR, history.as_csv),
    Door(GET, "/historik.json", Access.COORDINATOR, history.as_json),
    Door(GET, "/organisation", Access.READER, organisation.show),
    Door(GET, "/organisation/ny", Access.COORDINATOR, organisation.new),
    Door(POST, "/organisation/ny", Access.COORDINATOR, organisation.add),
    Door(GET, "/organisation/person/{key}", Access.COORDINATOR, organisation.edit),
    Door(POST, "/organisation/person/{key}", Access.COORDINATOR, organisation.save),
    Door(POST, "/organisation/person/{key}/bort", Access.COORDINATOR, organisation.remove),
    Door(GET, "/dataskydd", Access.PUBLIC, privacy.show),
    Door(GET, "/dataskydd/mina-uppgifter.json", Access.SIGNED_IN, privacy.mine_as_json),
    Door(GET, "/dataskydd/mina-uppgifter.txt", Access.SIGNED_IN, privacy.mine_as_text),
)
