// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solvers and preconditioners by name. A new one takes one line in src/solvers/registry.cpp.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suan/preconditioners/block_jacobi.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/solver.hpp"

namespace suan {

/// All options of a solve. "auto" leaves the choice to the library.
struct SolveOptions {
  std::string solver = "auto";
  std::string preconditioner = "auto";
  std::string format = "auto";  ///< the format in which products read the matrix
  GmresOptions gmres{};         ///< holds the KrylovOptions of all methods
  BlockJacobiOptions block_jacobi{};
  static const OptionTable<SolveOptions>& table();

  const KrylovOptions& krylov() const noexcept { return gmres.krylov; }
  KrylovOptions& krylov() noexcept { return gmres.krylov; }
};

/// The names without "auto".
std::vector<std::string> solver_names();
std::vector<std::string> preconditioner_names();

/// @throws InvalidArgument for an unknown name, listing the nearest valid ones.
template <Scalar T>
std::unique_ptr<Solver<T>> make_solver(const std::string& name, const SolveOptions& options);

/// Collective. @throws InvalidArgument when ranks name different ones; and like the constructor of
/// the preconditioner.
template <Scalar T>
std::unique_ptr<Operator<T>> make_preconditioner(const std::string& name, const Operator<T>& a,
                                                 const SolveOptions& options);

}  // namespace suan
