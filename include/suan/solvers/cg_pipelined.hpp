// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Preconditioned conjugate gradients whose reductions are under way during the products.
// P. Ghysels and W. Vanroose, "Hiding global synchronization latency in the preconditioned
// conjugate gradient algorithm", Parallel Comput. 40 (2014), 224-238.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

struct CgPipelinedOptions {
  KrylovOptions krylov{};
  std::int64_t replace_every = 0;
  static const OptionTable<CgPipelinedOptions>& table();
};

/// Needs A and M Hermitian positive definite, M the same linear map each time. In exact arithmetic
/// it has the iterates of Cg; its one reduction in an iteration overlaps with M and the product.
/// Products like A p obey recurrences, too, in which rounding errors grow: so they are computed
/// anew after `replace_every` iterations, by three products with A and two with M.
///
/// Memory: 6 vectors besides b and x; 9 with a preconditioner.
template <Scalar T>
class CgPipelined final : public Solver<T> {
 public:
  explicit CgPipelined(const CgPipelinedOptions& options = {});
  std::string name() const override { return "cg_pipelined"; }

 private:
  using typename Solver<T>::Run;
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  bool takes_varying() const noexcept override { return false; }
  bool residual_may_grow() const noexcept override { return true; }
  std::string told() const override;
  std::int64_t replace_every_;
};

}  // namespace suan
