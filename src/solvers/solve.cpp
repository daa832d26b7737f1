// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/solve.hpp"

#include <cmath>

#include "suan/matrix/optimize.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// Smallest and largest real part, and numbers of zeros and of entries that are not real.
struct DiagonalFacts {
  double smallest = 0;
  double largest = 0;
  std::int64_t zeros = 0;
  std::int64_t not_real = 0;
};

template <Scalar T>
DiagonalFacts look_at(const DeviceView<T>& d) {
  DiagonalFacts facts;
  Kokkos::parallel_reduce(
      "suan::probe_diagonal",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(d.extent(0))),
      KOKKOS_LAMBDA(std::int64_t i, double& smallest, double& largest, std::int64_t& zeros,
                    std::int64_t& not_real) {
        const double value = real_part(d(i));
        if (value < smallest) smallest = value;
        if (value > largest) largest = value;
        if (d(i) == T(0) || !is_finite(d(i))) ++zeros;
        if constexpr (is_complex<T>) {
          if (d(i).imag() != 0) ++not_real;
        }
      },
      Kokkos::Min<double>(facts.smallest), Kokkos::Max<double>(facts.largest), facts.zeros,
      facts.not_real);
  return facts;
}

template <Scalar T>
bool looks_hermitian(const Operator<T>& a) {
  const auto u = random_vector<T>(a.column_layout(), 1);
  const auto v = random_vector<T>(a.column_layout(), 2);
  Vector<T> au(a.row_layout());
  Vector<T> av(a.row_layout());
  a.apply(u, au);
  a.apply(v, av);
  const T difference = dot(v, au) - conjugate(dot(u, av));
  const double scale = double(norm2(v)) * norm2(au) + double(norm2(u)) * norm2(av);
  constexpr double eps = std::numeric_limits<Real<T>>::epsilon();
  return std::sqrt(static_cast<double>(abs_squared(difference))) <= 64 * eps * scale;
}

/// Fills what "auto" left open; returns why.
std::string choose(const MatrixTraits& traits, SolveOptions& options) {
  std::string why;
  const auto because = [&](const std::string& text) { why += (why.empty() ? "" : "; ") + text; };
  const bool definite_hint = !traits.has_entries || traits.diagonal_positive;
  if (options.solver == "auto") {
    if (traits.hermitian && definite_hint) {
      options.solver = "cg";
      because(traits.has_entries ? "A is Hermitian with a positive diagonal: cg"
                                 : "A is Hermitian: cg");
    } else {
      options.solver = "gmres";
      because(traits.hermitian ? "A is Hermitian but its diagonal is not positive: gmres"
                               : "A is not Hermitian: gmres");
    }
  }
  if (options.preconditioner == "auto") {
    if (!traits.has_entries) {
      options.preconditioner = "none";
      because("A has no entries to look at: none");
    } else if (!traits.diagonal_nonzero || (options.solver == "cg" && !traits.diagonal_positive)) {
      options.preconditioner = "none";
      because("its diagonal cannot be divided by: none");
    } else if (!traits.diagonal_varies) {
      options.preconditioner = "none";
      because("its diagonal is constant, so scaling by it would change nothing: none");
    } else {
      options.preconditioner = "jacobi";
      because("its diagonal varies: jacobi");
    }
  }
  return why;
}

/// The matrix in the format that was asked for, or null: A stays as it is. What "auto" does must
/// not depend on the clock, and the memory beside A's own stays small: bytes decide.
template <Scalar T>
std::unique_ptr<const Operator<T>> in_format(const Operator<T>& a, const std::string& format,
                                             std::string& why) {
  using Matrix = DistributedMatrix<T>;
  const auto* distributed = dynamic_cast<const Matrix*>(&a);
  const auto* csr = dynamic_cast<const Csr<T>*>(&a);
  if (distributed == nullptr && csr == nullptr) {
    if (format == "auto") return nullptr;
    throw NotSupported(message("the format ", format, " was asked for, but the operator ", a.name(),
                               " is not a matrix with entries; choose auto"));
  }
  // An optimised matrix, or one on a vendor's path, was made so on purpose.
  if (a.name() == format) return nullptr;
  if (format == "auto" && (a.name() != "csr" || a.path() != "native")) return nullptr;
  const Matrix matrix = distributed != nullptr ? *distributed : Matrix(*csr);
  constexpr double memory_beside = 0.4;
  FormatChoice choice;
  try {
    auto result = std::make_unique<const Matrix>(
        optimize(matrix, {.format = format, .measure = false, .memory = memory_beside}, &choice));
    if (format != "auto") return result;
    if (result->name() == "csr") return nullptr;
    why += message(why.empty() ? "" : "; ", "products move ", 100 * choice.bytes / choice.csr_bytes,
                   " % of csr's bytes and lose nothing: ", result->name());
    return result;
  } catch (const Error& error) {
    // The copy is a convenience; without memory for it the solve goes on as it can.
    const bool matters =
        error.kind() != ErrorKind::out_of_memory && error.kind() != ErrorKind::not_supported;
    if (format != "auto" || matters) throw;
    return nullptr;
  }
}

