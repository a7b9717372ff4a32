"""Calls a gRPC server through a tunnel in every way gRPC knows.

One line a step; the first deviation ends the program with another exit code than 0. Messages are plain bytes, so there is no
Protocol Buffers file to compile.
"""

import argparse
import os
import queue
import threading
import time
from concurrent import futures

import grpc

TIMEOUT = 20
LONGEST_CANCEL = 0.1
cancelled = threading.Event()


def step(name, detail):
    print(f"ok  {name}: {detail}", flush=True)


def expect(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def unary(request, _context):
    return request


def fails(request, context):
    context.set_trailing_metadata((("detail", request.decode()),))
    context.abort(grpc.StatusCode.NOT_FOUND, "no such thing")


def down(request, _context):
    for letter in request:
        yield bytes([letter])


def up(requests, _context):
    return b"+".join(requests)


def both(requests, _context):
    for request in requests:
        yield b"heard " + request


def endless(request, context):
    context.add_callback(cancelled.set)
    yield request
    cancelled.wait(TIMEOUT)


METHODS = {
    "/echo.Echo/Unary": grpc.unary_unary_rpc_method_handler(unary),
    "/echo.Echo/Fails": grpc.unary_unary_rpc_method_handler(fails),
    "/echo.Echo/Down": grpc.unary_stream_rpc_method_handler(down),
    "/echo.Echo/Up": grpc.stream_unary_rpc_method_handler(up),
    "/echo.Echo/Both": grpc.stream_stream_rpc_method_handler(both),
    "/echo.Echo/Endless": grpc.unary_stream_rpc_method_handler(endless),
}


class Echo(grpc.GenericRpcHandler):
    def service(self, call):
        return METHODS.get(call.method)


class Walk:
    def __init__(self, channel, tunnel, token):
        self.channel = channel
        self.prefix = f"/t/{tunnel}/echo.Echo/"
        self.options = {"metadata": (("authorization", "Bearer " + token),), "timeout": TIMEOUT}

    def single(self):
        for size in (0, 5, 70_000, 3_000_000):
            answer = self.channel.unary_unary(self.prefix + "Unary")(b"x" * size, **self.options)
            expect(answer == b"x" * size, f"{size} bytes came back as {len(answer)}")
        step("unary", "up to 3,000,000 bytes, the same both ways")

    def error(self):
        try:
            self.channel.unary_unary(self.prefix + "Fails")(b"the detail", **self.options)
        except grpc.RpcError as failure:
            expect(failure.code() == grpc.StatusCode.NOT_FOUND, f"the status is {failure.code()}")
            expect(failure.details() == "no such thing", f"the message is {failure.details()}")
            expect(dict(failure.trailing_metadata()).get("detail") == "the detail", "the trailers are lost")
            step("error in trailers alone", f"{failure.code()}, with its message and detail")
        else:
            raise AssertionError("the call did not fail")

    def streams(self):
        letters = list(self.channel.unary_stream(self.prefix + "Down")(b"abc", **self.options))
        expect(letters == [b"a", b"b", b"c"], f"down is {letters}")
        joined = self.channel.stream_unary(self.prefix + "Up")(iter([b"one", b"two"]), **self.options)
        expect(joined == b"one+two", f"up is {joined}")
        words = queue.Queue()
        answers = self.channel.stream_stream(self.prefix + "Both")(iter(words.get, None), **self.options)
        for word in (b"one", b"two", b"three"):
            words.put(word)
            expect(next(answers) == b"heard " + word, "an answer came out of turn")
        words.put(None)
        expect(not list(answers), "there is more than was asked for")
        step("streams", "down, up and both at the same time")

    def cancel(self):
        answers = self.channel.unary_stream(self.prefix + "Endless")(b"begun", **self.options)
        expect(next(answers) == b"begun", "the stream did not begin")
        begin = time.monotonic()
        answers.cancel()
        expect(cancelled.wait(5), "the server never heard of the cancellation")
        delay = time.monotonic() - begin
        expect(delay <= LONGEST_CANCEL, f"the server heard of the cancellation after {delay * 1000:.0f} ms")
        step("cancel", f"the server heard of it after {delay * 1000:.0f} ms")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--server", default="127.0.0.1:8080", help="the gateway, or tunnel-service's data port")
    options.add_argument("--tls", action="store_true", help="where the gateway has TLS")
    options.add_argument("--tunnel", default="grpc")
    options.add_argument("--listen", default="127.0.0.1:50051", help="where the agent leads to")
    chosen = options.parse_args()
    server = grpc.server(futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers((Echo(),))
    server.add_insecure_port(chosen.listen)
    server.start()
    if chosen.tls:
        opened = grpc.secure_channel(chosen.server, grpc.ssl_channel_credentials())
    else:
        opened = grpc.insecure_channel(chosen.server)
    with opened as channel:
        walk = Walk(channel, chosen.tunnel, os.environ["CULVERT_TOKEN"])
        walk.single()
        walk.error()
        walk.streams()
        walk.cancel()
    server.stop(None)


if __name__ == "__main__":
    main()
