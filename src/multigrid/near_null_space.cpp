// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/near_null_space.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

/// The middle of all points, the sides of the box around them, and half of the longest. Collective.
struct Box {
  std::array<double, 3> middle{};
  std::array<double, 3> sides{};
  double half = 1;
};

Box box_of(const Communicator& comm, std::size_t dimension, std::span<const double> coordinates) {
  std::array<double, 6> most;  // of x and -x
  most.fill(-std::numeric_limits<double>::infinity());
  for (std::size_t k = 0; k < coordinates.size(); ++k) {
    const std::size_t d = k % dimension;
    most[d] = std::max(most[d], coordinates[k]);
    most[3 + d] = std::max(most[3 + d], -coordinates[k]);
  }
  comm.max(std::span<double>(most));
  Box box;
  double longest = 0;
  for (std::size_t d = 0; d < dimension; ++d) {
    if (!std::isfinite(most[d])) continue;  // no points
    box.middle[d] = 0.5 * (most[d] - most[3 + d]);
    box.sides[d] = most[d] + most[3 + d];
    longest = std::max(longest, box.sides[d]);
  }
  if (longest > 0 && std::isfinite(longest)) box.half = 0.5 * longest;
  return box;
}

/// A rotation in the plane of axes p and q moves a point by -x_q along p, and x_p along q.
using Plane = std::array<std::size_t, 2>;

/// Those whose rotations move a point by more than the range of T loses.
template <Scalar T>
std::vector<Plane> planes_of(const Box& box, std::size_t dimension) {
  static constexpr std::array<Plane, 3> all = {{{0, 1}, {1, 2}, {2, 0}}};
  std::vector<Plane> planes;
  for (std::size_t k = 0; k < (dimension == 2 ? 1 : 3); ++k) {
    const double most = std::max(box.sides[all[k][0]], box.sides[all[k][1]]) / box.half;
    if (most >= std::numeric_limits<Real<T>>::min()) planes.push_back(all[k]);
  }
  return planes;
}

template <Scalar T>
MultiVector<T> from_rows(const Layout& rows, LocalIndex columns,
                         const std::function<double(std::size_t row, std::size_t column)>& value) {
  std::vector<T> values;
  together(rows.comm(), [&] {
    const auto count = static_cast<std::size_t>(rows.local_size());
    const auto width = static_cast<std::size_t>(columns);
    values.resize(count * width);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t c = 0; c < width; ++c) {
        values[i * width + c] = T(static_cast<Real<T>>(value(i, c)));
      }
    }
  });
  return MultiVector<T>::from_host(rows, columns, std::span<const T>(values));
}

}  // namespace

template <Scalar T>
MultiVector<T> constant_vectors(const Layout& rows, LocalIndex block_size) {
  if (rows.comm().size() > 1) {
    require_agreement(rows.comm(), "constant_vectors", message("block_size = ", block_size, "\n"));
  }
  if (block_size < 1) {
    throw InvalidArgument(
        message("constant_vectors: block_size is ", block_size, ", but must be positive"));
  }
  together(rows.comm(), [&] {
    if (rows.local_size() % block_size == 0) return;
    throw DimensionMismatch(message("constant_vectors: rank ", rows.comm().rank(), " has ",
                                    rows.local_size(),
                                    " rows, no multiple of block_size = ", block_size));
  });
  const auto block = static_cast<std::size_t>(block_size);
  return from_rows<T>(rows, block_size,
                      [block](std::size_t i, std::size_t c) { return i % block == c ? 1.0 : 0.0; });
}

template <Scalar T>
MultiVector<T> near_null_vectors(const Layout& rows, LocalIndex columns,
                                 std::span<const DoubleOf<T>> elements) {
  const auto& comm = rows.comm();
  if (comm.size() > 1) {
    require_agreement(comm, "near_null_vectors", message("columns = ", columns, "\n"));
  }
  if (columns < 1) {
    throw InvalidArgument(message("near_null_vectors: there are ", columns, " columns"));
  }
  const auto width = static_cast<std::size_t>(columns);
  std::vector<double> factors;
  together(comm, [&] {
    if (elements.size() != static_cast<std::size_t>(rows.local_size()) * width) {
      throw DimensionMismatch(message("near_null_vectors: rank ", comm.rank(), " has ",
                                      rows.local_size(), " rows of ", columns,
                                      " columns, but gives ", elements.size(), " elements"));
    }
    factors.assign(width, 0);
    for (std::size_t k = 0; k < elements.size(); ++k) {
      auto& most = factors[k % width];
      most = std::max(most, static_cast<double>(Kokkos::abs(elements[k])));
    }
  });
  comm.max(std::span<double>(factors));
  for (auto& factor : factors) {
    const bool is_usable = std::isfinite(factor) && factor > 0;
    factor = is_usable ? std::ldexp(1.0, -std::max(std::ilogb(factor), -1000)) : 1.0;
  }
  std::vector<T> values;
  together(comm, [&] {
    values.resize(elements.size());
    for (std::size_t k = 0; k < elements.size(); ++k) {
      values[k] = scalar_cast<T>(elements[k] * factors[k % width]);
    }
  });
  return MultiVector<T>::from_host(rows, columns, std::span<const T>(values));
}

template <Scalar T>
MultiVector<T> rigid_body_modes(const Layout& rows, LocalIndex dimension,
                                std::span<const double> coordinates) {
  const auto& comm = rows.comm();
  if (comm.size() > 1) {
    require_agreement(comm, "rigid_body_modes", message("dimension = ", dimension, "\n"));
  }
  if (dimension != 2 && dimension != 3) {
    throw InvalidArgument(
        message("rigid_body_modes: the dimension is ", dimension, ", but must be 2 or 3"));
  }
  const auto d = static_cast<std::size_t>(dimension);
  together(comm, [&] {
    if (coordinates.size() != static_cast<std::size_t>(rows.local_size()) ||
        coordinates.size() % d != 0) {
      throw DimensionMismatch(
          message("rigid_body_modes: rank ", comm.rank(), " has ", rows.local_size(),
                  " rows, but gives ", coordinates.size(), " coordinates; it must give ", dimension,
                  " for each of its points, which are as many numbers as it has rows"));
    }
    for (std::size_t k = 0; k < coordinates.size(); ++k) {
      if (std::isfinite(coordinates[k])) continue;
      throw InvalidArgument(message("rigid_body_modes: coordinate ", k % d, " of point ",
                                    (static_cast<std::size_t>(rows.first()) + k) / d, " is ",
                                    coordinates[k]));
    }
  });
  const Box box = box_of(comm, d, coordinates);
  const auto at = [&](std::size_t point, std::size_t axis) {
    return (coordinates[point * d + axis] - box.middle[axis]) / box.half;
  };
  const auto planes = planes_of<T>(box, d);
  const auto columns = static_cast<LocalIndex>(d + planes.size());
  return from_rows<T>(rows, columns, [&](std::size_t i, std::size_t c) {
    if (c < d) return i % d == c ? 1.0 : 0.0;
    const auto& plane = planes[c - d];
    if (i % d == plane[0]) return -at(i / d, plane[1]);
    if (i % d == plane[1]) return at(i / d, plane[0]);
    return 0.0;
  });
}

#define SUAN_INSTANTIATE(T)                                                   \
  template MultiVector<T> constant_vectors(const Layout&, LocalIndex);        \
  template MultiVector<T> near_null_vectors<T>(const Layout&, LocalIndex,     \
                                               std::span<const DoubleOf<T>>); \
  template MultiVector<T> rigid_body_modes(const Layout&, LocalIndex, std::span<const double>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
