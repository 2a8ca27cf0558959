# SPDX-License-Identifier: Apache-2.0
"""The table of scores: for each bundled cluster, whether the right cause came first, among the first three, with how many that are
none; and how many false alarms its healed neighbour raised."""
import os
import pathlib


class Scores:
    def __init__(self):
        self.rows, self.healed = {}, {}

    def lines(self):
        faulty = [s for s in self.rows.values() if s["faulty"]]
        quiet = [s for s in self.rows.values() if not s["faulty"]]
        yield f"{'incident':34s} top-1 top-3 extra healed"
        for name in sorted(set(self.rows) | set(self.healed)):
            row = self.rows.get(name)
            cells = (row["top1"], row["top3"], row["extra"]) if row and row["faulty"] else ("", "", row["extra"] if row else "")
            cells = [{True: "yes", False: "NO"}[c] if isinstance(c, bool) else c for c in cells]
            alarms = self.healed.get(name, "")
            yield f"{name:34s} {cells[0]:5s} {cells[1]:5s} {cells[2]!s:5s} {alarms}".rstrip()
        yield (f"faulty: top-1 {sum(s['top1'] for s in faulty)}/{len(faulty)}, top-3 {sum(s['top3'] for s in faulty)}/{len(faulty)}, "
               f"needless root causes {sum(s['extra'] for s in faulty)}; false alarms: healthy "
               f"{sum(bool(s['extra']) for s in quiet)}/{len(quiet)}, healed {sum(map(bool, self.healed.values()))}/{len(self.healed)}")

    def write(self):
        build = os.environ.get("DUPIN_BUILD")
        text = "\n".join(self.lines()) + "\n"
        if build:
            (pathlib.Path(build) / "incidents.txt").write_text(text)
        return text
