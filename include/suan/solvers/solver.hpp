// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by all iterative solvers: the checks before, the verification after, and the reasons.
#pragma once

#include <limits>
#include <memory>
#include <optional>

#include "suan/core/event_log.hpp"
#include "suan/core/options.hpp"
#include "suan/core/timer.hpp"
#include "suan/matrix/operator.hpp"
#include "suan/solvers/workspace.hpp"

namespace suan {

/// When to stop. Converged means ||b - A x|| <= max(rtol ||b||, atol), with the residual
/// recomputed.
struct KrylovOptions {
  double rtol = 1e-8;  ///< the default means 1e-5 in float32; see relative_tolerance()
  double atol = 0;
  std::int64_t max_iterations = 1000;
  double time_limit = 0;  ///< seconds; 0 means none
  double dtol = 1e5;      ///< diverged when the residual exceeds dtol times max(||b||, start)
  static const OptionTable<KrylovOptions>& table();
};

/// The effective rtol for scalars of type T. float32 has seven digits, so its default is 1e-5; a
/// solve with the default has also converged when only the rounding errors of the residual itself
/// are left, about eps ||A|| ||x||, and they are at most 1e-2 ||b||.
template <Scalar T>
double relative_tolerance(const KrylovOptions& options);

namespace detail {
/// Shared by the parts of one solve: set-up, rounds and methods.
struct SolveClock {
  double before = 0;            ///< seconds of the set-up
  std::int64_t patience = 0;    ///< see Solver::Run::finished(); 0 means unlimited
  std::int64_t iterations = 0;  ///< of runs before, which count for the limit
  std::int64_t trial = 0;       ///< after so many iterations a run that is slow ends; 0: never
  double most_left = 0;         ///< slow: with more than so many iterations to come
  Timer timer{};
  double seconds() const { return before + timer.seconds(); }
};
struct Goal;
}  // namespace detail

template <Scalar T>
class LinearSolver;
template <Scalar T>
class SolverOperator;

/// An iterative method for A x = b.
///
/// solve() handles everything that does not depend on the method: checks, a zero right-hand side,
/// an exact initial guess, non-finite input, the recomputed residual at the end, and a restart if
/// the method's own residual has drifted from it. Methods implement iterate().
///
/// A solver keeps its vectors from one solve to the next, and allocates new ones for a system with
/// another layout.
/// Must not be used by two threads at a time.
///
/// The scale of A, b and M affects only exponents: if squares of their elements could overflow or
/// underflow, methods work on 2^k b, 2^k x and 2^m M, without any rounding.
template <Scalar T>
class Solver {
 public:
  virtual ~Solver() = default;
  virtual std::string name() const = 0;

  /// Solves A x = b from the initial guess in x, with M an approximation of A's inverse.
  /// If x is finite on entry, it is finite on return, whatever happens. If the solve fails with a
  /// larger residual than that of the guess, x is the guess; at a limit, CG keeps an iterate
  /// whose energy, x^H A x / 2 - b^H x, is smaller, even if its residual is not. Collective.
  /// @throws DimensionMismatch when layouts do not match; InvalidArgument when A is not square or
  /// varies(), M does where the method needs one that is constant, b and x share elements, or the
  /// ranks' arguments differ; OutOfMemory. The same on all ranks.
  SolveReport solve(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b, Vector<T>& x);
  /// Without preconditioner.
  SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x);

  /// Solves for several right-hand sides, with a report for each. CG takes each step for all of
  /// them at once, so the matrix is read once; a vector that is solved drops out. The seconds and
  /// joules of each report are then those of all together, and its bytes a share; loggers get the
  /// residual of the vector farthest from its target. Other methods, and CG with one or two
  /// vectors, solve for one after the other. @throws as above, and DimensionMismatch unless b and x
  /// have the same number of vectors.
  std::vector<SolveReport> solve(const Operator<T>& a, const Operator<T>& m,
                                 const MultiVector<T>& b, MultiVector<T>& x);
  /// Without preconditioner.
  std::vector<SolveReport> solve(const Operator<T>& a, const MultiVector<T>& b, MultiVector<T>& x);

  void add_logger(std::shared_ptr<EventLogger> logger) { log_.add(std::move(logger)); }

 protected:
  /// The state of a run, as seen by the method. Norms are those of the system given to it; reports
  /// and loggers get them in the user's units.
  class Run {
   public:
    /// Its iterations are reported to loggers if it `speaks`.
    Run(const Operator<T>& matrix, const Operator<T>& preconditioner, const Solver& solver,
        const EventLog& log, const detail::SolveClock& clock, const detail::Goal& goal,
        SolveReport& report, detail::Workspace<T>& workspace, bool speaks);

    const Operator<T>& a;
    const Operator<T>& m;

    /// `count` vectors like those of the system, with whatever they hold. They belong to the solver
    /// and are allocated in its first solve, on all ranks or on none. Collective.
    std::span<Vector<T>> vectors(std::size_t count);
    /// The same for other things that the method keeps.
    detail::Workspace<T>& workspace() const noexcept { return workspace_; }

