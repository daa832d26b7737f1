// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/registry.hpp"

#include <algorithm>

#include "preconditioners/pieces.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/preconditioners/chebyshev.hpp"
#include "suan/preconditioners/direct.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/ilu0.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/preconditioners/l1_jacobi.hpp"
#include "suan/preconditioners/multicolor_gauss_seidel.hpp"
#include "suan/preconditioners/spai0.hpp"
#include "suan/solvers/bicgstab.hpp"
#include "suan/solvers/bicgstab_l.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/cg_pipelined.hpp"
#include "suan/solvers/cg_single.hpp"
#include "suan/solvers/cgs.hpp"
#include "suan/solvers/chebyshev_iteration.hpp"
#include "suan/solvers/cr.hpp"
#include "suan/solvers/idr.hpp"
#include "suan/solvers/minres.hpp"
#include "suan/solvers/richardson.hpp"
#include "suan/solvers/symmlq.hpp"
#include "suan/solvers/tfqmr.hpp"

namespace suan {

namespace {

template <template <Scalar> class Made, class Options, Scalar T>
void add_method(SolverRegistry<T>& registry, const char* name, const char* sentence) {
  registry.add(name, sentence, Options::table(),
               [](const OptionNode& node) -> std::unique_ptr<Solver<T>> {
                 return std::make_unique<Made<T>>(Options::table().from(node));
               });
}

// A new solver takes one entry here. Not static objects that add themselves: a linker may drop them
// from a static library.
template <Scalar T>
bool add_own(SolverRegistry<T>& registry) {
  add_method<Cg, CgOptions>(registry, "cg",
                            "Conjugate gradients, for Hermitian positive definite matrices.");
  add_method<Gmres, GmresOptions>(registry, "gmres",
                                  "Restarted GMRES, for any matrix that is not singular.");
  add_method<Minres, MinresOptions>(
      registry, "minres",
      "Minimal residuals, for Hermitian matrices, also indefinite or singular.");
  add_method<Symmlq, SymmlqOptions>(
      registry, "symmlq", "SYMMLQ, for Hermitian matrices, also indefinite: errors never grow.");
  add_method<Cr, CrOptions>(registry, "cr",
                            "Conjugate residuals, for Hermitian semidefinite matrices.");
  add_method<ChebyshevIteration, ChebyshevIterationOptions>(
      registry, "chebyshev",
      "The Chebyshev iteration, for Hermitian positive definite matrices; few reductions.");
  add_method<CgSingle, CgSingleOptions>(
      registry, "cg_single", "Conjugate gradients with one reduction in each iteration.");
  add_method<CgPipelined, CgPipelinedOptions>(
      registry, "cg_pipelined", "Conjugate gradients whose reductions overlap with the products.");
  add_method<Bicgstab, BicgstabOptions>(
      registry, "bicgstab", "Stabilised biconjugate gradients, for any matrix; little memory.");
  add_method<BicgstabL, BicgstabLOptions>(registry, "bicgstab_l",
                                          "BiCGStab(l), where bicgstab is slow or breaks down.");
  add_method<Idr, IdrOptions>(registry, "idr",
                              "Induced dimension reduction, for any matrix; fewer products.");
  add_method<Tfqmr, TfqmrOptions>(registry, "tfqmr",
                                  "Transpose-free quasi-minimal residuals, for any matrix.");
  add_method<Cgs, CgsOptions>(registry, "cgs",
                              "Conjugate gradients squared, for any matrix; erratic residuals.");
  add_method<Richardson, RichardsonOptions>(
      registry, "richardson", "Adds the preconditioned residual; for good preconditioners.");
  return true;
}

/// A smoother as a preconditioner, which is Hermitian where A is.
template <template <Scalar> class Made, class Options, Scalar T>
void add_smoother(PreconditionerRegistry<T>& registry, const char* name, const char* sentence) {
  registry.add(
      name, sentence, Options::table(),
      [name](const Operator<T>& a, const OptionNode& node) -> std::unique_ptr<Operator<T>> {
        return std::make_unique<Made<T>>(detail::require_matrix(name, a),
                                         Options::table().from(node));
      });
}

// A new preconditioner takes one entry here.
template <Scalar T>
bool add_own(PreconditionerRegistry<T>& registry) {
  registry.add("none", "No preconditioner.", {},
               [](const Operator<T>& a, const OptionNode&) -> std::unique_ptr<Operator<T>> {
                 return std::make_unique<Identity<T>>(a.row_layout());
               });
  registry.add("jacobi", "Division by the diagonal.", {},
               [](const Operator<T>& a, const OptionNode&) -> std::unique_ptr<Operator<T>> {
                 return std::make_unique<Jacobi<T>>(a);
               });
  registry.add("block_jacobi", "Division by dense blocks on the diagonal.",
               BlockJacobiOptions::table(),
               [](const Operator<T>& a, const OptionNode& node) -> std::unique_ptr<Operator<T>> {
                 return std::make_unique<BlockJacobi<T>>(a, BlockJacobiOptions::table().from(node));
               });
  registry.add("amg", "Algebraic multigrid, by aggregation or classical.", AmgOptions::table(),
               [](const Operator<T>& a, const OptionNode& node) -> std::unique_ptr<Operator<T>> {
                 return std::make_unique<Amg<T>>(a, AmgOptions::table().from(node));
               });
  registry.add("direct", "Complete sparse factors, by MUMPS: the inverse, for any matrix.",
               DirectOptions::table(),
               [](const Operator<T>& a, const OptionNode& node) -> std::unique_ptr<Operator<T>> {
                 return std::make_unique<Direct<T>>(a, DirectOptions::table().from(node));
               });
  add_smoother<GaussSeidel, GaussSeidelOptions>(
      registry, "gauss_seidel", "A symmetric sweep of Gauss-Seidel, in blocks of rows.");
  registry.add("multicolor_gauss_seidel", "A symmetric sweep of Gauss-Seidel, colour by colour.",
               {}, [](const Operator<T>& a, const OptionNode&) -> std::unique_ptr<Operator<T>> {
                 return std::make_unique<MulticolorGaussSeidel<T>>(
                     detail::require_matrix("multicolor_gauss_seidel", a));
               });
  registry.add("ilu0", "Incomplete factors of each rank's block, without fill-in.", {},
               [](const Operator<T>& a, const OptionNode&) -> std::unique_ptr<Operator<T>> {
                 return std::make_unique<Ilu0<T>>(detail::require_matrix("ilu0", a));
               });
  add_smoother<Chebyshev, ChebyshevOptions>(
      registry, "chebyshev", "A Chebyshev polynomial of the matrix; few reductions, for GPUs.");
  add_smoother<L1Jacobi, L1JacobiOptions>(
      registry, "l1_jacobi", "Division by the diagonal, enlarged so that it always converges.");
  add_smoother<Spai0, Spai0Options>(registry, "spai0",
                                    "The diagonal that is nearest to the inverse.");
  return true;
}

std::vector<std::string> names_without_auto(const std::vector<OptionType>& types) {
  std::vector<std::string> names;
  for (const auto& type : types) {
    if (type.name != "auto") names.push_back(type.name);
  }
  return names;
}

OptionNode all_values(const KrylovOptions& options) {
  OptionNode node;
  KrylovOptions::table().write_to(node, options, true);
  return node;
}

/// The lines that ranks compare before they make a preconditioner.
std::string told(const std::string& name, const OptionNode& node) {
  std::string lines = message("preconditioner = ", name, "\n");
  for (const auto& value : node.values()) {
    lines += message("preconditioner.", value.name, " = ", to_string(value.value), "\n");
  }
  return lines;
}

}  // namespace

template <Scalar T>
SolverRegistry<T>& solver_registry() {
  static SolverRegistry<T> registry(message("solver for ", scalar_name<T>()));
  [[maybe_unused]] static const bool has_own = add_own(registry);
  return registry;
}

template <Scalar T>
PreconditionerRegistry<T>& preconditioner_registry() {
  static PreconditionerRegistry<T> registry(message("preconditioner for ", scalar_name<T>()));
  [[maybe_unused]] static const bool has_own = add_own(registry);
  return registry;
}

std::vector<OptionType> solver_types() {
  // The library chooses cg or gmres, and gives each what it has of these.
  static const auto schema = std::make_shared<const OptionSchema>(GmresOptions::table());
  std::vector<OptionType> all = {{"auto", "Examines the matrix, and reports its choice.", schema}};
#define SUAN_ADD(T) detail::add_types(all, solver_registry<T>().types());
  SUAN_FOR_EACH_SCALAR(SUAN_ADD)
#undef SUAN_ADD
  return all;
}

std::vector<OptionType> preconditioner_types() {
  static const auto schema = std::make_shared<const OptionSchema>();
  std::vector<OptionType> all = {
      {"auto", "Examines the matrix and the convergence, and reports its choice.", schema}};
#define SUAN_ADD(T) detail::add_types(all, preconditioner_registry<T>().types());
  SUAN_FOR_EACH_SCALAR(SUAN_ADD)
#undef SUAN_ADD
  return all;
}

std::vector<std::string> solver_names() { return names_without_auto(solver_types()); }
std::vector<std::string> preconditioner_names() {
  return names_without_auto(preconditioner_types());
}

const OptionTable<SolveOptions>& SolveOptions::table() {
  static const auto table =
      OptionTable<SolveOptions>()
          .typed_node("solver", &SolveOptions::solver, solver_types,
                      "The iterative method; auto examines the matrix and reports its choice.")
          .typed_node(
              "preconditioner", &SolveOptions::preconditioner, preconditioner_types,
              "The approximate inverse that speeds up the method; auto examines the matrix.")
          .choice("format", &SolveOptions::format, {"auto", "csr", "sell", "sell_sorted", "bsr"},
                  "Format in which products read the matrix; auto makes a smaller copy if that "
                  "loses nothing.")
          .node("solver", &SolveOptions::stop);
  return table;
}

namespace detail {

SolveOptions settled(SolveOptions options) {
  const auto& table = KrylovOptions::table();
  const auto values = options.solver.values();
  for (const auto& value : values) {
    if (!table.has({}, value.name)) continue;
    try {
      table.set(options.stop, value.name, value.value);
      options.solver.erase(value.name);
    } catch (const InvalidArgument&) {
      // Refused with its full name where all options are checked, on all ranks together.
    }
  }
  return options;
}

}  // namespace detail

template <Scalar T>
std::unique_ptr<Solver<T>> make_solver(const std::string& name, const SolveOptions& options) {
  const auto settled = detail::settled(options);
  OptionNode node(name);
  node.set_path("solver");
  const auto schema = solver_registry<T>().options(node);
  const auto stop = all_values(settled.stop);
  static const OptionNode usual = all_values({});
  for (const auto& value : stop.values()) {
    if (schema->has(node, value.name)) {
      node.set(value.name, value.value);
    } else if (value.value != *usual.find(value.name)) {
      throw InvalidArgument(message("option solver.", value.name, " was given, and the solver ",
                                    name, " has no such option"));
    }
  }
  for (const auto& value : settled.solver.values()) {
    if (schema->has(node, value.name)) node.set(value.name, value.value);
  }
  return solver_registry<T>().make(node);
}

template <Scalar T>
std::unique_ptr<Operator<T>> make_preconditioner(const std::string& name, const Operator<T>& a,
                                                 const SolveOptions& options) {
  OptionNode node = options.preconditioner;
  if (!(node == name)) node.set_type(name);  // then values that the type does not have are not used
  node.set_path("preconditioner");
  require_agreement(a.comm(), "make_preconditioner", told(name, node));
  std::shared_ptr<const OptionSchema> schema;
  together(a.comm(), [&] {
    schema = preconditioner_registry<T>().options(node);
    schema->check(node);
  });
  return preconditioner_registry<T>().make(a, schema->known_part(node));
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template SolverRegistry<T>& solver_registry();                                            \
  template PreconditionerRegistry<T>& preconditioner_registry();                            \
  template std::unique_ptr<Solver<T>> make_solver(const std::string&, const SolveOptions&); \
  template std::unique_ptr<Operator<T>> make_preconditioner(                                \
      const std::string&, const Operator<T>&, const SolveOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
