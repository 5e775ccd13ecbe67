"""`python -m bench.pages_server DATABASE`: the pages over a filled database, and one empty page; prints its port."""

import socket
import sys
from datetime import UTC, datetime

import uvicorn
from starlette.responses import HTMLResponse

from pipeline.settings import Settings
from pipeline.wiring import Installation, published_profile
from scrapers.sources import SOURCES
from storage.database import open_database
from web.app import create_app
from web.context import WebContext


def empty() -> HTMLResponse:
    """What the framework alone costs."""
    return HTMLResponse("<!doctype html><title>-</title>")


def main(database: str) -> None:
    """Serve until told to stop."""
    installation = Installation(settings=Settings(database=database), engine=open_database(database))
    context = WebContext(
        engine=installation.engine,
        tenant=installation.tenant,
        public_url="http://localhost",
        signing_key="a key of measurements and nothing else",
        mail_from="fondvakt@exempelstad.example",
        now=lambda: datetime.now(UTC),
        profile=lambda: published_profile(installation),
        send_mail=lambda mail: None,
        sources=SOURCES,
    )
    app = create_app(context)
    app.add_api_route("/tom", empty, methods=["GET"])
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    # The protocol is named, as uvicorn does when it opens the port itself: else answers wait 40 ms to be joined.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        print(listening.getsockname()[1], flush=True)
        server.run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1])
