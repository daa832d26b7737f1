// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "preconditioners/direct_entries.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "suan/core/instantiate.hpp"
#include "suan/matrix/ordering.hpp"

namespace suan::detail {

namespace {

template <Scalar T>
struct HostRows {
  explicit HostRows(const kernels::CsrView<T>& a)
      : offsets(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.offsets)),
        indices(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.indices)),
        values(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.values)),
        rows(a.rows) {}
  HostView<const Offset> offsets;
  HostView<const LocalIndex> indices;
  HostView<const T> values;
  LocalIndex rows;
};

/// Calls body(row, column, value) with global numbers for this rank's entries, row after row in
/// each of the two parts. It copies to the host where the matrix is on a device.
template <Scalar T, class Body>
void visit_entries(const DistributedMatrix<T>& a, const Body& body) {
  const GlobalIndex first = a.row_layout().first();
  const HostRows<T> own(a.local().view());
  for (LocalIndex i = 0; i < own.rows; ++i) {
    for (Offset k = own.offsets(i); k < own.offsets(i + 1); ++k) {
      body(first + i, first + own.indices(k), own.values(k));
    }
  }
  if (a.remote().matrix.rows() == 0) return;
  const auto numbers =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.remote().row_numbers);
  const HostRows<T> remote(a.remote().matrix.view());
  for (LocalIndex i = 0; i < remote.rows; ++i) {
    for (Offset k = remote.offsets(i); k < remote.offsets(i + 1); ++k) {
      const auto column = static_cast<std::size_t>(remote.indices(k));
      body(first + numbers(i), a.remote().columns[column], remote.values(k));
    }
  }
}

/// A hash of 64 bits (the finaliser of splitmix64).
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

std::uint64_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }
std::uint64_t bits_of(double x) { return std::bit_cast<std::uint64_t>(x); }
template <class R>
std::uint64_t bits_of(const Kokkos::complex<R>& x) {
  // Without the sign of a zero.
  return mixed(bits_of(x.real() + R(0))) ^ bits_of(x.imag() + R(0));
}

template <class R>
R times_power(R x, int exponent) {
  return std::ldexp(x, exponent);
}
template <class R>
Kokkos::complex<R> times_power(const Kokkos::complex<R>& x, int exponent) {
  return {std::ldexp(x.real(), exponent), std::ldexp(x.imag(), exponent)};
}

/// The larger of the parts of x.
template <Scalar T>
double size_of(const T& x) {
  if constexpr (is_complex<T>) {
    return std::max(std::abs(static_cast<double>(x.real())),
                    std::abs(static_cast<double>(x.imag())));
  } else {
    return std::abs(static_cast<double>(x));
  }
}

/// Sizes of entries that are not zero, as exponents of two.
struct Exponents {
  int least = std::numeric_limits<int>::max();
  int most = std::numeric_limits<int>::min();
};

/// This rank's part: checks the entries, and counts those that are kept.
template <Scalar T>
Exponents look_at_entries(const DistributedMatrix<T>& a, bool refuses_zero_rows) {
  Exponents found;
  std::vector<char> has_entry(static_cast<std::size_t>(a.row_layout().local_size()), 0);
  const GlobalIndex first = a.row_layout().first();
  visit_entries(a, [&](GlobalIndex i, GlobalIndex j, const T& value) {
    if (!is_finite(value)) {
      throw InvalidArgument(
          message("direct: row ", i, " of A has an entry in column ", j, " that is not finite"));
    }
    const double size = size_of(value);
    if (size == 0) return;
    has_entry[static_cast<std::size_t>(i - first)] = 1;
    found.least = std::min(found.least, std::ilogb(size));
    found.most = std::max(found.most, std::ilogb(size));
  });
  if (!refuses_zero_rows) return found;
  for (std::size_t i = 0; i < has_entry.size(); ++i) {
    if (has_entry[i] != 0) continue;
    throw InvalidArgument(
        message("direct: row ", first + static_cast<GlobalIndex>(i),
                " of A is zero, so A is singular; drop the row and its column, or "
                "set singular to one_solution"));
  }
  return found;
}

}  // namespace

