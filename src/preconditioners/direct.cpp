// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/direct.hpp"

#include <type_traits>

#include "preconditioners/direct_factors.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/matrix/probe.hpp"

namespace suan {

namespace {

template <Scalar T>
LocalIndex vectors_in(const Vector<T>&) {
  return 1;
}
template <Scalar T>
LocalIndex vectors_in(const MultiVector<T>& x) {
  return x.columns();
}

/// Whether one triangle of A is all of it. @throws InvalidArgument, on all ranks, where that was
/// asked for and it is not.
template <Scalar T>
bool takes_one_triangle(const DistributedMatrix<T>& a, const std::string& symmetry) {
  if (symmetry == "general") return false;
  bool is_symmetric = detail::is_exactly_symmetric(a);
  // Symmetric to the rounding of double precision is enough. (In single precision probe() would let
  // too much pass, and in complex numbers it tells Hermitian matrices.)
  if constexpr (std::is_same_v<T, double>) is_symmetric = is_symmetric || probe(a).hermitian;
  if (!is_symmetric && symmetry == "symmetric") {
    throw InvalidArgument(message(
        "direct: symmetry is symmetric, but A is not: there are entries that differ from their "
        "mirror images",
        is_complex<T> ? " (A^T = A is needed, without conjugates)" : "", "; use symmetry auto"));
  }
  return is_symmetric;
}

}  // namespace

const OptionTable<DirectOptions>& DirectOptions::table() {
  static const auto table =
      OptionTable<DirectOptions>()
          .choice("ordering", &DirectOptions::ordering,
                  {"auto", "amd", "amf", "qamd", "pord", "metis", "scotch"},
                  "The order of elimination, for little fill-in; auto is amd for "
                  "rows of few entries, else the choice of MUMPS.")
          .choice("symmetry", &DirectOptions::symmetry, {"auto", "general", "symmetric"},
                  "Factors L U of general matrices or L D L^T of symmetric ones, which take half; "
                  "auto examines the matrix.")
          .choice(
              "singular", &DirectOptions::singular, {"refuse", "one_solution"},
              "Whether a singular matrix is refused, or one of its solutions is computed, which "
              "needs a consistent right-hand side.")
          .value("scaling", &DirectOptions::scaling,
                 "Whether rows and columns are scaled before the elimination.")
          .number("pivot_threshold", &DirectOptions::pivot_threshold, 0, 1,
                  "Pivots below this share of the largest entry of their column are put off: "
                  "larger values are safer and make larger factors.")
          .number("memory", &DirectOptions::memory, 0, 1e18,
                  "Bytes that the ranks of a node may use for the factors; 0: what is free. More "
                  "by forecast is refused.");
  return table;
}

template <Scalar T>
Direct<T>::Direct(const Operator<T>& a, const DirectOptions& options)
    : Preconditioner<T>(a.row_layout(), a.column_layout()), options_(options) {
  require_agreement(a.comm(), "Direct", DirectOptions::table().write(options));
  DirectOptions::table().check(options);
  do_update(a);
}

template <Scalar T>
Direct<T>::Direct(Direct&&) noexcept = default;
template <Scalar T>
Direct<T>& Direct<T>::operator=(Direct&&) noexcept = default;
template <Scalar T>
Direct<T>::~Direct() = default;

template <Scalar T>
std::string Direct<T>::do_update(const Operator<T>& a) {
  const DistributedMatrix<T> matrix = detail::require_matrix("direct", a);
  if (matrix.global_rows() == 0) return "there is nothing to factorise";
  const bool is_symmetric = takes_one_triangle(matrix, options_.symmetry);
  const auto entries = [&] {
    return detail::direct_entries(matrix, is_symmetric, options_.singular == "refuse");
  };
  auto next = entries();
  const auto& comm = a.comm();
  if (factors_ != nullptr && comm.min(factors_->entries().has_places_of(next) ? 1 : 0) == 1) {
    try {
      factors_->refactorise(std::move(next));
      take_report();
      return "the analysis was kept, the factors were computed anew";
    } catch (const InvalidArgument&) {
      // On one rank the analysis looks at values: what is singular with that of the old ones need
      // not be so with its own.
      if (comm.size() > 1) throw;
      next = entries();
    }
  }
  factors_ =
      std::make_unique<detail::DirectFactors<T>>(matrix.row_layout(), options_, std::move(next));
  is_symmetric_ = is_symmetric;
  take_report();
  return "the analysis and the factors were made anew";
}

template <Scalar T>
void Direct<T>::take_report() {
  const auto& facts = factors_->facts();
  report_ = {};
  report_.library = facts.library;
  report_.factors = is_symmetric_ ? "L D L^T" : "L U";
  report_.ordering = facts.ordering;
  report_.rows = this->row_layout().global_size();
  report_.entries = this->comm().sum(static_cast<std::int64_t>(factors_->entries().values.size()));
  report_.factor_entries = facts.factor_entries;
  report_.delayed_pivots = facts.delayed_pivots;
  report_.null_pivots = facts.null_pivots;
  report_.flops = facts.flops;
  report_.forecast_bytes = static_cast<std::int64_t>(facts.forecast_bytes);
  report_.bytes = static_cast<std::int64_t>(facts.bytes);
  report_.ranks = this->comm().size();
  report_.analysis_seconds = facts.analysis_seconds;
  report_.factorisation_seconds = facts.factorisation_seconds;
  if (facts.null_pivots > 0) {
    report_.notes.push_back(
        message(facts.null_pivots,
                " rows depend on others: A is singular to rounding, and a solve "
                "gives one solution if there is any"));
  }
}

// A solve reads L and U, or L twice; x is read and y written.
template <Scalar T>
std::int64_t Direct<T>::bytes_per_apply() const {
  const std::int64_t factors = (is_symmetric_ ? 2 : 1) * report_.factor_entries;
  return static_cast<std::int64_t>(sizeof(T)) * (factors + 2 * this->row_layout().global_size());
}

template <Scalar T>
template <class V>
void Direct<T>::apply_any(T alpha, const V& x, T beta, V& y) const {
  if (factors_ == nullptr || vectors_in(x) == 0) return;
  const Timer timer;
  std::vector<T> host;
  V result;
  together(this->comm(), [&] {
    host = x.to_host();
    result = detail::like(y);
  });
  const auto rows = static_cast<std::size_t>(x.local_size());
  const auto columns = static_cast<std::size_t>(vectors_in(x));
  // One vector after the other instead of row by row.
  const auto place = factors_->room(vectors_in(x));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) place[j * rows + i] = host[i * columns + j];
  }
  factors_->solve(vectors_in(x));
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) host[i * columns + j] = place[j * rows + i];
  }
  using Host = Kokkos::View<const T**, Kokkos::LayoutRight, Kokkos::HostSpace,
                            Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
  Kokkos::deep_copy(detail::rows_of(result), Host(host.data(), rows, columns));
  detail::add(alpha, std::as_const(result), beta, y);
  report_.solve_seconds = timer.seconds();
}

