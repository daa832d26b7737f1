// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What exists for the library's own scalars alone says so to a program that has others, in place of
// a linker.
#pragma once

#include "suan/kernels/detail/portable_spmv.hpp"
#include "suan/matrix/triplet_builder.hpp"
#include "suan/preconditioners/block_jacobi.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"

namespace suan {

template <kernels::ForeignScalar T>
SolveReport solve(const Operator<T>&, const Vector<T>&, Vector<T>&, const SolveOptions& = {},
                  std::shared_ptr<EventLogger> = nullptr) {
  static_assert(is_compiled<T>,
                "suan::solve() chooses among what the library is compiled for (float, double and "
                "their complex numbers); with another scalar, name the method: suan::Cg<T> or "
                "suan::Gmres<T>");
  return {};
}
template <kernels::ForeignScalar T>
class LinearSolver<T> {
  static_assert(is_compiled<T>,
                "suan::LinearSolver chooses among what the library is compiled for (float, double "
                "and their complex numbers); with another scalar, name the method: suan::Cg<T> or "
                "suan::Gmres<T>");
};

template <kernels::ForeignScalar T>
class Jacobi<T> {
  static_assert(
      is_compiled<T>,
      "suan::Jacobi is compiled for float, double and their complex numbers; with another "
      "scalar, write the preconditioner as a suan::Operator<T>");
};
template <kernels::ForeignScalar T>
class BlockJacobi<T> {
  static_assert(is_compiled<T>,
                "suan::BlockJacobi is compiled for float, double and their complex numbers; with "
                "another scalar, write the preconditioner as a suan::Operator<T>");
};

template <kernels::ForeignScalar T>
class TripletBuilder<T> {
  static_assert(
      is_compiled<T>,
      "entries in any order are sorted for float, double and their complex numbers; with "
      "another scalar, build the matrix with suan::generate_rows<T> or suan::assemble<T>");
};
template <kernels::ForeignScalar T>
DistributedMatrix<T> from_triplets(const Layout&, const Layout&, std::span<const Triplet<T>>,
                                   KernelPath = KernelPath::automatic) {
  static_assert(
      is_compiled<T>,
      "entries in any order are sorted for float, double and their complex numbers; with "
      "another scalar, build the matrix with suan::generate_rows<T> or suan::assemble<T>");
  return {};
}

}  // namespace suan
