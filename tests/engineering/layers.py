# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The order of the layers (docs/architecture.md): a layer includes only those below it.

layers.py FOLDER     names every #include against the order or of no file, and fails if there is any
layers.py --self-test
"""

import pathlib
import re
import subprocess
import sys

# Each layer, and the highest ones that it stands on; it may include those and all below them.
STANDS_ON = {
    "core": (),
    "kernels": ("core",),
    "comm": ("kernels",),
    "vector": ("comm",),
    "matrix": ("vector",),
    "gallery": ("matrix",),
    "io": ("matrix",),
    "preconditioners": ("matrix",),
    "multigrid": ("io", "preconditioners"),
    "solvers": ("multigrid",),
    "eigen": ("solvers",),
    "cli": ("eigen", "gallery", "io"),
    "python": ("eigen", "gallery", "io"),
}
SUFFIXES = {".hpp", ".cpp", ".cu", ".cuh"}
# Made by CMake; it stands below all layers.
CONFIG = "suan/config.hpp"
# They include nearly everything, and are for users only.
DEFINITIONS = "include/suan/definitions.hpp"
ALL = {"include/suan/suan.hpp", DEFINITIONS}


def below(layer):
    found = set()
    for direct in STANDS_ON[layer]:
        found |= {direct} | below(direct)
    return found


def layer_of(name):
    """The layer of a file, or None if it is in no layer."""
    match = re.match(r"(?:include/suan|src)/(\w+)/|(kernels)/|(python)/src/", name)
    return next((group for group in match.groups() if group), None) if match else None


def file_of(include, name, names):
    """The file that `name` includes, or None."""
    folders = [pathlib.PurePosixPath(name).parent, "include", "src", "."]
    paths = [str(pathlib.PurePosixPath(folder) / include) for folder in folders]
    return next((path for path in paths if path in names), None)


def may_define(name, path):
    """Whether this file may include that header of definitions: x.cpp and x.hpp may include x_impl.hpp."""
    own = pathlib.PurePosixPath(path).name.removesuffix("_impl.hpp")
    return layer_of(name) == layer_of(path) and pathlib.PurePosixPath(name).stem == own


def undefined_headers(files):
    """Headers of definitions that no source of their name includes first, or that programs do not get."""
    everything = files.get(DEFINITIONS, "")
    for name in files:
        if not name.endswith("_impl.hpp"):
            continue
        own = pathlib.PurePosixPath(name).name.removesuffix("_impl.hpp")
        sources = [text for source, text in files.items()
                   if layer_of(source) == layer_of(name) and source.endswith(f"/{own}.cpp")]
        include = name.removeprefix("include/")
        first = [re.search(r'#\s*include\s*["<]([^">]+)', text) for text in sources]
        if not any(found and found.group(1) == include for found in first):
            yield f"{name}:1: no source {own}.cpp includes it first, and so compiles it alone"
        if include not in everything:
            yield f"{name}:1: {DEFINITIONS} does not include it"


def broken_includes(files):
    """`files`: from the name of each file to its text."""
    yield from undefined_headers(files)
    for name, text in files.items():
        layer = layer_of(name)
        if layer is None:
            continue
        if layer not in STANDS_ON:
            yield (f"{name}:1: {layer} is no layer; put the file into one, or give the new layer its "
                   "place in tests/engineering/layers.py and docs/architecture.md")
            continue
        allowed = {layer} | below(layer)
        for number, line in enumerate(text.splitlines(), start=1):
            match = re.match(r'\s*#\s*include\s*(?:"([^"]+)"|<(suan/[^>]+)>)', line)
            include = match and (match.group(1) or match.group(2))
            if not include or include == CONFIG:
                continue
            path = file_of(include, name, files)
            if path is None:
                yield (f'{name}:{number}: "{include}" is no file of the project; write its path from '
                       "include/, src/ or the root (kernels/...), and a library's header in <>")
            elif path in ALL:
                yield f"{name}:{number}: includes {include}, which is for users; name the headers needed"
            elif path.endswith("_impl.hpp") and not may_define(name, path):
                yield (f"{name}:{number}: includes {include}, which compiles what it defines; only its own "
                       "source may")
            elif layer_of(path) not in allowed:
                yield (f"{name}:{number}: {layer} includes {include}, but {layer_of(path)} is not below "
                       f"{layer}; move this code up or what it needs down")


def files_of(root):
    """What git tracks, and what it would."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard",
         "include", "src", "kernels", "python/src"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: (root / name).read_text(encoding="utf-8") for name in sorted(set(listed))
            if pathlib.PurePosixPath(name).suffix in SUFFIXES and (root / name).is_file()}


def self_test():
    good = {
        "include/suan/suan.hpp": '#include "suan/solvers/cg.hpp"\n',
        DEFINITIONS: '#include "suan/io/a_impl.hpp"\n#include "suan/solvers/detail/cg_impl.hpp"\n',
        "include/suan/core/error.hpp": f'#include <vector>\n#include "{CONFIG}"\n',
        "include/suan/solvers/cg.hpp": '#include "suan/core/error.hpp"\n',
        "src/solvers/steps.hpp": '#include "kernels/vector/dot.hpp"\n',
        "include/suan/solvers/detail/cg_impl.hpp": '#include "suan/solvers/cg.hpp"\n',
        "src/solvers/cg.cpp": '#include <suan/solvers/detail/cg_impl.hpp>\n#include "steps.hpp"\n',
        "src/io/mtx.hpp": '#include "suan/core/error.hpp"\n',
        "src/gallery/grid.hpp": '#include "suan/core/error.hpp"\n',
        "kernels/vector/dot.hpp": '#include "suan/core/error.hpp"\n',
        "python/src/maps.cpp": '#include "io/mtx.hpp"\n#include "suan/solvers/cg.hpp"\n',
        "tests/unit/core/error_test.cpp": '#include "suan/solvers/cg.hpp"\n',
    }
    found = list(broken_includes(good))
    assert not found, found
    bad = {
        "src/core/a.cpp": ('// x\n#include "kernels/vector/dot.hpp"\n', "a.cpp:2: core includes kernels/"),
        "kernels/spmv/a.cu": ('#include "suan/solvers/cg.hpp"\n', "solvers is not below kernels"),
        "src/solvers/a.cpp": ('  #  include "gallery/grid.hpp"\n', "gallery is not below solvers"),
        "src/io/a.cpp": ("#include <suan/solvers/cg.hpp>\n", "solvers is not below io"),
        "include/suan/io/a.hpp": ('#include "suan/core/none.hpp"\n', "no file of the project"),
        "src/cli/a.cpp": ("#include <suan/suan.hpp>\n", "for users"),
        "src/cli/b.cpp": ("#include <suan/definitions.hpp>\n", "for users"),
        "src/solvers/b.cpp": ('#include "suan/solvers/detail/cg_impl.hpp"\n', "only its own source"),
        "include/suan/io/a_impl.hpp": ("", "a_impl.hpp:1: no source a.cpp"),
        "src/extras/a.cpp": ("", "no layer"),
    }
    for name, (text, expected) in bad.items():
        found = list(broken_includes(good | {name: text}))
        assert len(found) == 1 and expected in found[0], (name, found)
    print(f"{len(bad)} includes are found that should not be.")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    files = files_of(pathlib.Path(sys.argv[1]).resolve())
    found = list(broken_includes(files))
    print("\n".join(found) if found else f"{len(files)} files keep the order of the layers.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
