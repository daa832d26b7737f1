// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/sparse_coarsest.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "multigrid/rows_view.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/matrix/ordering.hpp"

namespace suan::multigrid {

/// All rows in host memory.
template <Scalar W>
struct WholeMatrix {
  LocalIndex rows = 0;
  std::vector<Offset> offsets;
  std::vector<LocalIndex> columns;
  std::vector<W> values;

  Csr<W> csr() const {
    return Csr<W>::from_host(rows, rows, std::span<const Offset>(offsets),
                             std::span<const LocalIndex>(columns), std::span<const W>(values));
  }
};

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

template <Scalar W, Scalar T>
WholeMatrix<W> on_this_rank(const FetchedRows<T>& fetched) {
  WholeMatrix<W> whole;
  whole.offsets = suan::detail::on_host<Offset>(fetched.offsets);
  whole.rows = static_cast<LocalIndex>(whole.offsets.size()) - 1;
  for (const GlobalIndex j : suan::detail::on_host<GlobalIndex>(fetched.columns)) {
    whole.columns.push_back(static_cast<LocalIndex>(j));
  }
  const auto values = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), fetched.values);
  for (std::size_t k = 0; k < values.extent(0); ++k) whole.values.push_back(W(values(k)));
  return whole;
}

using Structure = std::vector<std::vector<LocalIndex>>;  // of each row

/// The columns below the diagonal in each row of the factor L of A + A^T, in the new order: those
/// from which a path in the elimination tree leads to the row. Empty if they are more than `most`.
template <Scalar W>
Structure factor_rows(const WholeMatrix<W>& a, const std::vector<LocalIndex>& position,
                      Offset most) {
  const auto n = static_cast<std::size_t>(a.rows);
  Structure below(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto begin = static_cast<std::size_t>(a.offsets[i]);
    const auto end = static_cast<std::size_t>(a.offsets[i + 1]);
    for (std::size_t e = begin; e < end; ++e) {
      const LocalIndex p = position[i];
      const LocalIndex q = position[static_cast<std::size_t>(a.columns[e])];
      if (p != q) below[static_cast<std::size_t>(std::max(p, q))].push_back(std::min(p, q));
    }
  }
  std::vector<LocalIndex> parent(n, -1);
  std::vector<LocalIndex> seen(n, -1);
  Structure rows(n);
  Offset count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<LocalIndex>(i);
    seen[i] = row;
    for (LocalIndex j : below[i]) {
      while (seen[static_cast<std::size_t>(j)] != row) {
        const auto at = static_cast<std::size_t>(j);
        seen[at] = row;
        rows[i].push_back(j);
        if (parent[at] < 0) parent[at] = row;
        j = parent[at];
      }
    }
    std::sort(rows[i].begin(), rows[i].end());
    count += static_cast<Offset>(rows[i].size());
    if (2 * count + a.rows > most) return {};
  }
  return rows;
}

/// A in the new order with the structure of both factors, zeros where it has no entry.
template <Scalar W>
WholeMatrix<W> filled(const WholeMatrix<W>& a, const Permutation& order, const Structure& lower) {
  const auto n = static_cast<std::size_t>(a.rows);
  WholeMatrix<W> result;
  result.rows = a.rows;
  result.offsets.assign(n + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    result.offsets[i + 1] += static_cast<Offset>(lower[i].size()) + 1;
    for (const LocalIndex j : lower[i]) ++result.offsets[static_cast<std::size_t>(j) + 1];
  }
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  result.columns.resize(static_cast<std::size_t>(result.offsets[n]));
  result.values.assign(result.columns.size(), W(0));
  auto next = result.offsets;
  const auto add = [&](std::size_t row, std::size_t column) {
    result.columns[static_cast<std::size_t>(next[row]++)] = static_cast<LocalIndex>(column);
  };
  // Row by row, so that what the rows above get comes in order.
  for (std::size_t i = 0; i < n; ++i) {
    for (const LocalIndex j : lower[i]) add(i, static_cast<std::size_t>(j));
    add(i, i);
    for (const LocalIndex j : lower[i]) add(static_cast<std::size_t>(j), i);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const auto old = static_cast<std::size_t>(order.order[i]);
    const auto begin = result.columns.begin() + result.offsets[i];
    const auto end = result.columns.begin() + result.offsets[i + 1];
    for (Offset e = a.offsets[old]; e < a.offsets[old + 1]; ++e) {
      const auto k = static_cast<std::size_t>(e);
      const LocalIndex column = order.position[static_cast<std::size_t>(a.columns[k])];
      const auto place = std::lower_bound(begin, end, column) - result.columns.begin();
      result.values[static_cast<std::size_t>(place)] = a.values[k];
    }
  }
  return result;
}

template <Scalar W>
Permutation little_fill(const WholeMatrix<W>& a) {
  const auto all = available_orderings();
  const bool has_amd = std::find(all.begin(), all.end(), Ordering::amd) != all.end();
  return compute_ordering(a.csr(), has_amd ? Ordering::amd : Ordering::rcm);
}

/// Of owned rows, then those of lower and of higher ranks, as an exchange with all of them has
/// them.
DeviceView<const LocalIndex> positions_of(const IndexMap& map, const Permutation& order) {
  std::vector<LocalIndex> positions;
  for (LocalIndex i = 0; i < map.size(); ++i) {
    positions.push_back(order.position[static_cast<std::size_t>(map.global(i))]);
  }
  return suan::detail::on_device<LocalIndex>("suan::multigrid::positions", positions);
}

/// to(positions(i)) = from(i)
template <class From, class To>
void scatter(const DeviceView<const LocalIndex>& positions, const From& from, const To& to) {
  using W = typename To::non_const_value_type;
  Kokkos::parallel_for(
      "suan::multigrid_scatter", Range(0, static_cast<LocalIndex>(from.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        for (std::size_t c = 0; c < from.extent(1); ++c) to(positions(i), c) = W(from(i, c));
      });
}

KOKKOS_INLINE_FUNCTION void narrow(const double& from, double& to) { to = from; }
KOKKOS_INLINE_FUNCTION void narrow(const double& from, float& to) { to = static_cast<float>(from); }
KOKKOS_INLINE_FUNCTION void narrow(const Complex& from, Complex& to) { to = from; }
KOKKOS_INLINE_FUNCTION void narrow(const Complex& from, ComplexFloat& to) {
  to = ComplexFloat(static_cast<float>(from.real()), static_cast<float>(from.imag()));
}

/// to(i) = from(positions(i)), for the rows of `to`.
template <class From, class To>
void gather(const DeviceView<const LocalIndex>& positions, const From& from, const To& to) {
  Kokkos::parallel_for(
      "suan::multigrid_gather", Range(0, static_cast<LocalIndex>(to.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i) {
        for (std::size_t c = 0; c < to.extent(1); ++c) narrow(from(positions(i), c), to(i, c));
      });
}

}  // namespace

template <Scalar T>
SparseCoarsest<T>::SparseCoarsest(const DistributedMatrix<T>& a, bool hermitian)
    : hermitian_(hermitian) {
  if (a.global_rows() > most_rows) {
    throw NotFactorised(message("it has more than ", most_rows, " rows"));
  }
  std::vector<GlobalIndex> numbers(static_cast<std::size_t>(a.global_rows()));
  std::iota(numbers.begin(), numbers.end(), GlobalIndex{0});
  exchange_ = Exchange(IndexMap::make(a.row_layout(), numbers));
  const auto fetched = fetch_rows(a, std::span<const GlobalIndex>(numbers));
  Outcome outcome = Outcome::factorised;
  together(a.comm(), [&] { outcome = factorise(on_this_rank<Wide>(fetched)); });
  // That of all ranks, which do the same.
  require_factors(static_cast<Outcome>(a.comm().max(static_cast<std::int64_t>(outcome))));
  make_room(1);
}

template <Scalar T>
typename SparseCoarsest<T>::Outcome SparseCoarsest<T>::factorise(const WholeMatrix<Wide>& whole) {
  const auto order = little_fill(whole);
  const auto lower = factor_rows(whole, order.position, most_entries);
  if (lower.empty()) return Outcome::too_large;
  positions_ = positions_of(*exchange_.map(), order);
  // What rounding in T leaves of a singular matrix.
  const double least = 10 * static_cast<double>(std::numeric_limits<Real<T>>::epsilon()) *
                       std::sqrt(static_cast<double>(whole.rows));
  try {
    factors_ = suan::detail::factorise<Wide>(
        filled(whole, order, lower).csr(), 0,
        hermitian_ ? suan::detail::Pivots::positive : suan::detail::Pivots::any, {}, nullptr,
        least);
  } catch (const suan::detail::UnusablePivot& error) {  // of a row by its number in another order
    const bool is_negative = hermitian_ && error.share() < -std::sqrt(least);
    return is_negative ? Outcome::indefinite : Outcome::singular;
  }
  return Outcome::factorised;
}

template <Scalar T>
void SparseCoarsest<T>::require_factors(Outcome outcome) {
  if (outcome == Outcome::too_large) {
    throw NotFactorised(message("its factors would have more than ", most_entries, " entries"));
  }
  if (outcome == Outcome::singular) {
    throw NotFactorised("it is singular, or needs other pivots than its diagonal");
  }
  if (outcome == Outcome::indefinite) {
    throw InvalidArgument(
        "amg: the coarsest level has a negative pivot, so the matrix is indefinite; multigrid of "
        "this kind is for positive definite ones: use another preconditioner");
  }
}

/// Collective, unless the room is there: memory may run out on one rank alone.
template <Scalar T>
void SparseCoarsest<T>::make_room(std::size_t columns) const {
  if (all_.extent(1) == columns) return;
  const auto size = static_cast<std::size_t>(exchange_.map()->size());
  all_ = {};
  solution_ = {};
  RowMajor<T> all;
  together(exchange_.map()->comm(), [&] {
    all = RowMajor<T>("suan::multigrid::coarsest", size, columns);
    solution_ = RowMajor<Wide>("suan::multigrid::coarsest", size, columns);
  });
  all_ = all;  // which says that both are there
}

template <Scalar T>
void SparseCoarsest<T>::solve_rows(const RowMajor<const T>& b, const RowMajor<T>& x) const {
  make_room(b.extent(1));
  Kokkos::deep_copy(RowMajor<T>(all_.data(), b.extent(0), b.extent(1)), b);
  refresh(exchange_, all_);
  scatter(positions_, all_, solution_);
  factors_.solve(solution_);
  gather(positions_, solution_, x);
}

template <Scalar T>
void SparseCoarsest<T>::solve(const Vector<T>& b, Vector<T>& x) const {
  solve_rows(suan::detail::rows_of(b), suan::detail::rows_of(x));
}

template <Scalar T>
void SparseCoarsest<T>::solve(const MultiVector<T>& b, MultiVector<T>& x) const {
  if (b.columns() > 0) solve_rows(suan::detail::rows_of(b), suan::detail::rows_of(x));
}

template <Scalar T>
std::int64_t SparseCoarsest<T>::bytes() const {
  const auto rows = static_cast<std::int64_t>(factors_.lower.rows);
  const auto entries = factors_.lower.entries() + factors_.upper.entries();
  return entries * static_cast<std::int64_t>(sizeof(Wide) + 4) +
         rows * static_cast<std::int64_t>(16 + 8 * sizeof(Wide));
}

template <Scalar T>
std::string SparseCoarsest<T>::described() const {
  return hermitian_ ? "sparse ldl" : "sparse lu";
}

#define SUAN_INSTANTIATE(T) template class SparseCoarsest<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
