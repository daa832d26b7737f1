// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices for multigrid that are the same on any number of ranks and in any distribution.
#pragma once

#include <array>
#include <cmath>
#include <functional>

#include "suan/matrix/assembly.hpp"
#include "support/sparse.hpp"

namespace suan::test {

/// Even, and with ranks that own nothing; in multiples of `block`.
inline std::vector<Layout> layouts(GlobalIndex size, GlobalIndex block = 1) {
  const auto world = Communicator::world();
  const auto even = Layout::even(size / block, world);
  const bool last = world.rank() == world.size() - 1;
  std::vector<Layout> result = {Layout::from_local_size(even.local_size() * block, world)};
  if (world.size() > 1) {
    // Nothing on the last rank, its share on the first.
    const auto spare = size / block / world.size() * block;
    const GlobalIndex first_share = size - spare * (world.size() - 2);
    result.push_back(
        Layout::from_local_size(last ? 0 : (world.rank() == 0 ? first_share : spare), world));
  }
  return result;
}

/// A 7-point stencil on n^3 points: the couplings of two neighbours are coupling(i, j, direction),
/// which must be symmetric; the diagonal is their sum, with Dirichlet
/// neighbours outside.
template <Scalar T>
DistributedMatrix<T> grid3d(const Layout& layout, GlobalIndex n,
                            const std::function<double(GlobalIndex, GlobalIndex, int)>& coupling) {
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    const std::array<GlobalIndex, 3> at = {i % n, i / n % n, i / (n * n)};
    const std::array<GlobalIndex, 3> step = {1, n, n * n};
    double diagonal = 0;
    for (int d = 0; d < 3; ++d) {
      const auto k = static_cast<std::size_t>(d);
      diagonal += at[k] > 0 ? coupling(i - step[k], i, d) : coupling(i, i, d);
      diagonal += at[k] + 1 < n ? coupling(i, i + step[k], d) : coupling(i, i, d);
    }
    const auto value = [](double x) { return T(static_cast<Real<T>>(x)); };
    for (std::size_t k = 3; k-- > 0;) {
      if (at[k] > 0) {
        row.add(i - step[k], value(-coupling(i - step[k], i, static_cast<int>(k))));
      }
    }
    row.add(i, value(diagonal));
    for (std::size_t k = 0; k < 3; ++k) {
      if (at[k] + 1 < n)
        row.add(i + step[k], value(-coupling(i, i + step[k], static_cast<int>(k))));
    }
  });
}

inline std::function<double(GlobalIndex, GlobalIndex, int)> isotropic() {
  return [](GlobalIndex, GlobalIndex, int) { return 1.0; };
}

/// The same numbers on every rank: those of all ranks, in order.
template <class T>
std::vector<T> everywhere(const std::vector<T>& own) {
  const auto world = Communicator::world();
  const std::vector<std::vector<T>> send(static_cast<std::size_t>(world.size()), own);
  std::vector<T> all;
  for (const auto& part : world.all_to_all(send)) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace suan::test
