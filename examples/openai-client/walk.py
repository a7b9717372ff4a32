"""Uses a model server behind a tunnel with OpenAI's own client library.

One line a step; the first deviation ends the program with another exit code than 0. The address and the key come from the
variables OPENAI_BASE_URL and OPENAI_API_KEY, as the library reads them.
"""

import argparse
import json
import time
import urllib.request

from openai import OpenAI

LONGEST_ABORT = 0.1


def step(name, detail):
    print(f"ok  {name}: {detail}", flush=True)


def expect(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def question(client, model, **more):
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Hello from the library"}], **more
    )


def text_of(chunk):
    return (chunk.choices[0].delta.content or "") if chunk.choices else ""


def whole_answer(client, model):
    answer = question(client, model)
    text = answer.choices[0].message.content
    expect(text, "the answer is empty")
    step("answer", f"{len(text)} characters, {answer.usage.total_tokens} tokens")
    return text


def streamed_answer(client, model):
    begin = time.monotonic()
    arrivals, text = [], ""
    for chunk in question(client, model, stream=True, stream_options={"include_usage": True}):
        if text_of(chunk):
            arrivals.append(time.monotonic() - begin)
            text += text_of(chunk)
    spread = arrivals[-1] - arrivals[0]
    expect(len(arrivals) > 3, "the answer did not come in pieces")
    expect(spread > 0.2 * arrivals[-1], "the pieces came all at once: something on the way keeps them back")
    step("stream", f"{len(arrivals)} pieces, the first after {arrivals[0] * 1000:.0f} ms, over {spread * 1000:.0f} ms")
    return text


def aborted_answer(client, model, sample):
    before = abandoned(sample)["abandoned"] if sample else 0
    stream = question(client, model, stream=True)
    pieces = 0
    for chunk in stream:
        pieces += bool(text_of(chunk))
        if pieces == 3:
            break
    left = time.time()
    stream.close()
    if not sample:
        step("abort", "left after 3 pieces")
        return
    deadline = left + 5
    seen = abandoned(sample)
    while seen["abandoned"] == before and time.time() < deadline:
        time.sleep(0.005)
        seen = abandoned(sample)
    expect(seen["abandoned"] == before + 1, "the model server never saw the client leave")
    delay = seen["lastAbandonedAt"] - left
    expect(delay <= LONGEST_ABORT, f"the model server saw it only after {delay * 1000:.0f} ms")
    step("abort", f"the model server saw the client leave after {delay * 1000:.0f} ms")


def abandoned(sample):
    """Both run on this machine, so their clocks are one."""
    with urllib.request.urlopen(sample + "/sample/abandoned", timeout=5) as answer:
        return json.load(answer)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sample", help="address of the sample model server, to see how fast an abort reaches it")
    sample = options.parse_args().sample
    client = OpenAI(max_retries=0, timeout=60)
    models = [model.id for model in client.models.list()]
    expect(models, "there is no model")
    step("models", ", ".join(models))
    text = whole_answer(client, models[0])
    streamed = streamed_answer(client, models[0])
    if sample:
        expect(streamed == text, "the sample server answers the same twice")
    aborted_answer(client, models[0], sample)


if __name__ == "__main__":
    main()
