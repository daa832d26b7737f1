# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Links in the documents lead somewhere, and the README shows the program that is built.

document_links.py FOLDER     names every link that does not, and fails if there is any
document_links.py --self-test
"""

import pathlib
import re
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(<?([^()<>\s]+)>?(?:\s+\"[^\"]*\")?\)")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def blank(match):
    """The same number of empty lines, so that line numbers stay right."""
    return "\n" * match.group(0).count("\n")


def anchors(text):
    """The names that GitHub gives to headings, numbered where they are the same."""
    seen = {}
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*\s*$", FENCE.sub(blank, text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        count = seen.get(name, 0)
        seen[name] = count + 1
        yield f"{name}-{count}" if count else name


def broken_links(root, path):
    text = FENCE.sub(blank, (root / path).read_text(encoding="utf-8"))
    for match in LINK.finditer(text):
        target, _, anchor = match.group(1).partition("#")
        if ELSEWHERE.match(target):
            continue
        line = text.count("\n", 0, match.start()) + 1
        place = (root / path).parent / target if target else root / path
        if not place.resolve().is_relative_to(root):
            yield f"{path}:{line}: {target} lies outside of the repository"
        elif not place.exists():
            yield f"{path}:{line}: {target} is not there"
        elif anchor and place.suffix == ".md" and anchor not in anchors(place.read_text("utf-8")):
            yield f"{path}:{line}: {target or path} has no heading #{anchor}"


def readme_program(root):
    """Each line of the README's C++ occurs in the example, in the same order."""
    shown = re.search(r"^```cpp\n(.*?)^```", (root / "README.md").read_text("utf-8"), re.S | re.M)
    if not shown:
        yield "README.md: shows no C++"
        return
    built = [line.strip() for line in (root / "examples/minimal/main.cpp").read_text("utf-8").splitlines()]
    at = 0
    for line in filter(None, map(str.strip, shown.group(1).splitlines())):
        if line not in built[at:]:
            yield f"README.md: examples/minimal/main.cpp does not have, at its place: {line}"
            return
        at = built.index(line, at) + 1


def documents(root):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    return [pathlib.Path(name) for name in sorted(set(listed)) if (root / name).is_file()]


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        (root / "there.md").write_text("# Two words, `code`\n\n## Twice\n\n## Twice\n")
        (root / "page.md").write_text(
            "[a](there.md) [b](there.md#two-words-code) [c](https://example.org/x) [d](#own)\n"
            "# Own\n```\n[not a link](gone.md)\n```\n[e](there.md#twice-1) ![f](there.md)\n"
            "[bad](gone.md)\n[bad](there.md#nowhere)\n[bad](../outside.md)\n")
        found = list(broken_links(root, pathlib.Path("page.md")))
        assert [text.split(":")[1] for text in found] == ["7", "8", "9"], found
    print("Broken links are found.")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    root = pathlib.Path(sys.argv[1]).resolve()
    paths = documents(root)
    found = [text for path in paths for text in broken_links(root, path)]
    found += readme_program(root)
    print("\n".join(found) if found else f"The links of {len(paths)} documents lead somewhere.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
