"""A process whose forked mail servers get killed: imports once, then starts one real server for each line it reads.

Arguments: port, file. A server writes the sum of each letter into the file before it says that it has taken it. For
each line the server's number is printed once it listens, and then, when it is dead, an empty line.
"""

import asyncio
import os
import sys
from hashlib import sha256

from aiosmtpd.smtp import SMTP


class Ledger:
    """Notes what it takes, in one write that no kill can cut in two."""

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    async def handle_DATA(self, server, session, envelope):
        os.write(self.file, sha256(envelope.content).hexdigest().encode() + b"\n")
        return "250 2.0.0 kept"


async def serve(port: int, path: str, listening: int) -> None:
    """Take letters until the end."""
    loop, ledger = asyncio.get_running_loop(), Ledger(path)
    server = await loop.create_server(lambda: SMTP(ledger, hostname="relay.example"), "127.0.0.1", port)
    os.write(listening, b"y")
    await server.serve_forever()


def main(port: str, path: str) -> None:
    for _ in sys.stdin:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            asyncio.run(serve(int(port), path, writer))
        os.read(reader, 1)
        os.close(reader)
        os.close(writer)
        print(child, flush=True)
        os.waitpid(child, 0)
        print(flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
