#!/usr/bin/python3
"""Says which texts of a catalogue are wider than the comment "translators: at most N columns" in the source allows,
in English or translated. What takes the place of %s comes on top, and is no part of N.

po_rooms.py FILE.po: prints "FILE.po:LINE: reason" for each; fails where a catalogue holds no such comment at all."""
import re
import sys
import unicodedata


def columns(text):
    text = re.sub(r"%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:hh?|ll?|[jzt])?[a-zA-Z]", "", text).replace("%%", "%")
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def entries(path):
    """Of each entry its line, its comments and its texts."""
    line, comments, texts = 0, "", []
    with open(path, encoding="utf-8") as file:
        for number, row in enumerate([*file, "\n"], 1):
            if row == "\n":
                yield line, comments, texts
                line, comments, texts = 0, "", []
            elif row.startswith("#."):
                comments += row[2:].rstrip("\n")
            elif row.startswith("#"):
                continue
            else:
                line = line or number
                if row.startswith("msg"):
                    texts.append("")
                part = row[row.index('"') + 1:row.rindex('"')]
                texts[-1] += part.replace('\\"', '"').replace("\\\\", "\\")


def main(path):
    limits = 0
    for line, comments, texts in entries(path):
        found = re.search(r"at most (\d+) columns", comments)
        limits += found is not None
        for text in texts if found else []:
            if columns(text) > int(found[1]):
                print(f"{path}:{line}: '{text}' takes {columns(text)} columns, and there is room for {found[1]}")
    if limits == 0:
        print(f"{path}:1: no text has a limit: the comments of the sources are lost")


main(sys.argv[1])
