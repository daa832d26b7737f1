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
  double rtol = 1e-8;  ///< the default stands for 1e-5 in float32; see relative_tolerance()
  double atol = 0;
  std::int64_t max_iterations = 1000;
  double time_limit = 0;  ///< seconds; 0 means none
  double dtol = 1e5;      ///< diverged when the residual exceeds dtol times max(||b||, start)
  static const OptionTable<KrylovOptions>& table();
};

/// The rtol that counts for scalars of type T. float32 has seven digits, so its default is 1e-5;
/// and a solve with the default is converged, too, where the rounding errors of the residual
/// itself, about eps ||A|| ||x||, are all that is left, and at most 1e-2 ||b||.
template <Scalar T>
double relative_tolerance(const KrylovOptions& options);

namespace detail {
/// What the parts of one solve share: its set-up, its rounds and its methods.
struct SolveClock {
  double before = 0;          ///< seconds of the set-up
  std::int64_t patience = 0;  ///< see Solver::Run::finished(); 0 means without end
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
/// solve() handles what does not depend on the method: checks, zero right-hand side, exact initial
/// guess, non-finite input, the recomputed residual at the end and the restart when the method's
/// own residual had drifted from it. Methods implement iterate().
///
/// The scale of A, b and M changes nothing but exponents: where squares of their elements could
/// overflow or vanish, methods work on 2^k b, 2^k x and 2^m M, which rounds nothing.
template <Scalar T>
class Solver {
 public:
  virtual ~Solver() = default;
  virtual std::string name() const = 0;

  /// Solves A x = b from the initial guess in x, with M an approximation of A's inverse.
  /// x is finite afterwards if it was before, whatever happened. Where the solve fails with a
  /// larger residual than that of the guess, x is the guess; at a limit CG keeps an iterate
  /// whose energy, x^H A x / 2 - b^H x, is smaller, even where its residual is not. Collective.
  /// @throws DimensionMismatch when layouts do not fit; InvalidArgument when A is not square, b and
  /// x share elements, or the ranks were told different things; OutOfMemory. The same on all ranks.
  SolveReport solve(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b, Vector<T>& x);
  /// Without preconditioner.
  SolveReport solve(const Operator<T>& a, const Vector<T>& b, Vector<T>& x);

  /// Solves for several right-hand sides side by side, with a report for each. CG takes one step of
  /// all of them at a time, so that the matrix is read once; a vector that is solved leaves. The
  /// seconds and joules of each report are then those of all together, and its bytes a share; what
  /// loggers hear of an iteration is the vector farthest from its target. Other methods, and CG
  /// with one or two vectors, solve one after the other. @throws as above, and DimensionMismatch
  /// unless b and x have as many vectors.
  std::vector<SolveReport> solve(const Operator<T>& a, const Operator<T>& m,
                                 const MultiVector<T>& b, MultiVector<T>& x);
  /// Without preconditioner.
  std::vector<SolveReport> solve(const Operator<T>& a, const MultiVector<T>& b, MultiVector<T>& x);

  void add_logger(std::shared_ptr<EventLogger> logger) { log_.add(std::move(logger)); }

 protected:
  /// The state of a run, seen by the method. Norms are those of the system that it is given; what
  /// reports and loggers get of them is in the user's units.
  class Run {
   public:
    /// Loggers hear of its iterations where it `speaks`.
    Run(const Operator<T>& matrix, const Operator<T>& preconditioner, const Solver& solver,
        const EventLog& log, const detail::SolveClock& clock, const detail::Goal& goal,
        SolveReport& report, bool speaks);

    const Operator<T>& a;
    const Operator<T>& m;

    /// Notes a finished iteration. True when the method has to end, with the reason noted: the
    /// target is reached, or what rounding lets be reached; the residual is not finite, has
    /// diverged, or has not fallen to half of its start when the clock's patience ended.
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
    double residual_norm() const noexcept { return report_.residual_norm; }  ///< the user's
    double target() const noexcept;                                          ///< the user's
    /// A norm in the user's units.
    double in_users_units(double norm) const noexcept;

    /// Whether numbers of a method's first step are so large or small that elements of its vectors
    /// or later numbers may overflow or vanish.
    bool leaves_range(double first, double second) const noexcept;
    /// Asks for other units, given ||M r|| / ||r|| and ||A M r|| / ||r||. True when they can help:
    /// the method then returns, with x and r as they were, and begins again in them.
    bool rescale(double direction_gain, double image_gain);
    bool rescales() const noexcept { return rescales_; }
    double direction_gain() const noexcept { return direction_gain_; }
    double image_gain() const noexcept { return image_gain_; }

   private:
    const KrylovOptions& options_;
    const EventLog& log_;
    const detail::SolveClock& clock_;
    const detail::Goal& goal_;
    SolveReport& report_;
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
  /// On entry r = b - A x and is not below the target; on return x is the last finite iterate. What
  /// it allocates, it allocates in together(), before it communicates.
  virtual void iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) = 0;
  /// Whether iterate_block() is there.
  virtual bool takes_blocks() const noexcept { return false; }
  /// The same for several vectors, with a run for each; log() is for what it says of all. When it
  /// asks one run to rescale, it returns with all vectors as they were.
  virtual void iterate_block(std::vector<Run>& runs, MultiVector<T>& x, MultiVector<T>& r);
  /// Whether iterates get better while their residuals grow, so that the last one is worth keeping.
  virtual bool residual_may_grow() const noexcept { return false; }
  /// Its options in lines, which all ranks have to agree on.
  virtual std::string told() const;
  const EventLog& log() const noexcept { return log_; }

 private:
  friend class LinearSolver<T>;
  friend class SolverOperator<T>;
  SolveReport solve(const detail::SolveClock& clock, const Operator<T>& a, const Operator<T>& m,
                    const Vector<T>& b, Vector<T>& x);
  std::vector<SolveReport> solve(const detail::SolveClock& clock, const Operator<T>& a,
                                 const Operator<T>& m, const MultiVector<T>& b, MultiVector<T>& x);
  /// Without the frame: x = about A^-1 b from zero, with nothing measured, told or verified; r is
  /// for the residual.
  void solve_inside(const Operator<T>& a, const Operator<T>& m, const Vector<T>& b, Vector<T>& x,
                    Vector<T>& r);

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
};

/// A solver as an operator, so that it can precondition another one: y = approximately A^-1 x,
/// starting from zero. It keeps references to all three, and two vectors. Its loggers hear nothing,
/// and nothing is verified: the outer solver does that. Not for two threads at a time.
template <Scalar T>
class SolverOperator final : public Operator<T> {
 public:
  SolverOperator(std::shared_ptr<Solver<T>> solver, std::shared_ptr<const Operator<T>> a,
                 std::shared_ptr<const Operator<T>> m);
  std::string name() const override { return solver_->name(); }
  bool varies() const noexcept override { return true; }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  std::shared_ptr<Solver<T>> solver_;
  std::shared_ptr<const Operator<T>> a_;
  std::shared_ptr<const Operator<T>> m_;
  mutable Vector<T> solution_;  // this and the next: made in the first product
  mutable Vector<T> residual_;
};

}  // namespace suan
