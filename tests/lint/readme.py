#!/usr/bin/python3
"""Says what a translation of README.md lacks, or has besides: headings, points of lists, rows of tables, commands, names in
backquotes and links have to be the same in all languages, so that none is changed alone."""
import glob
import posixpath
import re

ORIGINAL = "README.md"


def facts(path):
    """What does not depend on the language, each kind in its order; of a sentence the order is its language's own."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"<!-- the screen.*?<!-- end of the screen -->", "", file.read(), flags=re.S)
    fenced = re.findall(r"^```.*?^```$", text, re.M | re.S)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    commands = [re.sub(r"\s*#.*", "", line).strip() for line in re.findall(r"^    \S.*$", prose, re.M)]
    prose = re.sub(r"^    \S.*$", "", prose, flags=re.M)
    links = [posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
             for target in re.findall(r"\]\(([^)]*)\)", prose) if "://" not in target]
    return {
        "headings": re.findall(r"^#+", text, re.M),
        "points of lists": re.findall(r"^- ", prose, re.M),
        "rows of tables": re.findall(r"^\|", prose, re.M),
        "blocks of code": fenced,
        "commands": commands,
        "names in backquotes": sorted(re.findall(r"`[^`\n]+`", prose)),
        # each links the others
        "links": sorted(link for link in links if not re.search(r"README(\.[\w-]+)?\.md$", link)),
    }


def main():
    original = facts(ORIGINAL)
    bad = 0
    for path in sorted(glob.glob("docs/README.*.md")):
        for kind, found in facts(path).items():
            wanted = original[kind]
            if found == wanted:
                continue
            bad = 1
            other = [x for x in found if x not in wanted] + [x for x in wanted if x not in found]
            print(f"{path}:1: {kind} are not those of {ORIGINAL}: {len(found)} and {len(wanted)}"
                  + "".join(f"\n    {x}" for x in other))
        for one, two in ((ORIGINAL, path), (path, posixpath.relpath(ORIGINAL, posixpath.dirname(path)))):
            with open(one, encoding="utf-8") as file:
                if f"]({two})" not in file.read():
                    bad = 1
                    print(f"{one}:1: has no link to {two}")
    return bad


raise SystemExit(main())
