// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "solvers/choice.hpp"

#include <cmath>

#include "matrix/deferred_errors.hpp"
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

}  // namespace

template <Scalar T>
MatrixTraits probe(const Operator<T>& a) {
  require_same_layout("probe", "the rows of the matrix", a.row_layout(), "its columns",
                      a.column_layout());
  MatrixTraits traits;
  detail::DeferredErrors errors(a.comm());
  traits.hermitian = looks_hermitian(a);
  errors.throw_together();
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

namespace detail {

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

#define SUAN_INSTANTIATE(T)                                                                     \
  template std::unique_ptr<const Operator<T>> in_format(const Operator<T>&, const std::string&, \
                                                        std::string&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace detail

template MatrixTraits probe(const Operator<float>&);
template MatrixTraits probe(const Operator<double>&);
template MatrixTraits probe(const Operator<Complex>&);

}  // namespace suan
