"""Speaks WebSocket through a tunnel: messages, fragments, pings, and every way a conversation can end.

One line a step; the first deviation ends the program with another exit code than 0. Server and client are those of the
`websockets` library.
"""

import argparse
import asyncio
import os
import time
from http import HTTPStatus
from urllib.parse import parse_qs, quote, urlsplit

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

TIMEOUT = 10
LONGEST_LOSS = 1
CODES = {1000: "", 1001: "going away", 1008: "policy", 1011: "mein Fehler: ü", 1013: "later", 3000: "library", 4999: "own"}
MEGABYTE = bytes(range(256)) * 4096

ends = asyncio.Queue()


def step(name, detail):
    print(f"ok  {name}: {detail}", flush=True)


def expect(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


async def talk(server):
    """The local service: its path says what it does."""
    path = urlsplit(server.request.path)
    query = parse_qs(path.query)
    if path.path == "/close":
        await server.close(int(query["code"][0]), query.get("reason", [""])[0])
    elif path.path == "/vanish":
        server.transport.abort()
    else:
        try:
            async for message in server:
                await server.send(message)
        except ConnectionClosed:
            pass
        await ends.put((server.close_code, server.close_reason))


def door(connection, request):
    if request.path == "/closed":
        return connection.respond(HTTPStatus.FORBIDDEN, "not you")
    return None


class Walk:
    def __init__(self, base, token):
        self.base = base
        self.headers = {"Authorization": "Bearer " + token}

    def open(self, path):
        return connect(
            self.base + path,
            additional_headers=self.headers,
            subprotocols=["one", "two"],
            open_timeout=TIMEOUT,
            max_size=None,
        )

    async def messages(self):
        async with self.open("/echo") as client:
            expect(client.subprotocol == "two", f"the subprotocol is {client.subprotocol}")
            for message in ("grüße", "", b"\x00\xff", MEGABYTE):
                await client.send(message)
                expect(await client.recv() == message, f"{message[:20]!r} came back as something else")
            await client.send(["in ", "three ", "fragments"])
            expect(await client.recv() == "in three fragments", "fragments were lost")
            seconds = await asyncio.wait_for(await client.ping(b"payload"), TIMEOUT)
        await ends.get()
        step("messages", f"text, bytes, a megabyte, fragments, a subprotocol; a ping takes {seconds * 1000:.1f} ms")

    async def closed_by_service(self):
        for code, reason in CODES.items():
            async with self.open(f"/close?code={code}&reason={quote(reason)}") as client:
                await client.wait_closed()
                expect((client.close_code, client.close_reason) == (code, reason), f"{code} came as {client.close_code}")
        step("closed by the service", ", ".join(map(str, CODES)))

    async def closed_by_caller(self):
        for code, reason in CODES.items():
            async with self.open("/echo") as client:
                await client.close(code, reason)
            end = await asyncio.wait_for(ends.get(), TIMEOUT)
            expect(end == (code, reason), f"{code} came as {end}")
        step("closed by the caller", ", ".join(map(str, CODES)))

    async def lost(self):
        async with self.open("/vanish") as client:
            begin = time.monotonic()
            await client.wait_closed()
            took = time.monotonic() - begin
            expect(client.close_code == 1006, f"the end looks like {client.close_code}")
            expect(took < LONGEST_LOSS, f"it took {took:.1f} s to see that the service is gone")
        client = await self.open("/echo")
        begin = time.monotonic()
        client.transport.abort()
        end = await asyncio.wait_for(ends.get(), TIMEOUT)
        left = time.monotonic() - begin
        expect(end[0] == 1006, f"the service saw {end}")
        expect(left < LONGEST_LOSS, f"it took {left:.1f} s until the service saw that the caller is gone")
        step("lost", f"no code is made up; seen after {took * 1000:.0f} and {left * 1000:.0f} ms")

    async def refused(self):
        try:
            async with self.open("/closed"):
                raise AssertionError("the handshake was not refused")
        except InvalidStatus as refusal:
            expect(refusal.response.status_code == HTTPStatus.FORBIDDEN, f"the status is {refusal.response.status_code}")
            expect(refusal.response.body == b"not you", f"the answer is {refusal.response.body!r}")
        step("refused", "the service's own 403 with its text")


async def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--server", default="ws://127.0.0.1:8080", help="the gateway")
    options.add_argument("--tunnel", default="sockets")
    options.add_argument("--listen", default="127.0.0.1:50052", help="where the agent leads to")
    chosen = options.parse_args()
    host, port = chosen.listen.rsplit(":", 1)
    async with serve(talk, host, int(port), process_request=door, subprotocols=["two"], max_size=None):
        walk = Walk(f"{chosen.server}/t/{chosen.tunnel}", os.environ["CULVERT_TOKEN"])
        await walk.messages()
        await walk.closed_by_service()
        await walk.closed_by_caller()
        await walk.lost()
        await walk.refused()


if __name__ == "__main__":
    asyncio.run(main())
