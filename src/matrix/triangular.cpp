// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/triangular.hpp"

#include "suan/core/detail/host_loop.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/vector/blas1.hpp"
#include "suan/vector/detail/overlap.hpp"

namespace suan {

namespace {

constexpr LocalIndex none = std::numeric_limits<LocalIndex>::max();

/// The first row with each defect.
struct Defects {
  LocalIndex other_side = none;
  LocalIndex diagonal = none;
};

/// Whether 1 / d is a finite number other than zero.
template <Scalar T>
KOKKOS_INLINE_FUNCTION bool invertible(const T& d) {
  return d != T(0) && is_finite(d) && is_finite(T(1) / d);
}

template <Scalar T>
Defects inspect(const kernels::CsrView<T>& a, const TriangularOptions& options) {
  Defects found;
  const bool lower = options.triangle == Triangle::lower;
  const bool unit = options.diagonal == Diagonal::unit;
  Kokkos::parallel_reduce(
      "suan::triangular_inspect",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & other_side, LocalIndex & diagonal) {
        bool usable = unit;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) {
          const LocalIndex j = a.indices(k);
          if ((lower ? j > i : j < i) && i < other_side) other_side = i;
          if (j == i) usable = !unit && invertible(a.values(k));
        }
        if (!usable && i < diagonal) diagonal = i;
      },
      Kokkos::Min<LocalIndex>(found.other_side), Kokkos::Min<LocalIndex>(found.diagonal));
  return found;
}

template <Scalar T>
std::string describe(const Csr<T>& a) {
  return message("triangular solver: the matrix of ", a.rows(), " x ", a.columns());
}

template <Scalar T>
void require_diagonal(const Csr<T>& a, const TriangularOptions& options, const Defects& found) {
  if (found.diagonal == none) return;
  const LocalIndex i = found.diagonal;
  if (options.diagonal == Diagonal::unit) {
    throw InvalidArgument(message(describe(a), " stores a diagonal entry in row ", i,
                                  ", but its diagonal was declared unit; omit such entries"));
  }
  const T value = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.diagonal())(i);
  throw InvalidArgument(message(describe(a), " has a diagonal entry in row ", i,
                                " that is missing, zero or without a finite inverse: ", value));
}

/// The first row whose columns do not increase, for an `a` that is not sorted.
template <Scalar T>
LocalIndex first_unsorted_row(const Csr<T>& a) {
  LocalIndex first = none;
  const auto view = a.view();
  Kokkos::parallel_reduce(
      "suan::triangular_unsorted",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, a.rows()),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & found) {
        for (Offset k = view.offsets(i) + 1; k < view.offsets(i + 1); ++k) {
          if (view.indices(k - 1) >= view.indices(k) && i < found) found = i;
        }
      },
      Kokkos::Min<LocalIndex>(first));
  return first;
}

template <Scalar T>
void require_triangular(const Csr<T>& a, const TriangularOptions& options) {
  if (a.rows() != a.columns()) {
    throw InvalidArgument(message(describe(a), " must be square"));
  }
  if (!a.sorted()) {
    throw InvalidArgument(message(describe(a),
                                  " must have strictly increasing columns in each row, "
                                  "but row ",
                                  first_unsorted_row(a), " does not; use sort_rows()"));
  }
  const Defects found = inspect(a.view(), options);
  if (found.other_side != none) {
    throw InvalidArgument(message(describe(a), " was declared ", to_string(options.triangle),
                                  " triangular, but row ", found.other_side,
                                  " has an entry on the other side of the diagonal"));
  }
  require_diagonal(a, options, found);
}

/// The first row whose offsets or columns differ, or `none`. Both matrices have the same size.
template <Scalar T>
LocalIndex first_difference(const kernels::CsrView<T>& a, const kernels::CsrView<T>& b) {
  LocalIndex first = none;
  Kokkos::parallel_reduce(
      "suan::triangular_compare",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & found) {
        bool same = a.offsets(i) == b.offsets(i) && a.offsets(i + 1) == b.offsets(i + 1);
        for (Offset k = a.offsets(i); same && k < a.offsets(i + 1); ++k) {
          same = a.indices(k) == b.indices(k);
        }
        if (!same && i < found) found = i;
      },
      Kokkos::Min<LocalIndex>(first));
  return first;
}

}  // namespace

