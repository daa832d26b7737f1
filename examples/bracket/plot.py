# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Draws the part that suan_bracket has deformed, coloured by its von Mises stress: bracket.png.

Usage: python plot.py [folder], by default the current one. Needs matplotlib and h5py.
"""

import json
import sys
from pathlib import Path

import h5py
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

CAMERA = np.array([0.62, -0.74, 0.42])  # where one looks from
LIGHT = np.array([0.25, -0.55, 0.8])
SHARP = np.cos(np.radians(35))  # of the angle between faces whose edge is drawn


def surface(tetrahedra: np.ndarray) -> np.ndarray:
    """The triangles that belong to one tetrahedron only, their normals outwards."""
    faces = np.concatenate([tetrahedra[:, k] for k in ([1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1])])
    _, first, count = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True)
    return faces[first[count == 1]]


def averaged_to_nodes(points: np.ndarray, tetrahedra: np.ndarray, stress: np.ndarray) -> np.ndarray:
    """The mean of the elements around each node, weighted by their volumes."""
    edges = points[tetrahedra[:, 1:]] - points[tetrahedra[:, :1]]
    volumes = np.abs(np.linalg.det(edges))
    sums = np.zeros((2, len(points)))
    for corner in tetrahedra.T:
        np.add.at(sums[0], corner, volumes * stress)
        np.add.at(sums[1], corner, volumes)
    return sums[0] / sums[1]


def unit_normals(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    normals = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def sharp_edges(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """The edges between faces at an angle, as pairs of nodes with the two faces: n x 4."""
    edges = np.sort(np.concatenate([faces[:, k] for k in ([0, 1], [1, 2], [2, 0])]), axis=1)
    owners = np.tile(np.arange(len(faces)), 3)
    order = np.lexsort(edges.T)
    one, other = owners[order[::2]], owners[order[1::2]]
    normals = unit_normals(points, faces)
    is_sharp = np.einsum("ij,ij->i", normals[one], normals[other]) < SHARP
    return np.column_stack([edges[order[::2]], one, other])[is_sharp]


def screen(points: np.ndarray) -> np.ndarray:
    """Right, up and towards the camera, without perspective."""
    towards = CAMERA / np.linalg.norm(CAMERA)
    right = np.cross([0, 0, 1], towards)
    right /= np.linalg.norm(right)
    return points @ np.column_stack([right, np.cross(towards, right), towards])


def draw(folder: Path, path: Path) -> None:
    with h5py.File(folder / "bracket.h5") as file:
        points, displacement = file["coordinates"][...], file["displacement"][...]
        tetrahedra = file["tetrahedra"][...].astype(int)
        stress = averaged_to_nodes(points, tetrahedra, file["von_mises"][...])
        report = json.loads(file["report"][()])
    faces = surface(tetrahedra)
    edges = sharp_edges(points, faces)
    most = np.linalg.norm(displacement, axis=1).max()
    # The largest displacement is drawn as 8 % of the part.
    magnification = 0.08 * np.ptp(points, axis=0).max() / most
    magnification = float(f"{magnification:.1g}")
    bent = points + magnification * displacement

    normals = unit_normals(bent, faces)
    place = screen(bent)
    is_visible = normals @ CAMERA > 0
    shown = faces[is_visible]
    shown_stress = stress[shown].mean(axis=1)
    # The peaks at the rims of the holes would take the colours from all the rest.
    top = np.quantile(stress[np.unique(faces)], 0.995)
    norm = plt.Normalize(0, top)
    colours = plt.get_cmap("turbo")(norm(shown_stress))
    brightness = 0.78 + 0.22 * np.clip(normals[is_visible] @ (LIGHT / np.linalg.norm(LIGHT)), 0, 1)
    colours[:, :3] *= brightness[:, None]

    figure, axes = plt.subplots(figsize=(7.6, 6.6), dpi=150, layout="constrained")
    # Of edges, those of a face that looks at the camera. They are behind the part.
    before = screen(points)[:, :2]
    faces_camera = unit_normals(points, faces) @ CAMERA > 0
    seen = edges[faces_camera[edges[:, 2]] | faces_camera[edges[:, 3]], :2]
    axes.add_collection(LineCollection(before[seen], colors="0.6", linewidths=0.7, zorder=0))
    # Far faces first, so that what is nearer hides them.
    order = np.argsort(place[shown, 2].mean(axis=1))
    axes.add_collection(
        PolyCollection(place[shown[order]][:, :, :2], facecolors=colours[order],
                       edgecolors=colours[order], linewidths=0.3)
    )
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.axis("off")
    mappable = plt.cm.ScalarMappable(norm=norm, cmap="turbo")
    bar = figure.colorbar(mappable, ax=axes, shrink=0.75, extend="max", pad=0.02)
    bar.set_label("von Mises stress, N/mm\u00b2")
    unknowns = f"{report['unknowns']:,}".replace(",", "\u2009")
    figure.suptitle(
        f"Displacements of at most {most:.3g} mm, drawn {magnification:g} times as large; grey: unloaded\n"
        f"{unknowns} unknowns, {report['iterations']} iterations of CG with multigrid "
        f"on {report['ranks']} rank{'s' if report['ranks'] > 1 else ''}",
        x=0.02, ha="left", fontsize=10,
    )
    figure.savefig(path)
    plt.close(figure)


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    if not (folder / "bracket.h5").exists():
        print(f"plot.py: {folder / 'bracket.h5'} is not there; run suan_bracket first", file=sys.stderr)
        return 2
    draw(folder, folder / "bracket.png")
    print(f"Drew {folder / 'bracket.png'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
