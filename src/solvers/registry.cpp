// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/registry.hpp"

#include "suan/comm/agreement.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"

namespace suan {

namespace {

template <Scalar T>
struct SolverEntry {
  const char* name;
  std::unique_ptr<Solver<T>> (*make)(const SolveOptions& options);
};

// A new solver takes one line here.
template <Scalar T>
constexpr SolverEntry<T> solvers[] = {
    {"cg",
     [](const SolveOptions& o) -> std::unique_ptr<Solver<T>> {
       return std::make_unique<Cg<T>>(o.krylov());
     }},
    {"gmres",
     [](const SolveOptions& o) -> std::unique_ptr<Solver<T>> {
       return std::make_unique<Gmres<T>>(o.gmres);
     }},
};

template <Scalar T>
struct PreconditionerEntry {
  const char* name;
  std::unique_ptr<Operator<T>> (*make)(const Operator<T>& a, const SolveOptions& options);
};

// A new preconditioner takes one line here.
template <Scalar T>
constexpr PreconditionerEntry<T> preconditioners[] = {
    {"none",
     [](const Operator<T>& a, const SolveOptions&) -> std::unique_ptr<Operator<T>> {
       return std::make_unique<Identity<T>>(a.row_layout());
     }},
    {"jacobi",
     [](const Operator<T>& a, const SolveOptions&) -> std::unique_ptr<Operator<T>> {
       return std::make_unique<Jacobi<T>>(a);
     }},
    {"block_jacobi",
     [](const Operator<T>& a, const SolveOptions& o) -> std::unique_ptr<Operator<T>> {
       return std::make_unique<BlockJacobi<T>>(a, o.block_jacobi);
     }},
};

template <class Entry, std::size_t Count>
std::vector<std::string> names_of(const Entry (&entries)[Count]) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.emplace_back(entry.name);
  return names;
}

std::vector<std::string> with_auto(std::vector<std::string> names) {
  names.insert(names.begin(), "auto");
  return names;
}

}  // namespace

std::vector<std::string> solver_names() { return names_of(solvers<double>); }
std::vector<std::string> preconditioner_names() { return names_of(preconditioners<double>); }

const OptionTable<SolveOptions>& SolveOptions::table() {
  static const auto table =
      OptionTable<SolveOptions>()
          .choice("solver", &SolveOptions::solver, with_auto(solver_names()),
                  "The iterative method; auto examines the matrix and reports its choice.")
          .choice("preconditioner", &SolveOptions::preconditioner,
                  with_auto(preconditioner_names()),
                  "The approximate inverse that speeds up the method; auto examines the diagonal.")
          .choice("format", &SolveOptions::format, {"auto", "csr", "sell", "sell_sorted", "bsr"},
                  "Format in which products read the matrix; auto makes a smaller copy if that "
                  "loses nothing.")
          .include(&SolveOptions::gmres)
          .include(&SolveOptions::block_jacobi);
  return table;
}

template <Scalar T>
std::unique_ptr<Solver<T>> make_solver(const std::string& name, const SolveOptions& options) {
  for (const auto& entry : solvers<T>) {
    if (name == entry.name) return entry.make(options);
  }
  throw_unknown_name("solver", name, solver_names());
}

template <Scalar T>
std::unique_ptr<Operator<T>> make_preconditioner(const std::string& name, const Operator<T>& a,
                                                 const SolveOptions& options) {
  require_agreement(a.comm(), "make_preconditioner", message("preconditioner = ", name, "\n"));
  for (const auto& entry : preconditioners<T>) {
    if (name == entry.name) return entry.make(a, options);
  }
  throw_unknown_name("preconditioner", name, preconditioner_names());
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template std::unique_ptr<Solver<T>> make_solver(const std::string&, const SolveOptions&); \
  template std::unique_ptr<Operator<T>> make_preconditioner(                                \
      const std::string&, const Operator<T>&, const SolveOptions&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan
