"""The year at a glance: deadlines ahead, what came in and was answered, and needs that nothing has met."""

from web.doors import GET, Door
from web.overview import pages
from web.visit import Access

DOORS = (Door(GET, "/oversikt", Access.READER, pages.overview),)
