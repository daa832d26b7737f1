// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solvers and preconditioners by name, those of the library and those that a program adds:
//
//     suan::solver_registry<double>().add(
//         "mine", "What it does, in one sentence.", MyOptions::table(),
//         [](const suan::OptionNode& node) {
//           return std::make_unique<Mine>(MyOptions::table().from(node));
//         });
//
// From then on options, help and listings know it, and suan::solve() makes it where it is named.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suan/core/registry.hpp"
#include "suan/preconditioners/block_jacobi.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/solver.hpp"

namespace suan {

/// All options of a solve. "auto" leaves the choice to the library.
struct SolveOptions {
  OptionNode solver = "auto";  ///< with the options of the method, {"gmres", GmresOptions{...}}
  OptionNode preconditioner = "auto";
  std::string format = "auto";  ///< the format in which products read the matrix
  KrylovOptions stop{};         ///< of the node `solver`: the options that all methods have
  static const OptionTable<SolveOptions>& table();

  const KrylovOptions& krylov() const noexcept { return stop; }
  KrylovOptions& krylov() noexcept { return stop; }
};

/// The options of a solver of your own must include KrylovOptions: a solve passes all of their
/// values, so defaults of your own for them have no effect.
template <Scalar T>
using SolverRegistry = Registry<Solver<T>>;
/// Preconditioners are made for a matrix, which must outlive them. Factories are collective.
template <Scalar T>
using PreconditionerRegistry = Registry<Operator<T>, const Operator<T>&>;

template <Scalar T>
SolverRegistry<T>& solver_registry();
template <Scalar T>
PreconditionerRegistry<T>& preconditioner_registry();

/// What a node may name: all components that are registered for any scalar type, and "auto".
/// For OptionTable::typed_node().
std::vector<OptionType> solver_types();
std::vector<OptionType> preconditioner_types();

/// The names without "auto".
std::vector<std::string> solver_names();
std::vector<std::string> preconditioner_names();

/// With those of the options that this solver has, whatever solver they name.
/// @throws InvalidArgument for an unknown name, listing the nearest valid ones.
template <Scalar T>
std::unique_ptr<Solver<T>> make_solver(const std::string& name, const SolveOptions& options);

/// Collective. @throws InvalidArgument when ranks name different ones; and like the constructor of
/// the preconditioner.
template <Scalar T>
std::unique_ptr<Operator<T>> make_preconditioner(const std::string& name, const Operator<T>& a,
                                                 const SolveOptions& options);

namespace detail {
/// With options of all methods that were given in the node `solver` moved to `stop`; those out of
/// range stay where they are.
SolveOptions settled(SolveOptions options);
}  // namespace detail

}  // namespace suan
