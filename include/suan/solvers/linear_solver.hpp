// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A matrix with the chosen method and its set-up, for solving with one right-hand side after the
// other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suan/solvers/registry.hpp"

namespace suan {

namespace detail {
template <Scalar T>
class LateCopy;
}

/// Solves A x = b repeatedly: the analysis of A, the choice and the set-up (solver, preconditioner,
/// a copy in another format) are made once and kept.
///
/// Must not be used by two threads at a time.
template <Scalar T>
class LinearSolver {
 public:
  /// Chooses solver, preconditioner and format where `options` say "auto", and sets them up; a copy
  /// in a smaller format is made once enough products were needed for it to pay off. If given, `m`,
  /// an approximate inverse of A, is the preconditioner. Collective.
  /// @throws InvalidArgument when A is not square, an option is out of range, both `m` and the name
  /// of a preconditioner are given, or ranks pass different arguments; DimensionMismatch when the
  /// layout of m does not match; and like the constructor of the preconditioner. The same on all
  /// ranks.
  explicit LinearSolver(std::shared_ptr<const Operator<T>> a, SolveOptions options = {},
                        std::shared_ptr<const Operator<T>> m = nullptr);
  ~LinearSolver();
  LinearSolver(LinearSolver&&) noexcept;
  LinearSolver& operator=(LinearSolver&&) noexcept;

  /// Solves from the initial guess in x and verifies, as suan::solve(). The report of the first
  /// solve has the seconds of the set-up, those of later ones have none. Collective.
  /// @throws as Solver::solve().
  SolveReport solve(const Vector<T>& b, Vector<T>& x,
                    std::shared_ptr<EventLogger> logger = nullptr);
  /// The same for several right-hand sides side by side, with a report for each.
  std::vector<SolveReport> solve(const MultiVector<T>& b, MultiVector<T>& x,
                                 std::shared_ptr<EventLogger> logger = nullptr);

  /// Takes another matrix, or the same one with other values, in place of A; a preconditioner that
  /// was given stays. Returns what was done: today all is made anew. Where it throws, all stays as
  /// it was. Collective. @throws as the constructor.
  std::string update(std::shared_ptr<const Operator<T>> a);

  /// What was chosen until now and why; empty when all was given.
  std::string choice() const;
  /// The options with nothing left open but the format.
  const SolveOptions& options() const noexcept { return setup_.options; }

 private:
  /// What is made for a matrix.
  struct Setup {
    SolveOptions options;
    std::string choice;
    std::shared_ptr<const Operator<T>> m;
    std::shared_ptr<const Operator<T>> other;         // A in the requested format
    std::shared_ptr<const detail::LateCopy<T>> late;  // or what may copy it later
    double seconds = 0;
    bool is_new = true;  // no report has its seconds yet
  };
  Setup set_up(const Operator<T>& a) const;
  const Operator<T>& matrix() const noexcept;
  template <class Vectors>
  auto run(const std::string& name, const SolveOptions& options, const detail::SolveClock& clock,
           const Vectors& b, Vectors& x, const std::shared_ptr<EventLogger>& logger) const;
  bool goes_on(const SolveReport& report) const;
  SolveReport second_leg(const SolveReport& report, const detail::SolveClock& clock,
                         const Vector<T>& b, Vector<T>& x,
                         const std::shared_ptr<EventLogger>& logger) const;
  detail::SolveClock start(const Layout& b, EventLogger* logger);

  SolveOptions given_;
  std::shared_ptr<const Operator<T>> given_m_;
  std::shared_ptr<const Operator<T>> a_;
  Setup setup_;
};

}  // namespace suan