template <Scalar T>
TriangularSolver<T>::TriangularSolver(const Csr<T>& a, const TriangularOptions& options)
    : Operator<T>(a.row_layout(), a.column_layout()), options_(options), a_(a.view()) {
  require_triangular(a, options);
  plan_ = with_typed_errors([&] {
    return kernels::TrsvPlan<T>(ExecutionSpace(), a_, options.triangle, options.diagonal,
                                options.schedule);
  });
}

template <Scalar T>
void TriangularSolver<T>::update(const Csr<T>& a) try {
  if (a.rows() != a_.rows || a.columns() != a_.columns || a.entries() != a_.entries()) {
    throw InvalidArgument(message(describe(a), " with ", a.entries(),
                                  " entries cannot take the place of the one of ", a_.rows, " x ",
                                  a_.columns, " with ", a_.entries(), " entries"));
  }
  const bool same_arrays =
      a.view().offsets.data() == a_.offsets.data() && a.view().indices.data() == a_.indices.data();
  const LocalIndex row = same_arrays ? none : first_difference(a.view(), a_);
  if (row != none) {
    throw InvalidArgument(message(describe(a), " has other columns in row ", row,
                                  " than the one that was set up; make a new solver"));
  }
  require_diagonal(a, options_, inspect(a.view(), options_));
  a_.values = a.view().values;
  plan_.set_values(a_.values);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
void TriangularSolver<T>::solve(const Vector<T>& b, Vector<T>& x) const try {
  require_same_layout("triangular solve", "the matrix", this->row_layout(), "b", b.layout());
  require_same_layout("triangular solve", "the matrix", this->row_layout(), "x", x.layout());
  const auto size = static_cast<std::size_t>(a_.rows);
  if (b.view().data() != x.view().data() &&
      detail::ranges_meet<T>(b.view().data(), size, x.view().data(), size)) {
    throw InvalidArgument(
        "triangular solve: b and x overlap in memory without being the same vector; use another "
        "one for x");
  }
  const detail::InTurn turn;
  plan_.solve(ExecutionSpace(), b.view(), x.view());
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
void TriangularSolver<T>::solve(const MultiVector<T>& b, MultiVector<T>& x) const try {
  require_same_layout("triangular solve", "the matrix", this->row_layout(), "B", b.layout());
  require_same_layout("triangular solve", "the matrix", this->row_layout(), "X", x.layout());
  require_same_columns("triangular solve", "B", b.columns(), "X", x.columns());
  if (a_.rows == 0 || x.columns() == 0) return;
  const RowMajor<const T> given = b.view();
  const RowMajor<T> result = x.view();
  const bool same =
      given.data() == result.data() && (given.stride(0) == result.stride(0) || a_.rows == 1);
  if (!same && detail::share_elements<T>(given, result)) {
    throw InvalidArgument(
        "triangular solve: B and X overlap in memory without being the same array; use another one "
        "for X");
  }
  const detail::InTurn turn;
  plan_.solve(ExecutionSpace(), given, result);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
std::int64_t TriangularSolver<T>::bytes_per_apply() const {
  const auto value = static_cast<std::int64_t>(sizeof(T));
  return a_.entries() * (value + std::int64_t{sizeof(LocalIndex)}) +
         a_.rows * (std::int64_t{sizeof(Offset)} + 2 * value);
}

template <Scalar T>
void TriangularSolver<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  const ExecutionSpace space;
  if (beta == T(0)) {
    plan_.solve(space, x.view(), y.view());
    if (alpha != T(1)) kernels::scale<T>(space, alpha, y.view());
    return;
  }
  Vector<T> solution(y.layout());
  plan_.solve(space, x.view(), solution.view());
  kernels::axpby<T>(space, alpha, std::as_const(solution).view(), beta, y.view());
}

template <Scalar T>
void TriangularSolver<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta,
                                         MultiVector<T>& y) const {
  const ExecutionSpace space;
  if (beta == T(0)) {
    solve(x, y);
    if (alpha != T(1)) kernels::axpby<T>(space, alpha, std::as_const(y).view(), T(0), y.view());
    return;
  }
  MultiVector<T> solution(y.layout(), y.columns());
  solve(x, solution);
  kernels::axpby<T>(space, alpha, std::as_const(solution).view(), beta, y.view());
}

#define SUAN_INSTANTIATE(T) template class TriangularSolver<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