    /// Records a finished iteration. True when the method must stop, with the reason recorded: the
    /// target, or what rounding allows, is reached; the residual is not finite, has diverged, or
    /// has not fallen to half of its start when the patience ended, or is slow when the trial ends.
    bool finished(double residual_norm);
    /// The same for an iteration whose residual was not computed: the history repeats the last one.
    void advanced();
    /// True when the iteration or time limit is reached or a logger requests a stop; the reason is
    /// then recorded. Collective.
    bool limit_reached();
    /// The two separately, for several runs with their own iterations and a common time: the first
    /// records the reason, the second returns it. The second is collective: one reduction if there
    /// is a time limit or a logger that may stop, and nothing otherwise.
    bool iterations_used_up();
    std::optional<Reason> reason_to_stop() const;
    void end(Reason reason, std::string detail = {});
    void count_bytes(std::int64_t bytes) { report_.bytes_moved += bytes; }
    std::int64_t iterations() const noexcept { return report_.iterations; }
    double residual_norm() const noexcept { return report_.residual_norm; }  ///< the user's
    double target() const noexcept;                                          ///< the user's
    /// A norm in the user's units.
    double in_users_units(double norm) const noexcept;

    /// Whether numbers of a method's first step are so large or small that elements of its vectors
    /// or later numbers may overflow or underflow.
    bool leaves_range(double first, double second) const noexcept;
    /// Requests other units, given ||M r|| / ||r|| and ||A M r|| / ||r||. True when they can help:
    /// the method then returns with x and r unchanged, and starts again in the new units.
    bool rescale(double direction_gain, double image_gain);
    bool rescales() const noexcept { return rescales_; }
    /// M is the user's times 2 to this power, after a change of units.
    int preconditioner_exponent() const noexcept;
    double direction_gain() const noexcept { return direction_gain_; }
    double image_gain() const noexcept { return image_gain_; }

   private:
    const KrylovOptions& options_;
    const EventLog& log_;
    const detail::SolveClock& clock_;
    const detail::Goal& goal_;
    SolveReport& report_;
    detail::Workspace<T>& workspace_;
    bool speaks_;
    double best_;
    bool rescales_ = false;
    double direction_gain_ = 0;
    double image_gain_ = 0;
  };

  explicit Solver(const KrylovOptions& options) : options_(options) {}
  Solver(const Solver&) = default;
  Solver& operator=(const Solver&) = default;

  /// Iterates until run.finished() or run.limit_reached(), or ends the run with another reason.
  /// On entry r = b - A x and is not below the target; on return x is the last finite iterate.
  /// Vectors come from run.vectors(); anything else is allocated in together(), before any
  /// communication.
  virtual void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) = 0;
  /// Whether it takes a preconditioner that varies().
  virtual bool takes_varying() const noexcept { return true; }
  /// Whether iterate_multi() is implemented.
  virtual bool takes_multi() const noexcept { return false; }
  /// The same for several vectors, with a run for each; log() gets the events of all together. If
  /// one run rescales, it returns with all vectors unchanged.
  virtual void iterate_multi(std::vector<Run>& runs, MultiVector<T>& x, MultiVector<T>& r);
  /// Whether iterates get better while their residuals grow, so that the last one is worth keeping.
  virtual bool residual_may_grow() const noexcept { return false; }
  /// Its options, one per line, which must be the same on all ranks.
  virtual std::string told() const;
  const EventLog& log() const noexcept { return log_; }

 private:
  friend class LinearSolver<T>;
  friend class SolverOperator<T>;
  SolveReport solve(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                    const Vector<T>& b, Vector<T>& x);
  std::vector<SolveReport> solve(const detail::SolveClock& clock, const Operator<T>& a,
                                 const Operator<T>& m, const MultiVector<T>& b, MultiVector<T>& x);
  /// The bare method: x = about A^-1 b from zero, with no measurement, report or verification; r is
  /// workspace for the residual.
  void solve_inside(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b, Vector<T>& x,
                    Vector<T>& r);

  void require_constant(const Operator<T>& m) const;
  void require_system(const Operator<T>& a, const Operator<T>& m, const Layout& b, const Layout& x,
                      LocalIndex b_columns, LocalIndex x_columns) const;
  SolveReport empty_report(const Operator<T>& a, const Operator<T>& m) const;
  detail::Goal goal(double b_norm, double start, int exponent) const;
  void run_and_verify(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                      const Vector<T>& b, Vector<T>& x, SolveReport& report);
  void run_and_verify(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                      const MultiVector<T>& b, MultiVector<T>& x,
                      std::vector<SolveReport>& reports);
  void run_alone(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                 const MultiVector<T>& b, MultiVector<T>& x, LocalIndex j, SolveReport& report);
  KrylovOptions options_;
  EventLog log_;
  detail::KeptWorkspace<T> workspace_;
};

/// A solver as an operator, so that it can precondition another one: y = approximately A^-1 x,
/// starting from zero. It keeps references to all three, and two vectors. It neither logs nor
/// verifies: the outer solver does. Must not be used by two threads at a time.
template <Scalar T>
class SolverOperator final : public Operator<T> {
 public:
  /// @throws DimensionMismatch when layouts do not match; InvalidArgument when A varies(), or M
  /// does where the solver needs one that is constant.
  SolverOperator(std::shared_ptr<Solver<T>> solver, std::shared_ptr<const Operator<T>> a,
                 std::shared_ptr<const Operator<T>> m);
  std::string name() const override { return solver_->name(); }
  bool varies() const noexcept override { return true; }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  std::shared_ptr<Solver<T>> solver_;
  std::shared_ptr<const Operator<T>> a_;
  std::shared_ptr<const Operator<T>> m_;
  mutable Vector<T> solution_;  // this and the next: allocated in the first product
  mutable Vector<T> residual_;
};

}  // namespace suan