template <Scalar T>
bool is_exactly_symmetric(const DistributedMatrix<T>& a) {
  std::uint64_t sum = 0;
  together(a.comm(), [&] {
    visit_entries(a, [&](GlobalIndex i, GlobalIndex j, const T& value) {
      if (i == j || value == T(0)) return;
      const auto low = static_cast<std::uint64_t>(std::min(i, j));
      const auto high = static_cast<std::uint64_t>(std::max(i, j));
      const std::uint64_t hash = mixed(mixed(mixed(low) ^ high) ^ bits_of(value));
      sum += i < j ? hash : ~hash + 1;
    });
  });
  return a.comm().sum(sum) == 0;
}

template <Scalar T>
DirectEntries<T> direct_entries(const DistributedMatrix<T>& a, bool is_symmetric,
                                bool refuses_zero_rows) {
  constexpr GlobalIndex most_rows = std::numeric_limits<std::int32_t>::max();
  if (a.global_rows() > most_rows) {
    throw NotSupported(message("direct: A has ", a.global_rows(),
                               " rows, but MUMPS numbers at most ", most_rows,
                               "; use preconditioner amg"));
  }
  DirectEntries<T> entries;
  entries.size = a.global_rows();
  entries.is_symmetric = is_symmetric;
  Exponents found;
  together(a.comm(), [&] { found = look_at_entries(a, refuses_zero_rows); });
  const int least = a.comm().min(found.least);
  const int most = a.comm().max(found.most);
  // The middle of the range becomes 1, so that nothing leaves it; rounded down, so that a power of
  // two in A changes nothing but the exponent.
  if (least <= most) entries.exponent = -((least + most) >> 1);
  together(a.comm(), [&] {
    const auto room = static_cast<std::size_t>(a.local_entries());
    entries.rows.reserve(room);
    entries.columns.reserve(room);
    entries.values.reserve(room);
    visit_entries(a, [&](GlobalIndex i, GlobalIndex j, const T& value) {
      if (is_symmetric && j > i) return;
      entries.rows.push_back(static_cast<std::int32_t>(i + 1));
      entries.columns.push_back(static_cast<std::int32_t>(j + 1));
      entries.values.push_back(times_power(value, entries.exponent));
    });
    entries.rows.shrink_to_fit();
    entries.columns.shrink_to_fit();
    entries.values.shrink_to_fit();
  });
  return entries;
}

template <Scalar T>
std::vector<std::int32_t> metis_places(const DirectEntries<T>& a, const Communicator& comm) {
  const auto rows = comm.gather<std::int32_t>(a.rows);
  const auto columns = comm.gather<std::int32_t>(a.columns);
  std::vector<std::int32_t> places;
  together(comm, [&] {
    if (!comm.is_root()) return;
    // Rows come in the order of ranks, but each rank's in two parts.
    std::vector<Offset> offsets(static_cast<std::size_t>(a.size) + 1, 0);
    for (const std::int32_t i : rows) ++offsets[static_cast<std::size_t>(i)];
    std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
    std::vector<LocalIndex> indices(columns.size());
    auto next = offsets;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const auto at = next[static_cast<std::size_t>(rows[k] - 1)]++;
      indices[static_cast<std::size_t>(at)] = columns[k] - 1;
    }
    const auto n = static_cast<LocalIndex>(a.size);
    const std::vector<float> values(indices.size(), 1.0F);
    const auto graph = Csr<float>::from_host(n, n, offsets, indices, values, KernelPath::native);
    places = compute_ordering(graph, Ordering::metis).position;
    for (auto& place : places) ++place;
  });
  return places;
}

#define SUAN_INSTANTIATE(T)                                                          \
  template bool is_exactly_symmetric(const DistributedMatrix<T>&);                   \
  template DirectEntries<T> direct_entries(const DistributedMatrix<T>&, bool, bool); \
  template std::vector<std::int32_t> metis_places(const DirectEntries<T>&, const Communicator&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
