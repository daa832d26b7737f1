// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "solvers/choice.hpp"

#include <cmath>
#include <set>

#include "matrix/pattern.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// Whether a method needs a positive definite preconditioner.
bool needs_definite(const OptionNode& solver) {
  static const std::set<std::string> names = {"cg",     "cg_single", "cg_pipelined", "minres",
                                              "symmlq", "cr",        "chebyshev"};
  return names.count(solver.type()) > 0;
}

}  // namespace

namespace detail {

std::string choose(const MatrixTraits& traits, SolveOptions& options) {
  std::string why;
  const auto because = [&](const std::string& text) { why += (why.empty() ? "" : "; ") + text; };
  const bool definite_hint = !traits.has_entries || traits.diagonal_positive;
  if (options.solver == "auto") {
    if (traits.hermitian && definite_hint) {
      options.solver.set_type("cg");
      because(traits.has_entries ? "A is Hermitian with a positive diagonal: cg"
                                 : "A is Hermitian: cg");
    } else {
      options.solver.set_type("gmres");
      because(traits.hermitian ? "A is Hermitian but its diagonal is not positive: gmres"
                               : "A is not Hermitian: gmres");
    }
  }
  if (options.preconditioner == "auto") {
    if (!traits.has_entries) {
      options.preconditioner.set_type("none");
      because("A has no accessible entries: none");
    } else if (!traits.diagonal_nonzero ||
               (needs_definite(options.solver) && !traits.diagonal_positive)) {
      options.preconditioner.set_type("none");
      because("its diagonal is not invertible: none");
    } else if (!traits.diagonal_varies) {
      options.preconditioner.set_type("none");
      because("its diagonal is constant, so scaling by it would change nothing: none");
    } else {
      options.preconditioner.set_type("jacobi");
      because("its diagonal varies: jacobi");
    }
  }
  return why;
}

template <Scalar T>
bool may_climb(const Operator<T>& a, const SolveOptions& given, const SolveOptions& chosen) {
  return given.solver == "auto" && given.preconditioner == "auto" && chosen.solver == "cg" &&
         a.access().local != nullptr;
}

template <Scalar T>
bool may_be_copied(const Operator<T>& a) {
  const bool is_matrix = dynamic_cast<const DistributedMatrix<T>*>(&a) != nullptr ||
                         dynamic_cast<const Csr<T>*>(&a) != nullptr;
  // An optimised matrix, or one on a vendor's path, was made that way on purpose.
  return is_matrix && a.name() == "csr" && a.path() == "native";
}

template <Scalar T>
std::unique_ptr<const Operator<T>> in_format(const Operator<T>& a, const std::string& format,
                                             std::string& why) {
  using Matrix = DistributedMatrix<T>;
  const auto* distributed = dynamic_cast<const Matrix*>(&a);
  const auto* csr = dynamic_cast<const Csr<T>*>(&a);
  if (distributed == nullptr && csr == nullptr) {
    if (format == "auto") return nullptr;
    throw NotSupported(message("the format ", format, " was requested, but the operator ", a.name(),
                               " is not a matrix with entries; choose auto"));
  }
  if (a.name() == format || (format == "auto" && !may_be_copied(a))) return nullptr;
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
    // The copy is optional; without memory for it the solve continues with A as it is.
    const bool matters =
        error.kind() != ErrorKind::out_of_memory && error.kind() != ErrorKind::not_supported;
    if (format != "auto" || matters) throw;
    return nullptr;
  }
}

template <Scalar T>
std::unique_ptr<const Operator<T>> with_values_of(const Operator<T>& a, const Operator<T>& was,
                                                  const Operator<T>& copy) {
  using Matrix = DistributedMatrix<T>;
  const auto* made = dynamic_cast<const Matrix*>(&copy);
  const auto* distributed = dynamic_cast<const Matrix*>(&a);
  const auto* csr = dynamic_cast<const Csr<T>*>(&a);
  if (made == nullptr || (distributed == nullptr && csr == nullptr)) return nullptr;
  const auto& now = a.access().local->view();
  const auto& then = was.access().local->view();
  const bool same = now.columns == then.columns && same_elements(now.offsets, then.offsets) &&
                    same_elements(now.indices, then.indices);
  if (a.comm().min(std::int64_t{same}) == 0) return nullptr;
  const Matrix matrix = distributed != nullptr ? *distributed : Matrix(*csr);
  kernels::SpmvPlan<T> plan;
  together(a.comm(), [&] {
    plan = made->local().plan().with_values(ExecutionSpace(), matrix.local().view());
  });
  return std::make_unique<const Matrix>(matrix.with_plan(std::move(plan)));
}

#define SUAN_INSTANTIATE(T)                                                                     \
  template bool may_climb(const Operator<T>&, const SolveOptions&, const SolveOptions&);        \
  template bool may_be_copied(const Operator<T>&);                                              \
  template std::unique_ptr<const Operator<T>> in_format(const Operator<T>&, const std::string&, \
                                                        std::string&);                          \
  template std::unique_ptr<const Operator<T>> with_values_of(                                   \
      const Operator<T>&, const Operator<T>&, const Operator<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace detail

}  // namespace suan