template <Scalar T>
void Direct<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  apply_any(alpha, x, beta, y);
}

template <Scalar T>
void Direct<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const {
  apply_any(alpha, x, beta, y);
}

template <Scalar T>
Inertia Direct<T>::inertia() const {
  if (is_complex<T> || (factors_ != nullptr && !is_symmetric_)) {
    throw InvalidArgument(
        "direct: the inertia is known of real symmetric matrices only; a Hermitian complex matrix "
        "has that of the real one of its parts, [Re A, -Im A; Im A, Re A], each eigenvalue twice");
  }
  if (factors_ == nullptr) return {};
  const auto& facts = factors_->facts();
  const GlobalIndex rows = this->row_layout().global_size();
  return {rows - facts.negative_pivots - facts.null_pivots, facts.negative_pivots,
          facts.null_pivots};
}

template <Scalar T>
Determinant Direct<T>::determinant() const {
  return factors_ == nullptr ? Determinant{0.5, 1} : factors_->facts().determinant;
}

template <Scalar T>
DirectErrors Direct<T>::errors(const Vector<T>& b, Vector<T>& x) const {
  require_same_layout("Direct::errors", "b", b.layout(), "the rows of A", this->row_layout());
  require_same_layout("Direct::errors", "x", x.layout(), "the columns of A", this->column_layout());
  if (factors_ == nullptr) return {};
  std::vector<T> host;
  together(this->comm(), [&] { host = b.to_host(); });
  const auto place = factors_->room(1);
  std::copy(host.begin(), host.end(), place.begin());
  const auto found = factors_->solve_and_estimate();
  together(this->comm(), [&] { x.assign(std::span<const T>(place)); });
  return found;
}

#define SUAN_INSTANTIATE(T) template class Direct<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
