// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A matrix with the chosen method and its set-up, for solving with one right-hand side after the
// other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "suan/preconditioners/preconditioner.hpp"
#include "suan/solvers/registry.hpp"

namespace suan {

template <Scalar T>
class Amg;
struct AmgOptions;
struct AmgReport;

namespace detail {
template <Scalar T>
class LateCopy;
}

/// Solves A x = b repeatedly: the analysis of A, the choice and the set-up (solver, preconditioner,
/// a copy in another format, the vectors of the method) are made once and kept: later solves for
/// one right-hand side allocate no arrays, unless the system needs other units, or a solve turns to
/// multigrid or a factorisation, which is set up then and kept.
///
/// Must not be used by two threads at a time. Where A has several ranks, destroying it, or
/// replacing it, is collective: there may be factors on all of them.
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

  /// Solves from the initial guess in x and verifies, like suan::solve(). The report of the first
  /// solve after the constructor or update() includes the seconds of the set-up; later ones do not,
  /// but for multigrid's. Collective.
  /// @throws as Solver::solve().
  SolveReport solve(const Vector<T>& b, Vector<T>& x,
                    std::shared_ptr<EventLogger> logger = nullptr);
  /// The same for several right-hand sides, with a report for each.
  std::vector<SolveReport> solve(const MultiVector<T>& b, MultiVector<T>& x,
                                 std::shared_ptr<EventLogger> logger = nullptr);

  /// Replaces A by another matrix, or the same one with other values; a given preconditioner stays.
  /// Products look at the new matrix, and the choices are made anew. What they confirm is kept: the
  /// vectors, what the preconditioner can keep, and, if only values differ, the format of a copy.
  /// Returns what was kept and what was done, in words. If it throws, nothing changes. Collective.
  /// @throws like the constructor.
  std::string update(std::shared_ptr<const Operator<T>> a);

  /// The choices so far and their reasons; empty if nothing was left to choose.
  std::string choice() const;
  /// The options, with each "auto" replaced except for the format; the preconditioner is the first
  /// one also where multigrid came later.
  const SolveOptions& options() const noexcept { return setup_.options; }
  /// The levels of multigrid, if it is the preconditioner now; else null. Valid until the next
  /// solve() or update().
  const AmgReport* levels() const noexcept;

 private:
  /// The set-up for a matrix.
  struct Setup {
    SolveOptions options;
    std::string choice;
    std::shared_ptr<const Operator<T>> m;
    std::shared_ptr<Operator<T>> made;             // m, unless it was given
    std::shared_ptr<Preconditioner<T>> multigrid;  // made when m has proved to be slow
    bool may_climb = false;                        // from m to multigrid
    double most_left = 0;                          // iterations of multigrid after its trial
    bool gave_up = false;                          // multigrid, which did not help
    std::shared_ptr<Preconditioner<T>> factors;    // made when iterations led nowhere
    bool may_factorise = false;
    bool gave_up_factors = false;                     // that could not be had, or did not help
    std::unique_ptr<Solver<T>> solver;                // with the vectors that it keeps
    std::unique_ptr<Solver<T>> second;                // goes on where CG was the wrong choice
    std::shared_ptr<const Operator<T>> other;         // A in the requested format
    std::int64_t version = 0;                         // of the values that it copied
    std::shared_ptr<const detail::LateCopy<T>> late;  // or what may copy it later
    double seconds = 0;
    bool is_new = true;  // no report includes its seconds yet
  };
  /// Keeps what it can of `before`, and says so.
  Setup set_up(const Operator<T>& a, const Setup* before, std::string& done) const;
  void copy_matrix(const Operator<T>& a, const Setup* before, Setup& result,
                   std::string& done) const;
  void precondition(const Operator<T>& a, const Setup* before, Setup& result,
                    std::string& done) const;
  void keep_factors(const Operator<T>& a, const Setup* before, Setup& result,
                    std::string& done) const;
  const Operator<T>& matrix() const noexcept;
  template <class Vectors>
  std::vector<SolveReport> run(Solver<T>& solver, const Operator<T>& m,
                               const detail::SolveClock& clock, const Vectors& b, Vectors& x,
                               const std::shared_ptr<EventLogger>& logger) const;
  template <class Vectors>
  void run_more(Solver<T>& solver, const Operator<T>& m, const std::string& next,
                const detail::SolveClock& clock, std::vector<LocalIndex> open, const Vectors& b,
                Vectors& x, std::vector<SolveReport>& reports,
                const std::shared_ptr<EventLogger>& logger) const;
  template <class Vectors>
  std::vector<LocalIndex> try_multigrid(const detail::SolveClock& clock,
                                        const std::vector<LocalIndex>& slow, const Vectors& b,
                                        Vectors& x, std::vector<SolveReport>& reports,
                                        const std::shared_ptr<EventLogger>& logger);
  bool may_factorise(const Operator<T>& a) const;
  std::vector<LocalIndex> failed_early(const std::vector<SolveReport>& reports) const;
  std::vector<LocalIndex> stopped_early(const std::vector<SolveReport>& reports) const;
  void factorise(double pivot_threshold, const std::vector<LocalIndex>& open,
                 std::vector<SolveReport>& reports, EventLogger* logger);
  std::vector<LocalIndex> left_by_factors(const std::vector<SolveReport>& reports,
                                          const std::vector<LocalIndex>& open) const;
  template <class Vectors>
  std::vector<LocalIndex> try_factors(const detail::SolveClock& clock,
                                      const std::vector<LocalIndex>& open, const Vectors& b,
                                      Vectors& x, std::vector<SolveReport>& reports,
                                      const std::shared_ptr<EventLogger>& logger);
  void give_up_factors(const std::string& why);
  bool is_late(const detail::SolveClock& clock) const;
  Solver<T>& second();
  template <class Vectors>
  std::vector<SolveReport> climb(const detail::SolveClock& clock, const Vectors& b, Vectors& x,
                                 const std::shared_ptr<EventLogger>& logger);
  template <class Vectors>
  std::vector<SolveReport> solve_all(const Vectors& b, Vectors& x,
                                     const std::shared_ptr<EventLogger>& logger);
  std::vector<LocalIndex> select(const std::vector<SolveReport>& reports,
                                 bool (*which)(const SolveReport&)) const;
  std::shared_ptr<Amg<T>> make_multigrid(const AmgOptions& options,
                                         const std::vector<LocalIndex>& open,
                                         std::vector<SolveReport>& reports, EventLogger* logger,
                                         std::string& why) const;
  void keep_multigrid(const std::shared_ptr<Amg<T>>& made, const std::string& name, double left);
  void give_up_multigrid(const std::string& why);
  double left_of(const std::vector<SolveReport>& reports, const std::vector<LocalIndex>& open,
                 const std::vector<std::int64_t>& since) const;
  std::vector<LocalIndex> failed_of(const std::vector<SolveReport>& reports,
                                    const std::vector<LocalIndex>& which) const;
  void note_iterations(const std::vector<SolveReport>& reports) const;
  bool goes_on(const SolveReport& report) const;
  detail::SolveClock start(const Layout& b, EventLogger* logger);

  SolveOptions given_;
  std::shared_ptr<const Operator<T>> given_m_;
  std::shared_ptr<const Operator<T>> a_;
  Setup setup_;
};

}  // namespace suan
