// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/algebra/rearrange.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "matrix/pattern.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/transform.hpp"

namespace suan {

using detail::described;
using detail::to_csr;

namespace {

DeviceView<const LocalIndex> to_device(std::span<const LocalIndex> host) {
  const auto device = detail::allocate<LocalIndex>("suan::select::numbers", host.size());
  Kokkos::deep_copy(device, HostView<const LocalIndex>(host.data(), host.size()));
  return device;
}

template <Scalar T>
void require_within(const char* what, const char* kind, const Csr<T>& a,
                    std::span<const LocalIndex> numbers, LocalIndex limit) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] >= 0 && numbers[i] < limit) continue;
    throw InvalidArgument(message(what, ": number ", i, " of the ", kind, " is ", numbers[i],
                                  ", outside [0, ", limit, ") of ", described("A", a.view())));
  }
}

/// The new number of each column of A, or -1.
template <Scalar T>
std::vector<LocalIndex> numbers_of_columns(const char* what, const Csr<T>& a,
                                           std::span<const LocalIndex> columns) {
  require_within(what, "columns", a, columns, a.columns());
  std::vector<LocalIndex> result(static_cast<std::size_t>(a.columns()), -1);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    auto& number = result[static_cast<std::size_t>(columns[j])];
    if (number >= 0) {
      throw InvalidArgument(message(what, ": column ", columns[j], " of ", described("A", a.view()),
                                    " is named twice, as number ", number, " and ", j));
    }
    number = static_cast<LocalIndex>(j);
  }
  return result;
}

template <Scalar T>
Csr<T> select_checked(const char* what, const Csr<T>& a, std::span<const LocalIndex> rows,
                      std::span<const LocalIndex> columns) {
  const auto numbers = numbers_of_columns(what, a, columns);
  const ExecutionSpace space;
  const auto selected = kernels::select(space, a.view(), to_device(rows), to_device(numbers),
                                        static_cast<LocalIndex>(columns.size()));
  const bool in_order = a.sorted() && std::is_sorted(columns.begin(), columns.end());
  return to_csr(in_order ? selected : kernels::sort_rows(space, selected));
}

std::vector<LocalIndex> range(LocalIndex first, LocalIndex last) {
  std::vector<LocalIndex> result(static_cast<std::size_t>(last - first));
  std::iota(result.begin(), result.end(), first);
  return result;
}

template <Scalar T>
void require_permutation(const char* kind, const Csr<T>& a, std::span<const LocalIndex> numbers,
                         LocalIndex size) {
  if (numbers.size() != static_cast<std::size_t>(size)) {
    throw DimensionMismatch(message("permute: there are ", numbers.size(), " numbers of ", kind,
                                    ", but ", described("A", a.view()), " has ", size));
  }
  require_within("permute", kind, a, numbers, size);
  std::vector<bool> seen(static_cast<std::size_t>(size), false);
  for (const LocalIndex k : numbers) {
    if (seen[static_cast<std::size_t>(k)]) {
      throw InvalidArgument(message("permute: number ", k, " of the ", kind, " of ",
                                    described("A", a.view()), " is named twice"));
    }
    seen[static_cast<std::size_t>(k)] = true;
  }
}

template <Scalar T>
void require_factors(const char* side, const Vector<T>& factors, const Csr<T>& a, LocalIndex size) {
  if (factors.layout() != Layout::serial(size)) {
    throw DimensionMismatch(message("scale: the factors on the ", side, " have ",
                                    factors.global_size(), " elements, but ",
                                    described("A", a.view()), " needs ", size, " on one rank"));
  }
}

}  // namespace

template <Scalar T>
Csr<T> sort_rows(const Csr<T>& a) try {
  return a.sorted() ? a : to_csr(kernels::sort_rows(ExecutionSpace(), a.view()));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> select(const Csr<T>& a, std::span<const LocalIndex> rows,
              std::span<const LocalIndex> columns) try {
  constexpr std::size_t most = std::numeric_limits<LocalIndex>::max();
  if (rows.size() > most) {
    throw NotSupported(
        message("select: ", rows.size(), " rows; a matrix of one rank has at most ", most));
  }
  require_within("select", "rows", a, rows, a.rows());
  return select_checked("select", a, rows, columns);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> submatrix(const Csr<T>& a, LocalIndex first_row, LocalIndex last_row,
                 LocalIndex first_column, LocalIndex last_column) try {
  const auto outside = [](LocalIndex first, LocalIndex last, LocalIndex size) {
    return first < 0 || first > last || last > size;
  };
  if (outside(first_row, last_row, a.rows()) || outside(first_column, last_column, a.columns())) {
    throw InvalidArgument(message("submatrix: rows [", first_row, ", ", last_row, ") and columns [",
                                  first_column, ", ", last_column, ") are not within ",
                                  described("A", a.view())));
  }
  return select_checked<T>("submatrix", a, range(first_row, last_row),
                           range(first_column, last_column));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> permute(const Csr<T>& a, std::span<const LocalIndex> rows,
               std::span<const LocalIndex> columns) try {
  require_permutation("rows", a, rows, a.rows());
  require_permutation("columns", a, columns, a.columns());
  return select_checked("permute", a, rows, columns);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> permute(const Csr<T>& a, std::span<const LocalIndex> order) try {
  if (a.rows() != a.columns()) {
    throw InvalidArgument(message("permute: ", described("A", a.view()),
                                  " is not square, so give orders of rows and of columns"));
  }
  return permute(a, order, order);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> scale(const Vector<T>& left, const Csr<T>& a, const Vector<T>& right) try {
  require_factors("left", left, a, a.rows());
  require_factors("right", right, a, a.columns());
  return to_csr(kernels::scale<T>(ExecutionSpace(), left.view(), a.view(), right.view()));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> scale_rows(const Vector<T>& left, const Csr<T>& a) try {
  require_factors("left", left, a, a.rows());
  return to_csr(kernels::scale<T>(ExecutionSpace(), left.view(), a.view(), {}));
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Csr<T> scale_columns(const Csr<T>& a, const Vector<T>& right) try {
  require_factors("right", right, a, a.columns());
  return to_csr(kernels::scale<T>(ExecutionSpace(), {}, a.view(), right.view()));
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template Csr<T> sort_rows(const Csr<T>&);                                                        \
  template Csr<T> select(const Csr<T>&, std::span<const LocalIndex>, std::span<const LocalIndex>); \
  template Csr<T> submatrix(const Csr<T>&, LocalIndex, LocalIndex, LocalIndex, LocalIndex);        \
  template Csr<T> permute(const Csr<T>&, std::span<const LocalIndex>,                              \
                          std::span<const LocalIndex>);                                            \
  template Csr<T> permute(const Csr<T>&, std::span<const LocalIndex>);                             \
  template Csr<T> scale(const Vector<T>&, const Csr<T>&, const Vector<T>&);                        \
  template Csr<T> scale_rows(const Vector<T>&, const Csr<T>&);                                     \
  template Csr<T> scale_columns(const Csr<T>&, const Vector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
