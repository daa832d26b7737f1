// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What all iterative solvers share: the checks before, the verification after, and the reasons.
#pragma once

#include <limits>
#include <memory>
#include <optional>

#include "suan/core/event_log.hpp"
#include "suan/core/options.hpp"
#include "suan/core/timer.hpp"
#include "suan/matrix/operator.hpp"

namespace suan {

/// When to stop. Converged means ||b - A x|| <= max(rtol ||b||, atol), with the residual
/// recomputed.
struct KrylovOptions {
  double rtol = 1e-8;
  double atol = 0;
  std::int64_t max_iterations = 1000;
  double time_limit = 0;  ///< seconds; 0 means none
  double dtol = 1e5;      ///< diverged when the residual exceeds dtol times max(||b||, start)
  static const OptionTable<KrylovOptions>& table();
};

namespace detail {
/// The seconds of a whole solve: its set-up, all its rounds and methods.
struct SolveClock {
  double before = 0;  ///< of the set-up
  Timer timer{};
  double seconds() const { return before + timer.seconds(); }
};
}  // namespace detail

template <Scalar T>
class LinearSolver;

/// An iterative method for A x = b.
///
/// solve() handles what does not depend on the method: checks, zero right-hand side, exact initial
/// guess, non-finite input, the recomputed residual at the end and the restart when the method's
/// own residual had drifted from it. Methods implement iterate().
template <Scalar T>
class Solver {
 public:
  virtual ~Solver() = default;
  virtual std::string name() const = 0;

  /// Solves A x = b from the initial guess in x, with M an approximation of A's inverse.
  /// x is finite afterwards if it was before, whatever happened. Collective.
  /// @throws DimensionMismatch when layouts do not fit, InvalidArgument when A is not square.
  SolveReport solve(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b, Vector<T>& x);
  /// Without preconditioner.
  SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x);

  /// Solves for several right-hand sides side by side, with a report for each. CG takes one step of
  /// all of them at a time, so that the matrix is read once; a vector that is solved leaves. The
  /// seconds and joules of each report are then those of all together, and its bytes a share; what
  /// loggers hear of an iteration is the vector farthest from its target. Other methods solve one
  /// after the other. @throws as above, and DimensionMismatch unless b and x have as many vectors.
  std::vector<SolveReport> solve(const Operator<T>& a, const Operator<T>& m,
                                 const MultiVector<T>& b, MultiVector<T>& x);
  /// Without preconditioner.
  std::vector<SolveReport> solve(const Operator<T>& a, const MultiVector<T>& b, MultiVector<T>& x);

  void add_logger(std::shared_ptr<EventLogger> logger) { log_.add(std::move(logger)); }

 protected:
  /// The state of a run, seen by the method.
  class Run {
   public:
    /// Loggers hear of its iterations where it `speaks`.
    Run(const Operator<T>& matrix, const Operator<T>& preconditioner, const Solver& solver,
        const detail::SolveClock& clock, SolveReport& report, double target_norm, bool speaks)
        : a(matrix),
          m(preconditioner),
          target(target_norm),
          options_(solver.options_),
          log_(solver.log_),
          clock_(clock),
          report_(report),
          speaks_(speaks) {}

    const Operator<T>& a;
    const Operator<T>& m;
    const double target;  ///< the residual norm to reach

    /// Notes a finished iteration. True when the method has to end, with the reason noted.
    bool finished(double residual_norm);
    /// True when the iteration or time limit is reached or a logger asks to stop, with the reason
    /// noted. Collective.
    bool limit_reached();
    /// The two apart, for several runs of which each has its iterations and all have one time: the
    /// first notes the reason, the second returns it. It is collective, one reduction where there
    /// is a time limit or a logger that may stop, and nothing where there is neither.
    bool iterations_used_up();
    std::optional<Reason> reason_to_stop() const;
    void end(Reason reason, std::string detail = {});
    void count_bytes(std::int64_t bytes) { report_.bytes_moved += bytes; }
    std::int64_t iterations() const noexcept { return report_.iterations; }
    double residual_norm() const noexcept { return report_.residual_norm; }

   private:
    const KrylovOptions& options_;
    const EventLog& log_;
    const detail::SolveClock& clock_;
    SolveReport& report_;
    bool speaks_;
  };

  explicit Solver(const KrylovOptions& options) : options_(options) {}
  Solver(const Solver&) = default;
  Solver& operator=(const Solver&) = default;

  /// Iterates until run.finished() or run.limit_reached(), or ends the run with another reason.
  /// On entry r = b - A x and is not below the target; on return x is the last finite iterate.
  virtual void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) = 0;
  /// Whether iterate_block() is there.
  virtual bool takes_blocks() const noexcept { return false; }
  /// The same for several vectors, with a run for each; log() is for what it says of all.
  virtual void iterate_block(std::vector<Run>& runs, MultiVector<T>& x, MultiVector<T>& r);
  const EventLog& log() const noexcept { return log_; }

 private:
  friend class LinearSolver<T>;
  SolveReport solve(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                    const Vector<T>& b, Vector<T>& x);
  std::vector<SolveReport> solve(const detail::SolveClock& clock, const Operator<T>& a,
                                 const Operator<T>& m, const MultiVector<T>& b, MultiVector<T>& x);
  void require_system(const Operator<T>& a, const Operator<T>& m, const Layout& b,
                      const Layout& x) const;
  SolveReport empty_report(const Operator<T>& a, const Operator<T>& m) const;
  void run_and_verify(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                      const Vector<T>& b, Vector<T>& x, SolveReport& report);
  void run_and_verify(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                      const MultiVector<T>& b, MultiVector<T>& x,
                      std::vector<SolveReport>& reports);
  KrylovOptions options_;
  EventLog log_;
};

/// A solver as an operator, so that it can precondition another one: y = approximately A^-1 x,
/// starting from zero. It keeps references to all three.
template <Scalar T>
class SolverOperator final : public Operator<T> {
 public:
  SolverOperator(std::shared_ptr<Solver<T>> solver, std::shared_ptr<const Operator<T>> a,
                 std::shared_ptr<const Operator<T>> m);
  std::string name() const override { return solver_->name(); }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  std::shared_ptr<Solver<T>> solver_;
  std::shared_ptr<const Operator<T>> a_;
  std::shared_ptr<const Operator<T>> m_;
};

}  // namespace suan
