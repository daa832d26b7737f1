# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The plan: which operation is measured on which shapes, at what size, and how often.

A shape's size is that of benchmark_matrix: matrices have about size^3 rows. At full size they are
far larger than the caches, and the product of two fits into some 6 GB.
"""

from dataclasses import dataclass, field

#: Matrices that are multiplied by vectors, transposed and converted.
SHAPES = {
    "7pt": 128,
    "7pt-general": 128,
    "27pt": 96,
    "27pt-general": 96,
    "elasticity": 69,
    "rmat": 102,
    "circuit": 100,
    "road": 128,
    "tall": 126,
}


@dataclass
class Group:
    """One start of every contestant's program per shape and round. A program may measure several
    operations, named in `operations`."""

    name: str
    operations: list
    shapes: dict  # name -> size
    repetitions: int
    quick_repetitions: int
    rounds: int = 2
    quick: bool = True  # whether --quick measures it
    quick_shapes: list = field(default_factory=list)  # those of --quick; empty: all


def pick(*names):
    return {name: SHAPES[name] for name in names}


GROUPS = [
    Group("spmv", ["spmv"], SHAPES, 20, 10, 3,
          quick_shapes=["7pt-general", "27pt-general", "elasticity", "rmat", "circuit", "road",
                        "tall"]),
    Group("storage", ["storage"], pick("7pt-general", "27pt-general", "circuit"), 20, 10,
          quick_shapes=["7pt-general"]),
    Group("storage-blocks", ["storage"], pick("elasticity"), 20, 10),
    Group("spmm", ["spmm"], pick("7pt-general", "27pt-general", "elasticity", "rmat", "circuit",
                                 "road", "tall"),
          5, 3, quick_shapes=["7pt-general", "rmat", "road"]),
    Group("spgemm", ["spgemm", "spgemm again"],
          {"7pt-general": 100, "27pt-general": 52, "elasticity": 33, "rmat": 33, "circuit": 50,
           "road": 128},
          3, 2, quick_shapes=["7pt-general", "rmat", "circuit"]),
    Group("galerkin", ["galerkin", "galerkin again"], {"7pt": 100, "27pt": 64}, 3, 2,
          quick_shapes=["7pt"]),
    Group("trsv", ["trsv"], {"ilu": 128, "27pt-lower": 96}, 10, 5, 3),
    Group("transpose", ["transpose", "transpose again", "convert"],
          pick("7pt-general", "27pt-general", "elasticity", "rmat", "circuit", "road", "tall"),
          4, 3, quick_shapes=["7pt-general", "rmat", "tall"]),
    Group("solve", ["solve"], {"7pt": 128}, 1, 1, quick=False),
    Group("read", ["read"], {"7pt": 80}, 3, 3, quick=False),
]


def chosen(operations, shapes, quick, scale, rounds):
    """The groups to measure, restricted to what was requested. Raises ValueError for an unknown
    name."""
    known = {group.name for group in GROUPS}
    for name in operations or []:
        if name not in known:
            raise ValueError(f"there is no operation {name}; there are {', '.join(sorted(known))}")
    known = {shape for group in GROUPS for shape in group.shapes}
    for name in shapes or []:
        if name not in known:
            raise ValueError(f"there is no shape {name}; there are {', '.join(sorted(known))}")
    plan = []
    for group in GROUPS:
        if group.name not in operations if operations else quick and not group.quick:
            continue
        wanted = shapes or (quick and group.quick_shapes) or list(group.shapes)
        sizes = {s: max(6, round(n * scale)) for s, n in group.shapes.items() if s in wanted}
        if sizes:
            plan.append(
                Group(
                    group.name,
                    group.operations,
                    sizes,
                    group.quick_repetitions if quick else group.repetitions,
                    group.quick_repetitions,
                    rounds or (2 if quick else group.rounds),
                )
            )
    return plan
