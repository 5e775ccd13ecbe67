"""The pages of a world as a browser meets them: answered on a port of this machine."""

import threading
import time
from dataclasses import dataclass

import uvicorn
from patience import patient
from web_world import World

from web.app import create_app
from web.session import signin_link

# A connection that the server closes just when the browser uses it again would be the machine's fault.
OPTIONS = {"log_level": "warning", "timeout_keep_alive": 600}


@dataclass(frozen=True)
class Site:
    """The pages as a browser meets them."""

    world: World
    address: str

    def open_as(self, page, person: str = "samordnare") -> None:
        """Sign in with a link from the command line, through the page and its button."""
        page.goto(signin_link(self.world.context, person))
        page.locator("main button").click()
        page.wait_for_url(lambda url: "/logga-in/lank/" not in url)


def serve(world: World) -> tuple[uvicorn.Server, threading.Thread]:
    """Answer on a free port of this machine; the world's address is set to it."""
    patient(world.engine)
    world.public_url = "http://localhost:1"
    config = uvicorn.Config(lambda: create_app(world.context), factory=True, port=0, **OPTIONS)
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    world.public_url = f"http://localhost:{socket.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert server.started, "the pages did not start within two minutes"
    return server, thread
