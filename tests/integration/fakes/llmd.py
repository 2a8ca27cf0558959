#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An OpenAI-compatible model server that plays a script and misbehaves on request.

    with Llmd([turn(calls=[call("list_pods", ns="shop")]), turn("It is the quota.")]) as llm:
        run("ask", "--base-url", llm.url, ...)
        assert llm.requests[0].body["messages"][0]["role"] == "system"

A script is a list of steps; each request takes the next one. A step is a text, a dict as turn() makes it, or a callable that
is given the Request and returns one. After the end of the script every request gets status 400, or the last step again with
repeat=True. Faults are named in FAULTS; what the whole server cannot do (streaming, tools, stream_options) is said to Llmd().

As a program: llmd.py [--port N] [--script FILE.json] [--repeat] [--no-tools] [--no-stream refuse|ignore] prints the base URL
and serves until it is ended. FILE holds a JSON list of texts and dicts.
"""
import argparse
import itertools
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = {
    "cut": "the connection breaks in the middle of the text",
    "cut-call": "the connection breaks in the middle of a call's arguments",
    "cut-before": "the connection breaks after the headers",
    "reset": "the connection is closed without an answer",
    "401": "the key is not accepted",
    "403": "the key may not use the model",
    "404": "the model is not known",
    "429": "too many requests; retry_after=SECONDS adds the header",
    "500": "internal error; retry_after as above",
    "503": "overloaded",
    "quota": "429 that no waiting helps",
    "too-long": "400: the conversation is over the model's window",
    "bytes": "one byte at a time",
    "silence": "nothing at all, until the client leaves",
    "silence-after": "the headers and half of the answer, then nothing",
    "endless": "text without end",
    "invalid-utf8": "bytes in the text that are no UTF-8",
    "split-utf8": "each character's bytes in deltas of their own",
    "no-done": "the stream ends without [DONE]",
    "no-finish": "no finish_reason",
    "no-usage": "no usage",
    "no-index": "calls whole, without index and id",
    "error-inside": "an error document in the middle of the stream",
    "not-json": "events that are no JSON",
    "html": "a web page with status 200",
}


def call(name, _arguments=None, _id=None, /, **arguments):
    """A tool call; _arguments may be a str, then it is sent as it is (malformed JSON)."""
    return {"name": name, "arguments": arguments if _arguments is None else _arguments, "id": _id}


def turn(text="", calls=(), fault=None, usage=None, finish=None, reasoning=None, retry_after=None, delay=0.0, token_delay=0.0):
    """One answer. usage: a dict, None for counted ones. delay: seconds before the first byte, token_delay between deltas."""
    if fault is not None and fault not in FAULTS:
        raise ValueError("unknown fault %r, known: %s" % (fault, ", ".join(sorted(FAULTS))))
    return {"text": text, "calls": list(calls), "fault": fault, "usage": usage, "finish": finish, "reasoning": reasoning,
            "retry_after": retry_after, "delay": delay, "token_delay": token_delay}


def many_calls(count=200, name="list_pods", **arguments):
    return turn(calls=[call(name, dict(arguments, i=i)) for i in range(count)])


def big_arguments(size=1 << 20, name="list_pods"):
    return turn(calls=[call(name, {"filler": "x" * size})])


def bad_arguments(name="list_pods", text='{"namespace": "shop", '):
    return turn(calls=[call(name, text)])


class Request:
    """A request as it came. body is the decoded JSON, raw its bytes."""

    def __init__(self, path, headers, raw):
        self.path, self.headers, self.raw, self.time = path, headers, raw, time.monotonic()
        try:
            self.body = json.loads(raw or b"null")
        except ValueError:
            self.body = None

    @property
    def messages(self):
        return self.body["messages"]

    @property
    def tool_names(self):
        return [t["function"]["name"] for t in self.body.get("tools") or []]

    def results(self):
        """Texts of the tool messages at the end of the conversation, in order."""
        found = itertools.takewhile(lambda m: m["role"] == "tool", reversed(self.messages))
        return [m["content"] for m in reversed(list(found))]

    @property
    def last(self):
        return self.messages[-1]


class Gone(Exception):
    """The client left, or the server is to stop, or the fault is done."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def do_GET(self):
        names = self.server.llm.models or ["fake"]
        self.send_json(200, {"object": "list", "data": [{"id": n, "object": "model", "owned_by": "llmd"} for n in names]})

    def do_POST(self):
        llm = self.server.llm
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.path, dict(self.headers.items()), raw)
        try:
            if not self.path.split("?")[0].endswith("/chat/completions"):
                raise Refusal(404, "Not Found")
            llm.check(request)
            step = llm.next_step(request)
            llm.wait(step["delay"])
            self.play(request, step)
        except Refusal as r:
            self.send_json(r.status, {"error": {"message": r.message, "type": r.kind, "code": r.code, "param": r.param}}, r.headers)
        except (Gone, OSError):
            self.close_connection = True

    def send_json(self, status, document, headers=()):
        data = json.dumps(document).encode()
        self.send_bytes(status, "application/json", data, headers)

    def send_bytes(self, status, kind, data, headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    # --- answers ---

    def play(self, request, step):
        fault = step["fault"]
        refuse(step)
        if fault == "reset":
            raise Gone
        if fault == "silence":
            self.hold()
        if fault == "html":
            return self.send_bytes(200, "text/html", b"<html><body>Please log in</body></html>")
        if not request.body.get("stream") or self.server.llm.streaming == "ignore":
            return self.send_json(200, whole_answer(request, step))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        if fault == "cut-before":
            raise Gone
        self.stream(request, step)
        self.send_chunk(b"")
        self.wfile.write(b"\r\n")
        return None

    def send_chunk(self, data):
        if data:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        else:
            self.wfile.write(b"0\r\n")

    def event(self, document, step):
        data = document if isinstance(document, bytes) else json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogateescape")
        data = b"data: " + data + b"\n\n"
        if step["fault"] == "bytes":
            for i in range(len(data)):
                self.send_chunk(data[i:i + 1])
        else:
            self.send_chunk(data)
        self.server.llm.wait(step["token_delay"])

    def stream(self, request, step):
        fault, model = step["fault"], request.body.get("model")
        deltas = list(stream_deltas(step))
        half = {"cut": True, "silence-after": True, "error-inside": True}.get(fault) and max(1, len(deltas) // 2)
        for n, delta in enumerate(deltas):
            if half and n == half + 1 or fault == "cut-call" and cuts_call(deltas, n):
                self.break_off(fault, step)
            self.event(chunk(model, delta), step)
        if half or fault == "cut-call":
            self.break_off(fault, step)
        while fault == "endless":
            self.event(chunk(model, {"content": "and so on and so forth "}), step)
        if fault == "not-json":
            for _ in range(3):
                self.event(b"{this is no JSON", step)
        if fault != "no-finish":
            self.event(chunk(model, {}, finish_of(step)), step)
        if (request.body.get("stream_options") or {}).get("include_usage") and fault != "no-usage":
            self.event({"object": "chat.completion.chunk", "model": model, "choices": [], "usage": usage_of(request, step)}, step)
        if fault != "no-done":
            self.event(b"[DONE]", step)

    def break_off(self, fault, step):
        if fault == "silence-after":
            self.hold()
        if fault == "error-inside":
            self.event({"error": {"message": "The server is overloaded", "type": "server_error"}}, step)
            self.send_chunk(b"")
            self.wfile.write(b"\r\n")
        else:
            # Half a chunk: the client sees that more should have come.
            self.wfile.write(b"40\r\ndata: {\"choices\":[{\"del")
        raise Gone

    def hold(self):
        """Until the client leaves or the server stops."""
        self.connection.settimeout(0.1)
        while not self.server.llm.stopping.is_set():
            try:
                if self.connection.recv(1) == b"":
                    break
            except TimeoutError:
                continue
        raise Gone


class Refusal(Exception):
    def __init__(self, status, message, kind="invalid_request_error", code=None, param=None, headers=()):
        super().__init__(message)
        self.status, self.message, self.kind, self.code, self.param, self.headers = status, message, kind, code, param, headers


def refuse(step):
    """Raises for the faults that are a status."""
    wait = [("Retry-After", str(step["retry_after"]))] if step["retry_after"] is not None else []
    refusals = {
        "401": Refusal(401, "Incorrect API key provided", "authentication_error", "invalid_api_key"),
        "403": Refusal(403, "You are not allowed to use this model", "permission_error"),
        "404": Refusal(404, "The model does not exist", code="model_not_found"),
        "429": Refusal(429, "Rate limit reached", "rate_limit_error", "rate_limit_exceeded", headers=wait),
        "quota": Refusal(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota"),
        "500": Refusal(500, "The server had an error", "server_error", headers=wait),
        "503": Refusal(503, "The server is overloaded", "server_error", headers=wait),
        "too-long": Refusal(400, "This model's maximum context length is 8192 tokens. Please reduce the length of the messages.",
                            code="context_length_exceeded", param="messages"),
    }
    if step["fault"] in refusals:
        raise refusals[step["fault"]]


def arguments_text(c):
    return c["arguments"] if isinstance(c["arguments"], str) else json.dumps(c["arguments"], ensure_ascii=False)


def pieces(text, size):
    return [text[i:i + size] for i in range(0, len(text), size)]


def stream_deltas(step):
    fault = step["fault"]
    yield {"role": "assistant", "content": ""}
    if step["reasoning"]:
        yield {"reasoning_content": step["reasoning"]}
    if fault == "invalid-utf8":
        yield {"content": "caf\udce9 \udcff\udcfe "}
    if fault == "split-utf8":
        for byte in step["text"].encode():
            yield {"content": bytes([byte]).decode("utf-8", "surrogateescape")}
    else:
        for piece in pieces(step["text"], 7):
            yield {"content": piece}
    for i, c in enumerate(step["calls"]):
        function = {"name": c["name"], "arguments": arguments_text(c)}
        if fault == "no-index":
            yield {"tool_calls": [{"type": "function", "function": function}]}
            continue
        yield {"tool_calls": [{"index": i, "id": c["id"], "type": "function", "function": dict(function, arguments="")}]}
        for piece in pieces(function["arguments"], 65536 if len(function["arguments"]) > 4096 else 9):
            yield {"tool_calls": [{"index": i, "function": {"arguments": piece}}]}


def cuts_call(deltas, n):
    """Is delta n the second piece of arguments or later?"""
    return n > 0 and "tool_calls" in deltas[n] and "name" not in deltas[n - 1].get("tool_calls", [{}])[0].get("function", {"name": ""})


def finish_of(step):
    return step["finish"] or ("tool_calls" if step["calls"] else "stop")


def chunk(model, delta, finish=None):
    return {"id": "chatcmpl-llmd", "object": "chat.completion.chunk", "created": 0, "model": model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def usage_of(request, step):
    if step["usage"]:
        return step["usage"]
    prompt = len(request.raw) // 4
    completion = (len(step["text"]) + sum(len(arguments_text(c)) for c in step["calls"])) // 4 + 1
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def whole_answer(request, step):
    message = {"role": "assistant", "content": step["text"] or None}
    if step["reasoning"]:
        message["reasoning_content"] = step["reasoning"]
    if step["calls"]:
        message["tool_calls"] = [{"id": c["id"], "type": "function", "function": {"name": c["name"], "arguments": arguments_text(c)}}
                                 for c in step["calls"]]
    answer = {"id": "chatcmpl-llmd", "object": "chat.completion", "created": 0, "model": request.body.get("model"),
              "choices": [{"index": 0, "message": message, "finish_reason": finish_of(step)}]}
    if step["fault"] != "no-usage":
        answer["usage"] = usage_of(request, step)
    return answer


class Llmd:
    """streaming: True, "refuse" (400) or "ignore" (a plain answer). key, models: what is accepted; None: anything."""

    def __init__(self, script=(), repeat=False, streaming=True, tools=True, stream_options=True, key=None, models=None, port=0):
        self.script, self.repeat, self.streaming, self.tools = list(script), repeat, streaming, tools
        self.stream_options, self.key, self.models = stream_options, key, models
        self.requests = []
        self.errors = []      # what a callable of the script raised
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.played = 0
        self.ids = itertools.count(1)
        self.httpd = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.httpd.daemon_threads = True
        self.httpd.llm = self
        self.port = self.httpd.server_address[1]
        self.url = "http://127.0.0.1:%d/v1" % self.port
        self.thread = None

    def start(self):
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        return self

    def stop(self):
        self.stopping.set()
        if self.thread:
            self.httpd.shutdown()
            self.thread.join(10)
        self.httpd.server_close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        self.stop()
        if self.errors and exc[0] is None:
            raise self.errors[0]

    @property
    def bodies(self):
        return [r.body for r in self.requests]

    def wait(self, seconds):
        if seconds and self.stopping.wait(seconds):
            raise Gone

    def check(self, request):
        """Records the request and refuses what this server does not do."""
        with self.lock:
            self.requests.append(request)
        body = request.body
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            raise Refusal(400, "The body must be a JSON object with messages")
        key = request.headers.get("Authorization", "").removeprefix("Bearer ") or request.headers.get("api-key", "")
        if self.key is not None and key != self.key:
            raise Refusal(401, "Incorrect API key provided", "authentication_error", "invalid_api_key")
        if self.models is not None and body.get("model") not in self.models:
            raise Refusal(404, "The model %s does not exist" % body.get("model"), code="model_not_found")
        if body.get("stream") and self.streaming == "refuse":
            raise Refusal(400, "Streaming is not supported by this model", param="stream")
        if not self.stream_options and "stream_options" in body:
            raise Refusal(400, "Unrecognized request argument supplied: stream_options")
        if body.get("tools") and not self.tools:
            raise Refusal(400, "%s does not support tools" % body.get("model"))

    def next_step(self, request):
        with self.lock:
            n = self.played
            self.played += 1
        if n >= len(self.script):
            if not self.repeat or not self.script:
                raise Refusal(400, "The script of this fake model has only %d steps" % len(self.script))
            n = len(self.script) - 1
        step = self.script[n]
        if callable(step):
            try:
                step = step(request)
            except Exception as e:  # shown by the test that wrote the callable
                self.errors.append(e)
                raise Refusal(400, "The script raised %r" % e) from e
        step = turn(step) if isinstance(step, str) else turn(**step)
        step["calls"] = [dict(c, id=c.get("id") or "call_%d" % next(self.ids)) for c in step["calls"]]
        return step


def main():
    p = argparse.ArgumentParser(description="a scripted OpenAI-compatible model server")
    p.add_argument("--port", type=int, default=0)
    p.add_argument("--script", help="JSON file: a list of texts and of objects with text, calls, fault, ...")
    p.add_argument("--repeat", action="store_true", help="play the last step again for ever")
    p.add_argument("--no-tools", action="store_true")
    p.add_argument("--no-stream", choices=["refuse", "ignore"])
    a = p.parse_args()
    script = ["I cannot tell."]
    if a.script:
        with open(a.script, encoding="utf-8") as f:
            script = json.load(f)
    llm = Llmd(script, repeat=a.repeat or not a.script, streaming=a.no_stream or True, tools=not a.no_tools, port=a.port)
    print(llm.url, flush=True)
    try:
        llm.httpd.serve_forever()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
