// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/gallery/poisson.hpp"

#include <iomanip>

#include "gallery/grid.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

using detail::checked_grid;
using detail::Grid;

namespace {

/// The grid, checked to be the same on all ranks. Collective.
Grid agreed_grid(const char* what, GlobalIndex nx, GlobalIndex ny, GlobalIndex nz,
                 const Communicator& comm, double strength = 0) {
  if (comm.size() > 1) {
    require_agreement(comm, what,
                      message(std::setprecision(17), "nx = ", nx, "\nny = ", ny, "\nnz = ", nz,
                              "\nstrength = ", strength, "\n"));
  }
  return checked_grid(what, nx, ny, nz);
}

template <Scalar T>
DistributedMatrix<T> on_grid(const Grid& grid, const Communicator& comm,
                             const std::function<void(GlobalIndex, RowWriter<T>&)>& row) {
  const auto layout = Layout::even(grid.size(), comm);
  return generate_rows<T>(layout, layout, row);
}

/// The neighbours along the axes, in increasing order around the diagonal.
template <Scalar T>
void add_star(const Grid& g, GlobalIndex i, double diagonal, RowWriter<T>& row) {
  const GlobalIndex x = i % g.nx;
  const GlobalIndex y = i / g.nx % g.ny;
  const GlobalIndex z = i / (g.nx * g.ny);
  if (z > 0) row.add(i - g.nx * g.ny, T(-1));
  if (y > 0) row.add(i - g.nx, T(-1));
  if (x > 0) row.add(i - 1, T(-1));
  row.add(i, scalar_cast<T>(diagonal));
  if (x + 1 < g.nx) row.add(i + 1, T(-1));
  if (y + 1 < g.ny) row.add(i + g.nx, T(-1));
  if (z + 1 < g.nz) row.add(i + g.nx * g.ny, T(-1));
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> poisson1d(GlobalIndex n, const Communicator& comm) {
  const auto grid = agreed_grid("poisson1d", n, 1, 1, comm);
  return on_grid<T>(grid, comm,
                    [grid](GlobalIndex i, RowWriter<T>& row) { add_star(grid, i, 2, row); });
}

template <Scalar T>
DistributedMatrix<T> poisson2d(GlobalIndex nx, GlobalIndex ny, const Communicator& comm) {
  const auto grid = agreed_grid("poisson2d", nx, ny, 1, comm);
  return on_grid<T>(grid, comm,
                    [grid](GlobalIndex i, RowWriter<T>& row) { add_star(grid, i, 4, row); });
}

template <Scalar T>
DistributedMatrix<T> poisson3d(GlobalIndex nx, GlobalIndex ny, GlobalIndex nz,
                               const Communicator& comm) {
  const auto grid = agreed_grid("poisson3d", nx, ny, nz, comm);
  return on_grid<T>(grid, comm,
                    [grid](GlobalIndex i, RowWriter<T>& row) { add_star(grid, i, 6, row); });
}

template <Scalar T>
DistributedMatrix<T> poisson3d_27pt(GlobalIndex nx, GlobalIndex ny, GlobalIndex nz,
                                    const Communicator& comm) {
  const auto g = agreed_grid("poisson3d_27pt", nx, ny, nz, comm);
  return on_grid<T>(g, comm, [g](GlobalIndex i, RowWriter<T>& row) {
    const GlobalIndex x = i % g.nx;
    const GlobalIndex y = i / g.nx % g.ny;
    const GlobalIndex z = i / (g.nx * g.ny);
    for (GlobalIndex dz = -1; dz <= 1; ++dz) {
      if (z + dz < 0 || z + dz >= g.nz) continue;
      for (GlobalIndex dy = -1; dy <= 1; ++dy) {
        if (y + dy < 0 || y + dy >= g.ny) continue;
        for (GlobalIndex dx = -1; dx <= 1; ++dx) {
          if (x + dx < 0 || x + dx >= g.nx) continue;
          const GlobalIndex j = i + dx + g.nx * (dy + g.ny * dz);
          row.add(j, j == i ? T(26) : T(-1));
        }
      }
    }
  });
}

template <Scalar T>
DistributedMatrix<T> convection_diffusion2d(GlobalIndex nx, GlobalIndex ny, double strength,
                                            const Communicator& comm) {
  const auto g = agreed_grid("convection_diffusion2d", nx, ny, 1, comm, strength);
  if (!(strength >= 0 && strength <= 1e6)) {
    throw InvalidArgument(
        message("convection_diffusion2d: the strength ", strength, " is not in [0, 1e6]"));
  }
  // The wind blows towards larger x and y, so the upwind neighbours are the smaller ones.
  return on_grid<T>(g, comm, [g, strength](GlobalIndex i, RowWriter<T>& row) {
    const GlobalIndex x = i % g.nx;
    const GlobalIndex y = i / g.nx;
    if (y > 0) row.add(i - g.nx, scalar_cast<T>(-1 - strength));
    if (x > 0) row.add(i - 1, scalar_cast<T>(-1 - strength));
    row.add(i, scalar_cast<T>(4 + 2 * strength));
    if (x + 1 < g.nx) row.add(i + 1, T(-1));
    if (y + 1 < g.ny) row.add(i + g.nx, T(-1));
  });
}

#define SUAN_INSTANTIATE(T)                                                               \
  template DistributedMatrix<T> poisson1d(GlobalIndex, const Communicator&);              \
  template DistributedMatrix<T> poisson2d(GlobalIndex, GlobalIndex, const Communicator&); \
  template DistributedMatrix<T> poisson3d(GlobalIndex, GlobalIndex, GlobalIndex,          \
                                          const Communicator&);                           \
  template DistributedMatrix<T> poisson3d_27pt(GlobalIndex, GlobalIndex, GlobalIndex,     \
                                               const Communicator&);                      \
  template DistributedMatrix<T> convection_diffusion2d(GlobalIndex, GlobalIndex, double,  \
                                                       const Communicator&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
