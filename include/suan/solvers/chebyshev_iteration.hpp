// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The Chebyshev iteration for Hermitian positive definite matrices.
// G. H. Golub and R. S. Varga, "Chebyshev semi-iterative methods, successive overrelaxation
// iterative methods, and second order Richardson iterative methods", Numer. Math. 3 (1961),
// 147-156. As in Y. Saad, "Iterative Methods for Sparse Linear Systems", 2nd ed., algorithm 12.1.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

struct ChebyshevIterationOptions {
  KrylovOptions krylov{};
  double smallest = 0;
  double largest = 0;
  std::int64_t check_every = 10;
  std::int64_t bound_steps = 30;
  static const OptionTable<ChebyshevIterationOptions>& table();
};

/// Needs A and M Hermitian positive definite, M the same linear map each time, and bounds of the
/// eigenvalues of M A. It has no inner products: without a time limit or a logger that may
/// stop it, ranks wait for each other only where the residual is computed, every `check_every`
/// iterations. In between, the history repeats the last one.
///
/// Bounds that are not given are estimated at the start of each solve, from `bound_steps` products
/// with a random vector, and corrected when the residual falls more slowly than they promise. Give
/// them if the solver is used inside of another one.
///
/// Memory: 3 vectors besides b and x; 5 where bounds are estimated.
template <Scalar T>
class ChebyshevIteration final : public Solver<T> {
 public:
  /// @throws InvalidArgument when smallest >= largest, and both are given.
  explicit ChebyshevIteration(const ChebyshevIterationOptions& options = {});
  std::string name() const override { return "chebyshev"; }

 private:
  using typename Solver<T>::Run;
  /// Of the eigenvalues of M A.
  struct Interval {
    double smallest = 0;
    double largest = 0;
  };
  void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) override;
  bool takes_varying() const noexcept override { return false; }
  std::string told() const override;
  bool find_interval(Run& run, const Vector<T>& r);
  bool correct(double factor, std::int64_t iterations);

  ChebyshevIterationOptions own_;
  Interval interval_;  ///< in use, in the units of the run
  int exponent_ = 0;   ///< of the power of two in M, in these units
};

}  // namespace suan
