// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums down the columns of row-major arrays. Their order depends on the sizes and, on the host, on
// the number of threads.
#pragma once

#include <algorithm>
#include <vector>

#include "suan/core/detail/memory.hpp"
#include "suan/core/detail/threads.hpp"
#include "suan/core/types.hpp"
#include "suan/kernels/detail/vector_loops.hpp"

namespace suan::kernels {

/// Numbers for each column, where kernels can read them: on the host the given array itself, which
/// must stay alive.
template <class T>
DeviceView<const T> on_device(const ExecutionSpace& space, const T* numbers, std::size_t columns) {
#if SUAN_HAVE_CUDA
  const auto copy = detail::allocate<T>("suan::column_numbers", columns);
  Kokkos::deep_copy(space, copy, HostView<const T>(numbers, columns));
  space.fence("suan::column_numbers");
  return copy;
#else
  static_cast<void>(space);
  return DeviceView<const T>(numbers, columns);
#endif
}

#if SUAN_HAVE_CUDA

/// result[c] = the sum of term(i, c) over i < rows, for c < columns: first of chunks of rows, with
/// neighbours side by side, then a team for each column.
template <class Sum, class Term>
void sum_columns(const char* label, const ExecutionSpace& space, std::size_t rows,
                 std::size_t columns, const Term& term, Sum* result) {
  constexpr std::int64_t chunk = 128;
  const auto n = static_cast<std::int64_t>(rows);
  const auto k = static_cast<std::int64_t>(columns);
  const std::int64_t chunks = (n + chunk - 1) / chunk;
  if (k == 0) return;
  using Partial = Kokkos::View<Sum**, Kokkos::LayoutLeft, MemorySpace>;
  const auto partial = detail::allocate_view<Partial>("suan::column_sums::partial",
                                                      static_cast<std::size_t>(chunks), columns);
  const auto sums = detail::allocate<Sum>("suan::column_sums", columns);
  Kokkos::parallel_for(
      label,
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(space, 0, chunks * k),
      KOKKOS_LAMBDA(std::int64_t at) {
        const std::int64_t first = at / k * chunk;
        const std::int64_t last = first + chunk < n ? first + chunk : n;
        const std::int64_t c = at % k;
        Sum sum{};
        for (std::int64_t i = first; i < last; ++i) sum += term(i, c);
        partial(at / k, c) = sum;
      });
  using Teams = Kokkos::TeamPolicy<ExecutionSpace>;
  Kokkos::parallel_for(
      "suan::column_sums", Teams(space, static_cast<int>(k), Kokkos::AUTO),
      KOKKOS_LAMBDA(const Teams::member_type& team) {
        const std::int64_t c = team.league_rank();
        Sum sum{};
        Kokkos::parallel_reduce(
            Kokkos::TeamThreadRange(team, chunks),
            [&](std::int64_t j, Sum& own) { own += partial(j, c); }, Kokkos::Sum<Sum>(sum));
        Kokkos::single(Kokkos::PerTeam(team), [&] { sums(c) = sum; });
      });
  Kokkos::deep_copy(space, HostView<Sum>(result, columns), sums);
  space.fence("suan::column_sums");
}

#else

/// The elements of row i.
template <class T>
T* row_of(const RowMajor<T>& x, std::int64_t i) {
  return x.data() + i * static_cast<std::int64_t>(x.stride(0));
}

/// Whether column c of x fills the lanes c, c + k, ... of a vector register, so that the whole
/// array can be treated as one vector of real numbers.
template <class T>
bool fills_lanes(const RowMajor<T>& x) {
  const std::size_t k = x.extent(1);
  return k > 0 && std::size_t(lanes) % k == 0 && x.stride(0) == k;
}

/// For rows of k elements that fill lanes: update(i, lane) for each of the elements, then
/// result[c], the sum of term(i) over column c.
template <class R, class Update, class Term>
void update_and_sum_lanes(const char* label, const ExecutionSpace& space, std::size_t rows,
                          std::size_t k, const Update& update, const Term& term, R* result) {
  const auto n = static_cast<std::int64_t>(rows * k);
  const int parts = parts_of_work(space, n);
  // A cache line between the sums of the parts, against false sharing.
  constexpr std::size_t distance = 2 * lanes;
  std::vector<R> sums(distance * static_cast<std::size_t>(parts));
  for_parts(label, space, parts, [&](int part) {
    R* const own = sums.data() + distance * static_cast<std::size_t>(part);
    for_blocks_of_part(n, part, parts, [&](std::int64_t first, std::int64_t last) {
      R lane[lanes] = {};
      std::int64_t i = first;
      for (; i + lanes <= last; i += lanes) {
#pragma GCC ivdep
        for (int j = 0; j < lanes; ++j) update(i + j, j);
      }
      for (int j = 0; i + j < last; ++j) update(i + j, j);
      for (i = first; i + lanes <= last; i += lanes) {
#pragma GCC ivdep
        for (int j = 0; j < lanes; ++j) lane[j] += term(i + j);
      }
      for (int j = 0; i + j < last; ++j) lane[j] += term(i + j);
      for (int j = 0; j < lanes; ++j) own[j] += lane[j];
    });
  });
  space.fence(label);
  std::fill_n(result, k, R(0));
  for (std::size_t at = 0; at < sums.size(); at += distance) {
    for (std::size_t j = 0; j < std::size_t(lanes); ++j) result[j % k] += sums[at + j];
  }
}

/// result[k] for k < size: the sum of what add_row(i, sums) adds to sums[k], for all i < rows. Each
/// part of the rows has its own sums, which are added in order.
template <class Sum, class AddRow>
void sum_rows(const char* label, const ExecutionSpace& space, std::size_t rows, std::size_t size,
              const AddRow& add_row, Sum* result) {
  constexpr std::int64_t some_rows = 1024;
  const int parts = detail::threads_of(space);
  const auto n = static_cast<std::int64_t>(rows);
  // With a cache line between them, which prevents false sharing.
  const std::size_t distance = size + 64 / sizeof(Sum) + 1;
  std::vector<Sum> sums(2 * distance * static_cast<std::size_t>(parts));
  Kokkos::parallel_for(
      label, Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>(space, 0, parts),
      [&](int part) {
        Sum* const own = sums.data() + 2 * distance * static_cast<std::size_t>(part);
        Sum* const some = own + distance;
        const std::int64_t end = n * (part + 1) / parts;
        for (std::int64_t first = n * part / parts; first < end; first += some_rows) {
          std::fill_n(some, size, Sum{});
          const std::int64_t last = std::min(first + some_rows, end);
          for (std::int64_t i = first; i < last; ++i) add_row(i, some);
          for (std::size_t k = 0; k < size; ++k) own[k] += some[k];
        }
      });
  space.fence(label);
  std::fill_n(result, size, Sum{});
  for (int part = 0; part < parts; ++part) {
    const Sum* const own = sums.data() + 2 * distance * static_cast<std::size_t>(part);
    for (std::size_t k = 0; k < size; ++k) result[k] += own[k];
  }
}

#endif

}  // namespace suan::kernels