/// The report of a solve in two legs.
SolveReport joined(const SolveReport& first, SolveReport second) {
  second.choice = first.choice + "; cg found A indefinite after " +
                  std::to_string(first.iterations) + " iterations: gmres went on";
  second.iterations += first.iterations;
  second.bytes_moved += first.bytes_moved;
  second.solve_seconds += first.solve_seconds;
  second.joules = first.joules < 0 || second.joules < 0 ? -1 : first.joules + second.joules;
  second.initial_residual_norm = first.initial_residual_norm;
  auto history = first.history;
  if (!second.history.empty()) {
    history.insert(history.end(), second.history.begin() + 1, second.history.end());
  }
  second.history = std::move(history);
  return second;
}

}  // namespace

template <Scalar T>
MatrixTraits probe(const Operator<T>& a) {
  require_same_layout("probe", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
  MatrixTraits traits;
  traits.hermitian = looks_hermitian(a);
  const Csr<T>* local = a.local_matrix();
  traits.has_entries = local != nullptr;
  if (!traits.has_entries) return traits;
  const auto mine = look_at(local->diagonal());
  const auto& comm = a.comm();
  const double smallest = comm.min(mine.smallest);
  const double largest = comm.max(mine.largest);
  const auto zeros = comm.sum(mine.zeros);
  const auto not_real = comm.sum(mine.not_real);
  traits.diagonal_nonzero = zeros == 0;
  traits.diagonal_positive = zeros == 0 && not_real == 0 && smallest > 0;
  traits.diagonal_varies = smallest != largest || not_real != 0;
  return traits;
}

template <Scalar T>
SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x,
                  const SolveOptions& options, std::shared_ptr<EventLogger> logger) {
  SolveOptions::table().check(options);
  // The solver checks all layouts; these two come first because probe() works on A alone.
  if (a.row_layout().global_size() != a.column_layout().global_size()) {
    throw InvalidArgument(message("solve: the matrix has ", a.row_layout().global_size(),
                                  " rows and ", a.column_layout().global_size(),
                                  " columns, but must be square"));
  }
  require_same_layout("solve", "the right-hand side b", b.layout(), "the matrix", a.row_layout());

  const Timer setup;
  SolveOptions chosen = options;
  std::string why;
  const bool solver_open = options.solver == "auto";
  if (solver_open || options.preconditioner == "auto") why = choose(probe(a), chosen);
  const auto m = make_preconditioner<T>(chosen.preconditioner, a, chosen);
  const auto other = in_format(a, options.format, why);
  const Operator<T>& products = other ? *other : a;
  Kokkos::fence("suan::solve_setup");
  const double setup_seconds = setup.seconds();
  if (logger) logger->setup_finished(chosen.preconditioner, setup_seconds);

  const auto run = [&](const std::string& name) {
    auto solver = make_solver<T>(name, chosen);
    if (logger) solver->add_logger(logger);
    auto report = solver->solve(products, *m, b, x);
    report.choice = why;
    report.setup_seconds = setup_seconds;
    return report;
  };
  auto report = run(chosen.solver);
  if (solver_open && chosen.solver == "cg" && report.reason == Reason::indefinite_matrix) {
    chosen.krylov().max_iterations -= report.iterations;
    report = joined(report, run("gmres"));
  }
  return report;
}

#define SUAN_INSTANTIATE(T)                                                    \
  template MatrixTraits probe(const Operator<T>&);                             \
  template SolveReport solve(const Operator<T>&, const Vector<T>&, Vector<T>&, \
                             const SolveOptions&, std::shared_ptr<EventLogger>);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan
