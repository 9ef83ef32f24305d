#!/usr/bin/env python3
"""Reads Prometheus's text format from standard input, strictly, and prints its samples as JSON, or what is wrong."""

import json
import re
import sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(r"(%s)(?:\{(%s(?:,%s)*)\})? (\S+)" % (NAME, LABEL, LABEL))
TYPES = {"counter", "gauge", "histogram"}


def wrong(number, what):
    sys.exit(f"line {number}: {what}")


def family_of(name, types):
    for suffix in ("_bucket", "_sum", "_count"):
        base = name[: -len(suffix)]
        if name.endswith(suffix) and types.get(base) == "histogram":
            return base
    return name


def check_histograms(samples, types):
    series = {}
    for s in samples:
        if types[family_of(s["name"], types)] == "histogram":
            labels = {k: v for k, v in s["labels"].items() if k != "le"}
            key = family_of(s["name"], types), json.dumps(labels, sort_keys=True)
            series.setdefault(key, {"buckets": []})
            if s["name"].endswith("_bucket"):
                series[key]["buckets"].append((float(s["labels"]["le"]), s["value"]))
            else:
                series[key][s["name"].rsplit("_", 1)[1]] = s["value"]
    for key, h in series.items():
        ends = [end for end, _ in h["buckets"]]
        counts = [n for _, n in h["buckets"]]
        if ends != sorted(set(ends)) or counts != sorted(counts) or ends[-1] != float("inf"):
            sys.exit(f"{key}: its buckets are not in order, or have no +Inf")
        if counts[-1] != h["count"] or "sum" not in h:
            sys.exit(f"{key}: its count is not that of +Inf, or it has no sum")


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    types, helps, samples, seen = {}, set(), [], set()
    family = None
    if not text.endswith("\n"):
        sys.exit("the last line has no end")
    for number, line in enumerate(text[:-1].split("\n"), 1):
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            if name in helps or len(line.split(" ", 3)) < 4:
                wrong(number, f"{name} has a second HELP, or an empty one")
            helps.add(name)
            family = name
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name != family or name in types or kind not in TYPES:
                wrong(number, f"the TYPE of {name} does not follow its HELP, or is unknown")
            if (kind == "counter") != name.endswith("_total"):
                wrong(number, f"{name} is a counter without _total, or the other way round")
            types[name] = kind
        else:
            m = SAMPLE.fullmatch(line)
            if m is None:
                wrong(number, f"not a sample: {line}")
            labels = dict(re.findall(LABEL, m[2] or ""))
            if (m[1], m[2]) in seen or len(labels) != len(re.findall(LABEL, m[2] or "")):
                wrong(number, f"a second time: {line}")
            seen.add((m[1], m[2]))
            if family_of(m[1], types) != family or family not in types:
                wrong(number, f"{m[1]} stands outside of its family")
            samples.append({"name": m[1], "labels": labels, "value": float(m[7])})
    check_histograms(samples, types)
    json.dump([{**s, "family": family_of(s["name"], types)} for s in samples], sys.stdout)


main()
