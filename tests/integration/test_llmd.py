# SPDX-License-Identifier: Apache-2.0
"""The fake model itself: what other tests stand on."""
import http.client
import json
import os
import sys
import urllib.error
import urllib.request

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from fakes.llmd import FAULTS, Llmd, big_arguments, call, many_calls, turn  # noqa: E402


def post(llm, stream=True, **more):
    body = dict({"model": "m", "messages": [{"role": "user", "content": "why?"}], "stream": stream}, **more)
    r = urllib.request.Request(llm.url + "/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(r, timeout=10) as answer:
        return answer.headers["Content-Type"], answer.read()


def events(data):
    found = [e[6:] for e in data.split(b"\n\n") if e.startswith(b"data: ")]
    return [json.loads(e) for e in found if e != b"[DONE]"], found[-1:] == [b"[DONE]"]


def text_of(chunks):
    return "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])


def test_text_then_calls_then_end():
    with Llmd(["Hello there, world", turn(calls=[call("f", a=1)]), lambda r: turn("saw " + r.last["content"])]) as llm:
        kind, data = post(llm, stream_options={"include_usage": True})
        chunks, done = events(data)
        assert kind == "text/event-stream" and done and text_of(chunks) == "Hello there, world"
        assert chunks[-1]["usage"]["prompt_tokens"] > 0
        chunks, done = events(post(llm)[1])
        parts = [c["choices"][0]["delta"]["tool_calls"][0] for c in chunks if c["choices"][0]["delta"].get("tool_calls")]
        assert parts[0]["function"]["name"] == "f" and "".join(p["function"]["arguments"] for p in parts) == '{"a": 1}'
        assert json.loads(post(llm, stream=False)[1])["choices"][0]["message"]["content"] == "saw why?"
        with pytest.raises(urllib.error.HTTPError) as e:
            post(llm)
        assert e.value.code == 400 and len(llm.requests) == 4 and llm.bodies[0]["model"] == "m"


@pytest.mark.parametrize("fault,status", [("401", 401), ("403", 403), ("404", 404), ("429", 429), ("500", 500), ("503", 503), ("quota", 429),
                                          ("too-long", 400)])
def test_statuses(fault, status):
    with Llmd([turn(fault=fault, retry_after=3), "fine"]) as llm:
        with pytest.raises(urllib.error.HTTPError) as e:
            post(llm)
        assert e.value.code == status
        assert e.value.headers["Retry-After"] == ("3" if fault in ("429", "500", "503") else None)
        assert text_of(events(post(llm)[1])[0]) == "fine"


@pytest.mark.parametrize("fault", ["cut", "cut-call", "cut-before", "reset"])
def test_cuts(fault):
    with Llmd([turn("a long enough text to be cut", [call("f", text="long enough to be cut")], fault)]) as llm:
        with pytest.raises((http.client.IncompleteRead, http.client.RemoteDisconnected, ConnectionError)):
            post(llm)


@pytest.mark.parametrize("fault", ["silence", "silence-after", "endless"])
def test_no_end(fault):
    with Llmd([turn("some text that is long", fault=fault)]) as llm:
        connection = http.client.HTTPConnection("127.0.0.1", llm.port, timeout=0.5)
        connection.request("POST", "/v1/chat/completions", json.dumps({"messages": [], "stream": True}))
        with pytest.raises(TimeoutError):
            answer = connection.getresponse()
            assert len(answer.read(200)) > 0 and fault != "silence"
            answer.read(1 << 20)
            raise TimeoutError  # endless: a megabyte came
        connection.close()


def test_odd_streams():
    for fault in ("bytes", "no-done", "no-finish", "no-usage", "no-index", "error-inside", "not-json", "invalid-utf8", "split-utf8"):
        with Llmd([turn("na\u00efve caf\u00e9", [call("f", a=1)], fault)]) as llm:
            data = post(llm, stream_options={"include_usage": True})[1]
            assert data.startswith(b"data: "), fault
            assert (b"[DONE]" in data) == (fault not in ("no-done", "error-inside")), fault
            assert (b'"usage"' in data) == (fault not in ("no-usage", "error-inside")), fault
            if fault == "invalid-utf8":
                with pytest.raises(UnicodeDecodeError):
                    data.decode()


def test_what_a_server_cannot():
    with Llmd(["x"], streaming="ignore") as llm:
        assert post(llm)[0] == "application/json"
    for options, more in (({"streaming": "refuse"}, {}), ({"tools": False}, {"tools": [{}]}), ({"stream_options": False}, {"stream_options": {}}),
                          ({"key": "k"}, {}), ({"models": ["other"]}, {})):
        with Llmd(["x"], **options) as llm:
            with pytest.raises(urllib.error.HTTPError) as e:
                post(llm, **more)
            assert e.value.code in (400, 401, 404)


def test_large():
    with Llmd([many_calls(200), big_arguments(1 << 20)]) as llm:
        assert len(json.loads(post(llm, stream=False)[1])["choices"][0]["message"]["tool_calls"]) == 200
        assert len(post(llm)[1]) > 1 << 20


def test_mistakes_in_scripts_are_seen():
    with pytest.raises(ValueError):
        turn(fault="no such fault")
    with pytest.raises(KeyError):
        with Llmd([lambda r: r.body["missing"]]) as llm:
            with pytest.raises(urllib.error.HTTPError):
                post(llm)
    assert all(FAULTS.values())
