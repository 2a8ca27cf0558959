# SPDX-License-Identifier: Apache-2.0
"""Container logs of the fake API server: texts, and generated ones of any size that never stand in memory."""

import re

from .kube_objects import parse_time

STAMP = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)\s")


def text_pieces(text, tail=None, since=None, limit=None):
    """The bytes of a text log. Lines before the first that is stamped at or after since are left out."""
    lines = text.splitlines(keepends=True)
    if since is not None:
        kept, keep = [], False
        for line in lines:
            stamp = STAMP.match(line)
            if stamp:
                keep = parse_time(stamp.group(1)) >= since
            if keep:
                kept.append(line)
        lines = kept
    if tail is not None:
        lines = lines[len(lines) - tail :] if tail < len(lines) else lines
        lines = lines if tail else []
    data = "".join(lines).encode("utf-8", "surrogateescape")
    return [data if limit is None else data[:limit]]


class BigLog:
    """size bytes of lines of 128 bytes; special: {line index: text} stand out, negative indexes count from the end."""

    LINE = 128
    BLOCK = 8192

    def __init__(
        self, size, special=None, text="2026-05-01T10:00:00Z INFO request served in 3ms path=/healthz status=200"
    ):
        self.count = size // self.LINE
        self.plain = self.line(text)
        self.special = {(i if i >= 0 else self.count + i): self.line(t) for i, t in (special or {}).items()}
        self.block = self.plain * self.BLOCK

    def line(self, text):
        return text.encode().ljust(self.LINE - 1)[: self.LINE - 1] + b"\n"

    def pieces(self, tail=None, since=None, limit=None):
        at = 0 if tail is None else max(0, self.count - tail)
        left = self.LINE * (self.count - at) if limit is None else min(limit, self.LINE * (self.count - at))
        marks = sorted(i for i in self.special if i >= at)
        while left > 0:
            n = min(self.BLOCK, self.count - at)
            data = self.block if n == self.BLOCK else self.plain * n
            while marks and marks[0] < at + n:
                i = marks.pop(0)
                data = data[: (i - at) * self.LINE] + self.special[i] + data[(i - at + 1) * self.LINE :]
            yield data[:left]
            left -= len(data)
            at += n
