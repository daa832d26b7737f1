// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Finite-difference Laplacians on regular grids with Dirichlet boundaries, unscaled. All of them
// are collective, and throw InvalidArgument for an impossible grid and when ranks request different
// ones.
#pragma once

#include "suan/matrix/assembly.hpp"

namespace suan {

/// -1 2 -1 on n points.
template <Scalar T = double>
DistributedMatrix<T> poisson1d(GlobalIndex n, const Communicator& comm = {});
/// The 5-point stencil (4, -1) on nx * ny points, x fastest.
template <Scalar T = double>
DistributedMatrix<T> poisson2d(GlobalIndex nx, GlobalIndex ny, const Communicator& comm = {});
/// The 7-point stencil (6, -1) on nx * ny * nz points, x fastest.
template <Scalar T = double>
DistributedMatrix<T> poisson3d(GlobalIndex nx, GlobalIndex ny, GlobalIndex nz,
                               const Communicator& comm = {});
/// The 27-point stencil (26, -1).
template <Scalar T = double>
DistributedMatrix<T> poisson3d_27pt(GlobalIndex nx, GlobalIndex ny, GlobalIndex nz,
                                    const Communicator& comm = {});
/// 5-point Laplacian plus first-order upwind convection of the given strength in x and y:
/// nonsymmetric, diagonally dominant.
template <Scalar T = double>
DistributedMatrix<T> convection_diffusion2d(GlobalIndex nx, GlobalIndex ny, double strength,
                                            const Communicator& comm = {});

}  // namespace suan
