"""A stand-in for the publishers: the EU portal's search service, EuroAccess and Have your say, over a folder."""

from scrapers.standin.errors import StandinError
from scrapers.standin.records import Records, read_folder
from scrapers.standin.sample import sample_folder
from scrapers.standin.server import Standin, run_forever, serve

__all__ = ["Records", "Standin", "StandinError", "read_folder", "run_forever", "sample_folder", "serve"]
