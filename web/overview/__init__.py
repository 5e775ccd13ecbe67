"""The year at a glance: deadlines ahead, what came in and was answered, and needs that nothing has met."""

from web.access import Access
from web.doors import GET, Door
from web.overview import pages

DOORS = (Door(GET, "/oversikt", Access.READER, pages.overview),)
