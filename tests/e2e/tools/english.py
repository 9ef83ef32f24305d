"""Says what is English in texts that should be Chinese: english.py WORDS FILE..., and fails if there is any.

WORDS names what may stand there in Latin letters, a regular expression a line: names, ids, units, what is typed. What
fits is taken out of a line, in the order of the file; a word of three small letters, or of four of any kind, that is
left is English. Lines that begin with "== " name what comes behind them.
"""

import re
import sys

WORD = re.compile(r"[A-Za-z][a-z]{2,}|[A-Za-z]{4,}")


def patterns(path):
    with open(path, encoding="utf-8") as file:
        return [re.compile(line.rstrip("\n"), re.ASCII) for line in file if line.strip() and not line.startswith("#")]


def main(words, paths):
    allowed, found, lines = patterns(words), 0, 0
    for path in paths:
        title = path
        with open(path, encoding="utf-8") as file:
            for line in file:
                if line.startswith("== "):
                    title = line.strip()
                    continue
                lines += 1
                left = line
                for pattern in allowed:
                    left = pattern.sub(" ", left)
                english = WORD.findall(left)
                if english:
                    found += 1
                    print(f"{title}: {' '.join(english)}: {line.strip()}")
    return found > 0 or lines == 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
