// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices of the shapes that users have. Each is a function of its size alone: what looks random
// is a hash of row and column, so that every run and every machine has the same matrix. All have
// about size^3 rows unless a sentence says otherwise.
#pragma once

#include "csr_file.hpp"

namespace suan::bench {

/// The 27-point matrix of linear elasticity on a cube of trilinear elements, three unknowns a node,
/// fixed at the bottom; Poisson's ratio 0.3, and Young's modulus between 1 and 10, another one in
/// each element. Element stiffness by 2 x 2 x 2 Gauss points: T. J. R. Hughes, "The finite element
/// method", Prentice-Hall 1987, chapter 3.
HostCsr elasticity(std::int64_t size);

/// A graph whose degrees follow a power law: n vertices, n the largest power of two up to size^3,
/// and 8 n edges, of which those that are drawn twice add up. D. Chakrabarti, Y. Zhan and
/// C. Faloutsos, "R-MAT: a recursive model for graph mining", SIAM Data Mining 2004, 442-446, with
/// the shares 0.57, 0.19, 0.19, 0.05.
HostCsr rmat(std::int64_t size);

/// What the equations of a circuit look like: a diagonal, most other entries near it, a few far
/// away, symmetric in structure but not in values, 4 to 5 entries a row; and four nets that one
/// node in 25 is connected to, whose rows and columns have size^3 / 100 entries each.
HostCsr circuit(std::int64_t size);

/// What road networks look like: a square grid of size^3 crossings that has lost 3 of 8 roads, in
/// the order of the Z-curve (G. M. Morton, "A computer oriented geodetic data base", IBM 1966).
/// About 2.5 entries a row, some rows empty, no diagonal, symmetric.
HostCsr road(std::int64_t size);

/// A least-squares matrix with a tenth as many columns as rows: 4 to 8 entries a row, one in five
/// of them anywhere, the others within 32 columns of a place that moves along with the row.
HostCsr tall(std::int64_t size);

/// The lower factor of the incomplete factorisation without fill, A ~ L U with unit U, of the
/// 7-point matrix whose row i is multiplied by 1 + 0.001 (i mod 977).
HostCsr ilu_factor(std::int64_t size);

/// The entries on and below the diagonal.
HostCsr lower_triangle(const HostCsr& a);

/// The prolongator of smoothed aggregation for a matrix on size^3 grid points, x fastest:
/// aggregates of 3 x 3 x 3 points, smoothed once, P = (I - 2/3 D^-1 A) P_0. P. Vanek, J. Mandel and
/// M. Brezina, Computing 56 (1996), 179-196.
HostCsr smoothed_prolongator(const HostCsr& a, std::int64_t size);

}  // namespace suan::bench
