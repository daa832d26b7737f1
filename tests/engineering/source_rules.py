# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Rules about the sources that no compiler checks.

source_rules.py FOLDER     names every place that breaks one, and fails if there is any
source_rules.py --self-test
"""

import pathlib
import re
import subprocess
import sys

CODE = {".hpp", ".cpp", ".cu", ".cuh", ".py", ".cmake", ".sh"}
SPDX = "SPDX-License-Identifier: Apache-2.0"


def licence(path, text):
    """Each source file says its licence in the first lines."""
    if path.suffix in CODE or path.name in {"CMakeLists.txt", "dev"}:
        if SPDX not in "\n".join(text.splitlines()[:4]):
            yield 1, f"does not say '{SPDX}' in its first lines"


def lines_matching(text, pattern):
    for number, line in enumerate(text.splitlines(), start=1):
        if re.search(pattern, line):
            yield number, line


def device_headers(path, text):
    """A public header includes nothing of CUDA, HDF5, JSON or the command line."""
    if "include" in path.parts and path.suffix == ".hpp":
        pattern = r'#\s*include\s*[<"](cuda|cusparse|cublas|thrust/|cub/|hdf5|H5|nlohmann/|CLI/|zlib)'
        for number, line in lines_matching(text, pattern):
            yield number, f"a public header must not bring this in: {line.strip()}"


def guards(path, text):
    if path.suffix == ".hpp" and not re.search(r"^#pragma once$", text, re.M):
        yield 1, "has no #pragma once"


def optional_mpi(path, text):
    """mpi.h is included where SUAN_HAVE_MPI is tested, and only there."""
    if path.suffix not in {".hpp", ".cpp", ".cu"} or "peers" in path.parts:
        return
    depth = []
    for number, line in enumerate(text.splitlines(), start=1):
        directive = re.match(r"\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b(.*)", line)
        if directive:
            word, condition = directive.groups()
            if word in {"if", "ifdef", "ifndef"}:
                depth.append("SUAN_HAVE_MPI" in condition)
            elif word == "endif" and depth:
                depth.pop()
        elif re.match(r'\s*#\s*include\s*[<"]mpi\.h', line) and not any(depth):
            yield number, "includes mpi.h outside of #if SUAN_HAVE_MPI"


def prefix(path, text):
    """A literal label of a kernel, a View or a region begins with suan::."""
    if path.suffix not in {".hpp", ".cpp", ".cu"} or path.parts[0] not in {"include", "src", "kernels"}:
        return
    pattern = r'(parallel_(?:for|reduce|scan)\(\s*|WithoutInitializing,\s*)"(?!suan::)'
    for match in re.finditer(pattern, text):
        yield text.count("\n", 0, match.start()) + 1, "a label without the prefix suan::"


def unlabelled(path, text):
    """A kernel of the library has a label: its first argument is text or a name, no policy."""
    if path.suffix not in {".hpp", ".cpp", ".cu"} or path.parts[0] not in {"include", "src", "kernels"}:
        return
    for match in re.finditer(r"Kokkos::parallel_(?:for|reduce|scan)\(\s*(?:Kokkos::)?\w*Policy", text):
        yield text.count("\n", 0, match.start()) + 1, "a kernel without a label"


def fast_math(path, text):
    """Fast math deletes the tests for NaN, on which every promise of the library rests."""
    if path.name != "source_rules.py" and path.suffix != ".md":
        for number, line in lines_matching(text, r"-ffast-math|--use_fast_math|-Ofast"):
            if not line.lstrip().startswith(("#", "//")):
                yield number, "uses fast math"


def tabs(path, text):
    if path.suffix in CODE:
        for number, _ in lines_matching(text, r"\t|[ \t]$|\r"):
            yield number, "has a tab, a carriage return or a blank at its end"


RULES = [licence, device_headers, guards, optional_mpi, prefix, unlabelled, fast_math, tabs]


def broken_rules(path, text):
    for rule in RULES:
        for number, message in rule(path, text):
            yield f"{path}:{number}: {message}"


def files_of(root):
    """What git tracks, and what it would: not what is built or downloaded."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    for name in sorted(set(listed)):
        path = pathlib.Path(name)
        if (root / path).is_file() and (path.suffix in CODE or path.name in {"CMakeLists.txt", "dev"}):
            yield path, (root / path).read_text(encoding="utf-8")


def self_test():
    head = f"// {SPDX}\n#pragma once\n"
    bad = {
        "src/a.cpp": ("int x;\n", "does not say"),
        "include/suan/a.hpp": (head + "#include <cuda_runtime.h>\n", "must not bring"),
        "include/suan/b.hpp": (f"// {SPDX}\n", "#pragma once"),
        "src/c.cpp": (head + "#include <mpi.h>\n", "includes mpi.h"),
        "src/d.cpp": (head + 'Kokkos::parallel_for(\n    "dot", n, f);\n', "prefix"),
        "src/e.cpp": (head + "Kokkos::parallel_for(Kokkos::RangePolicy<>(0, n), f);\n", "label"),
        "cmake/f.cmake": (f"# {SPDX}\nadd_compile_options(-ffast-math)\n", "fast math"),
        "src/g.cpp": (head + "int x;\t\n", "tab"),
    }
    for name, (text, expected) in bad.items():
        found = list(broken_rules(pathlib.Path(name), text))
        assert len(found) == 1 and expected in found[0], (name, found)
    good = head + '#if SUAN_HAVE_MPI\n#include <mpi.h>\n#endif\nparallel_for("suan::dot", p, f);\n'
    found = list(broken_rules(pathlib.Path("src/good.cpp"), good))
    assert not found, found
    print(f"{len(bad)} rules find what they should.")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    root = pathlib.Path(sys.argv[1]).resolve()
    count, found = 0, []
    for path, text in files_of(root):
        count += 1
        found += broken_rules(path, text)
    print("\n".join(found) if found else f"{count} files keep the rules.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
