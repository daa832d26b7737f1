// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices of the shapes that users have. Each depends on its size alone: random-looking numbers
// are hashes of row and column, so every run and every machine has the same matrix. All have about
// size^3 rows unless stated otherwise.
#pragma once

#include "csr_file.hpp"

namespace suan::bench {

/// The 27-point matrix of linear elasticity on a cube of trilinear elements, three unknowns per
/// node, fixed at the bottom; Poisson's ratio is 0.3, and Young's modulus varies between 1 and 10
/// from element to element. Element stiffness by 2 x 2 x 2 Gauss points: T. J. R. Hughes, "The
/// finite element method", Prentice-Hall 1987, chapter 3.
HostCsr elasticity(std::int64_t size);

/// A graph whose degrees follow a power law: n vertices, where n is the largest power of two up to
/// size^3, and 8 n edges, with duplicates added up. D. Chakrabarti, Y. Zhan and C. Faloutsos,
/// "R-MAT: a recursive model for graph mining", SIAM Data Mining 2004, 442-446, with the
/// probabilities 0.57, 0.19, 0.19, 0.05.
HostCsr rmat(std::int64_t size);

/// The shape of circuit equations: a diagonal, most other entries near it, a few far away,
/// symmetric in structure but not in values, 4 to 5 entries per row; and four nets to which one
/// node in 25 is connected, whose rows and columns have size^3 / 100 entries each.
HostCsr circuit(std::int64_t size);

/// The shape of road networks: a square grid of size^3 crossings without 3 of every 8 roads,
/// numbered along the Z-curve (G. M. Morton, "A computer oriented geodetic data base", IBM 1966).
/// About 2.5 entries per row, some rows empty, no diagonal, symmetric.
HostCsr road(std::int64_t size);

/// A least-squares matrix with a tenth as many columns as rows: 4 to 8 entries per row, one in five
/// of them anywhere, the others within 32 columns of a centre that moves along with the row.
HostCsr tall(std::int64_t size);

/// The lower factor of the incomplete factorisation without fill-in, A ~ L U with unit U, of the
/// 7-point matrix whose row i is multiplied by 1 + 0.001 (i mod 977).
HostCsr ilu_factor(std::int64_t size);

/// The entries on and below the diagonal.
HostCsr lower_triangle(const HostCsr& a);

/// The prolongator of smoothed aggregation for a matrix on size^3 grid points, x fastest:
/// aggregates of 3 x 3 x 3 points, smoothed once, P = (I - 2/3 D^-1 A) P_0. P. Vanek, J. Mandel and
/// M. Brezina, Computing 56 (1996), 179-196.
HostCsr smoothed_prolongator(const HostCsr& a, std::int64_t size);

}  // namespace suan::bench
