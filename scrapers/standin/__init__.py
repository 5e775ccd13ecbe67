"""A stand-in for the publishers: the EU portal's search service and EuroAccess, over a folder of records."""

from scrapers.standin.errors import StandinError
from scrapers.standin.records import Records, read_folder
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import Standin, run_forever, serve

__all__ = ["Records", "Standin", "StandinError", "read_folder", "run_forever", "sample_folder", "serve"]
