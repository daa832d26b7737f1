// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Algebraic multigrid: by smoothed aggregation, P. Vanek, J. Mandel, M. Brezina, "Algebraic
// multigrid by smoothed aggregation for second and fourth order elliptic problems", Computing 56
// (1996), 179-196; classical; or with approximate ideal restriction.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "suan/core/options.hpp"
#include "suan/matrix/distributed_matrix.hpp"
#include "suan/preconditioners/preconditioner.hpp"

namespace suan {

namespace multigrid {
template <Scalar T>
class Hierarchy;
template <Scalar T>
class Rounded;
template <Scalar T>
class AmgFile;
}  // namespace multigrid

/// Classical multigrid: coarse points by a relative of PMIS, and extended+i interpolation.
/// J. Ruge, K. Stueben, "Algebraic multigrid", in: Multigrid Methods, SIAM 1987, 73-130; H. De
/// Sterck, R. D. Falgout, J. W. Nolting, U. M. Yang, "Distance-two interpolation for parallel
/// algebraic multigrid", Numer. Linear Algebra Appl. 15 (2008), 115-139.
struct ClassicalOptions {
  std::int64_t max_entries = 4;        ///< of a row of the prolongator; the largest are kept
  double truncation = 0;               ///< smaller ones than this share of the largest are dropped
  std::int64_t aggressive_levels = 0;  ///< so many first levels are coarsened twice at once
  /// Whether coarse points that no other point needs are left out. Keeping them takes fewer
  /// iterations where errors are smooth along directions that are not those of a grid.
  bool fewer_points = true;
  /// Rows whose sum is more than this share of the diagonal entry are only smoothed. 1: none.
  double max_row_sum = 0.9;
  static const OptionTable<ClassicalOptions>& table();
};
/// Approximate ideal restriction, for matrices that are not Hermitian, above all convection: rows
/// of R that make the coarse equations nearly free of the errors at fine points, interpolation from
/// one point, and sweeps over the fine points after the correction, none before it.
/// T. A. Manteuffel, J. Ruge, B. S. Southworth, "Nonsymmetric algebraic multigrid based on local
/// approximate ideal restriction (lAIR)", SIAM J. Sci. Comput. 40 (2018), A4105-A4130.
struct AirOptions {
  /// How far the fine points in a row of R may be from its coarse point, in strong connections: 1
  /// or 2.
  std::int64_t distance = 2;
  /// Entries with -a_ij below this share of the largest of their row do not count for that.
  double restriction_theta = 0.05;
  std::int64_t max_fine_points = 24;  ///< of a row of R; those with the strongest paths are kept
  std::int64_t fine_sweeps = 2;       ///< of Jacobi over fine points, before one over coarse points
  /// Entries of coarse matrices below this share of the largest off-diagonal one of their row are
  /// added to the diagonal; 0 keeps all.
  double filter = 0.01;
  static const OptionTable<AirOptions>& table();
};
/// What AmgOptions::coarsening may name.
std::vector<OptionType> coarsening_types();

struct AmgOptions {
  /// "aggregation": smoothed; "classical": coarser levels have some of the unknowns of finer ones;
  /// "air": likewise, with a restriction for convection; "auto": aggregation or classical, by a
  /// scan of the matrix, which also decides whether the prolongator is smoothed. The notes of the
  /// report say why. A near null space, or one of `block_size`, `theta`, `strength`,
  /// `first_aggregates`, `relaxed_vectors` and `smooth_prolongator` that is not at its default,
  /// makes "auto" choose aggregation.
  OptionNode coarsening = "auto";
  /// Threshold of strong connections. Negative: for aggregation 0.08, halved on each level; for
  /// classical multigrid, and for the coarse points of "air", 0.25.
  double theta = -1;
  /// Of aggregation: which entries may be strong connections. "absolute": all, by their absolute
  /// values; "signed": negative ones alone, for scalar problems; "auto": signed where positive
  /// ones have weight in most rows of a scalar problem.
  std::string strength = "auto";
  /// Of aggregation, on the first level: "small": roots of aggregates are at least three strong
  /// connections apart; "large": four, for aggregates of two to three times as many nodes: coarser
  /// levels are as much smaller, set-ups cheaper, and CG takes some more iterations; "auto": large
  /// for smoothed prolongators of scalar problems with at most ten of them in a row, on average.
  std::string first_aggregates = "auto";
  std::int64_t block_size = 1;  ///< unknowns of a node, in consecutive rows
  /// Of aggregation: so many vectors are added to the near null space, for systems of which nobody
  /// knows it: pseudo-random ones that are relaxed by 24 products with A each, once, before the
  /// first set-up. Given vectors, such as rigid_body_modes(), are better, and cheaper. With relaxed
  /// ones levels are the same on any number of ranks, but only up to rounding.
  std::int64_t relaxed_vectors = 0;
  std::int64_t levels = 20;        ///< at most
  std::int64_t coarse_rows = 500;  ///< a level with at most so many is the last
  /// Levels with fewer rows for each rank than this are moved to fewer ranks, and so are those with
  /// fewer than eight times as many that have more than half as many ghosts as rows: such levels
  /// cost messages, not arithmetic. Long rows count once for every 32 entries. Negative: 1000, on
  /// GPUs 50000. 0: none is moved.
  std::int64_t rank_rows = -1;
  /// "single": float for double, complex64 for complex128, unless the matrix is refused in it;
  /// "same": that of the matrix; "auto": single, except for aggregation without smoothed
  /// prolongators. (There entries that differ much in size are summed over aggregates, and what is
  /// left of them is lost.) Either way an Amg works on vectors of T.
  std::string precision = "auto";
  OptionNode smoother = "auto";
  /// "v"; "w": twice on each coarser level; "f": twice, the second time by a V-cycle; "k":
  /// twice, as steps of a Krylov method, for prolongators that are not smoothed. An Amg with
  /// K-cycles varies(). So does one with F-cycles, although they are the same map each time: it is
  /// not Hermitian, and flexible CG does not need it to be.
  std::string cycle = "v";
  /// Whether the prolongator is smoothed. Without that, set-up and levels are cheaper, and CG takes
  /// more iterations, though not many more with K-cycles.
  bool smooth_prolongator = true;
  /// Bytes that the ranks of a node may use for the set-up and the hierarchy, beside A; 0: what is
  /// free there when the set-up begins. Where the forecast is above that, cheaper options are
  /// taken, with a note, or the set-up is refused.
  std::int64_t memory = 0;
  static const OptionTable<AmgOptions>& table();
};

/// One level of a hierarchy, the first being that of A.
struct AmgLevel {
  GlobalIndex rows = 0;
  std::int64_t entries = 0;
  std::int64_t node_rows = 1;              ///< of each node; 0 if they differ
  std::int64_t ranks = 1;                  ///< that own rows of it
  std::int64_t interpolation_entries = 0;  ///< of the prolongator to this level from the next one
  /// Of its matrix in CSR, and of the prolongator to it and the restriction from it, on all ranks.
  std::int64_t bytes = 0;
  double radius = 0;     ///< the spectral radius of D^-1 A_F that damped it
  std::string smoother;  ///< or what solves the coarsest level
  /// Seconds of the steps of the set-up that made the next level from this one.
  double strength = 0;
  double aggregation = 0;
  double tentative = 0;
  double interpolation = 0;
  double restriction = 0;
  double product = 0;
  double smoothing = 0;  ///< to set up the smoother, or to factorise
};

/// Bytes of all ranks together, beside A.
struct AmgMemory {
  std::int64_t hierarchy = 0;  ///< what stays
  std::int64_t peak = 0;       ///< of the set-up; 0: unknown
};

/// Prints as a table.
struct AmgReport {
  std::vector<AmgLevel> levels;
  /// What was expected once the first aggregates had been found, or, with coarse points, before the
  /// first coarse matrix was made; and what it came to: the arrays of the levels, and at the peak
  /// the growth of the processes according to the system. The peak is unknown where they had been
  /// larger before, as in most updates.
  AmgMemory forecast;
  AmgMemory memory;
  double seconds = 0;              ///< of the set-up
  std::vector<std::string> notes;  ///< what was decided, and why
  /// Entries, or rows, of all levels, divided by those of A.
  double operator_complexity() const;
  double grid_complexity() const;
  std::int64_t bytes() const;  ///< of all levels
  /// Compact when `indent` is negative.
  std::string to_json(int indent = 2) const;
};
std::ostream& operator<<(std::ostream& out, const AmgReport& report);

/// What Amg::check() measured. Prints as a table.
struct AmgCheck {
  /// For each level, the factor by which a cycle on it and those below reduces the residual, in the
  /// long run.
  std::vector<double> factors;
  /// For each level, how far a cycle M on it and those below is from the Hermitian map that CG
  /// needs: |c^H M b - b^H M c| / c^H M b, with c = A M b, for a pseudo-random b. Empty if A is not
  /// Hermitian, for K-cycles, which are not linear maps, and for F-cycles, which are not Hermitian.
  std::vector<double> asymmetry;
  /// For each level but the last, ||B - P B_c|| / ||B||, with its near null space B and B_c, that
  /// of the next level: the largest value for a vector. Rows in which A B is not small do not
  /// count. NaN where the near null space is not known.
  std::vector<double> interpolation;
  /// On levels that do not contract, or hardly; whose cycle is not Hermitian although A is; whose
  /// matrices grow; and whose prolongators miss the near null space; each with what to try.
  std::vector<std::string> notes;
};
std::ostream& operator<<(std::ostream& out, const AmgCheck& check);

/// One cycle for A x = b from x = 0. With CG: A Hermitian positive definite, or semidefinite with
/// a consistent b. Aggregates and all levels have the same bits on any number of ranks and threads
/// (with CUDA up to rounding of the products).
///
/// Classical multigrid (`coarsening`) is more robust for scalar problems, at a set-up that costs
/// more. It treats the unknowns of a node each by itself, and represents constants of each: giving
/// another near null space is an error.
///
/// With "air", A must not be Hermitian, nodes have one unknown, and the near null space is the
/// constant. Unless `smoother` names another one, which is then applied before and after, the
/// smoother is Jacobi's iteration over the fine points and then over the coarse ones.
///
/// Rows with more than a hundred entries, and ten times the mean of their level, are hubs: they
/// belong to no aggregate, and are only smoothed. Without that the levels of graphs with hubs
/// become dense.
///
/// Levels are made until one has at most `coarse_rows` rows, which is solved, on every rank that
/// has rows of it, by a dense factorisation that also works for singular matrices; or until they
/// stop getting smaller or are `levels`. Then the last one is solved in the same way if it has at
/// most 4000 rows (1500 if A is not Hermitian), whatever `coarse_rows` is, and else by a sparse
/// factorisation. It is only smoothed if it has more than 30000 rows, or if the factors would have
/// more than 2000000 entries or have a zero pivot. Rows without connections belong to no coarser
/// level.
///
/// On several ranks, coarse levels are moved to fewer and fewer of them (`rank_rows`), within a
/// node first, and the last ones usually to a single rank. The others wait for the result: they
/// neither exchange nor reduce anything on these levels. Where a level is moved to has no influence
/// on its bits.
///
/// The hierarchy is in single precision by default: the solver that uses it works, and verifies, in
/// its own. That costs few iterations or none, unless parts of the matrix are singular but for less
/// than about 1e-6 of their entries: such directions are taken for singular (see the notes of the
/// report), and `precision` "same" tells them apart.
///
/// Whether A is Hermitian is what probe() finds. It compares entries in columns of other ranks by
/// products alone, so that a matrix within its tolerance may be taken for either.
///
/// Memory: the values of A once more if levels are in single precision, the coarse matrices, twice
/// the prolongators, three vectors on the finest level and five on each other one, on which W- and
/// F-cycles take two more and K-cycles four more, all in the precision of the hierarchy; and a bit
/// for each entry. The set-up peaks where the first prolongator is made or, on several ranks, the
/// first coarse matrix, for which each rank copies A with rows of others. report() has the bytes.
/// During an update there are two hierarchies, and from the first update on the structures of the
/// coarse matrices and of R are kept once more.
template <Scalar T>
class Amg final : public Preconditioner<T> {
 public:
  /// With a constant for each unknown of a node as near null space. Collective.
  /// @throws NotSupported when A has no accessible entries; DimensionMismatch unless rows and
  /// columns are distributed alike, in whole nodes; InvalidArgument when options are out of range
  /// or differ between ranks, for a row with an entry that is not finite or without a positive
  /// diagonal entry, with its number, when x^H A x for x = 1, or a coarser level, shows that a
  /// Hermitian A is indefinite, or for options that the named coarsening cannot use; OutOfMemory
  /// when even the cheapest options would need more memory than they may use, with the numbers, or
  /// when memory runs out all the same.
  explicit Amg(const Operator<T>& a, const AmgOptions& options = {});
  /// With the near null space that the columns of `near_null_space` span, in any scaling; see
  /// rigid_body_modes(). @throws also DimensionMismatch unless it is distributed as the rows of A;
  /// InvalidArgument unless it has 1 to 32 vectors, or for elements that are not finite.
  Amg(const Operator<T>& a, const MultiVector<T>& near_null_space, const AmgOptions& options = {});
  Amg(Amg&&) noexcept;
  Amg& operator=(Amg&&) noexcept;
  ~Amg() override;

  std::string name() const override { return "amg"; }
  bool varies() const noexcept override { return options_.cycle == "k" || options_.cycle == "f"; }
  bool rounds() const noexcept override { return rounded_ != nullptr; }
  std::int64_t bytes_per_apply() const override;
  /// Where they exceed those of the first solve since everything was new by more than half plus
  /// two, the next update makes everything anew.
  void note_iterations(std::int64_t iterations) override;
  const AmgReport& report() const noexcept { return report_; }
  /// With what was chosen for `coarsening` and `strength` in place of "auto", or in order to need
  /// less memory. Updates keep it.
  const AmgOptions& options() const noexcept { return options_; }
  /// Whether A was found to be Hermitian, so that cycles are, too.
  bool is_hermitian() const;
  /// The scalar type of the levels: "float32" for those of an Amg<double> in single precision.
  std::string scalar() const;
  /// For each of this rank's rows, the number of its aggregate on the finest level; -1 for a row in
  /// none, and for all where the next level, if there is one, was not made of aggregates.
  std::vector<GlobalIndex> aggregates() const;
  /// Measures each level: up to 30 cycles from there down for A e = 0, from a pseudo-random e that
  /// does not depend on the number of ranks, two more for their symmetry, and the prolongator on
  /// the near null space. Takes about as long as 12 to 40 cycles. Collective.
  AmgCheck check() const;

 private:
  friend class multigrid::AmgFile<T>;

  /// Without levels: for what reads them.
  Amg(const Layout& rows, const AmgOptions& options, MultiVector<T> near_null);
  /// Keeps aggregates while the structure of A stays, and interpolation while its rows change
  /// little: see the user guide.
  std::string do_update(const Operator<T>& a) override;
  std::string update_values(const DistributedMatrix<T>& a);
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override;
  void do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const override;
  void choose(const DistributedMatrix<T>& a);
  void relax_vectors(const DistributedMatrix<T>& a);
  void set_up(const DistributedMatrix<T>& a, bool in_single,
              const std::string& precision_note = {});
  std::string make(const DistributedMatrix<T>& a, const AmgOptions& options, bool in_single);
  bool is_worn() const;
  void take_report(const std::string& note);
  MultiVector<T> near_null() const;

  AmgOptions options_;
  MultiVector<T> near_null_;                            // without vectors: constants
  std::unique_ptr<multigrid::Rounded<T>> rounded_;      // in single precision, or
  std::unique_ptr<multigrid::Hierarchy<T>> hierarchy_;  // in that of T
  AmgReport report_;
  std::vector<std::string> choice_;    // the first notes of the report
  std::string way_note_;               // of what was chosen to need less memory
  std::string precision_note_;         // that of the report
  double change_ = 0;                  // of rows since interpolation was made
  std::int64_t first_iterations_ = 0;  // of a solve since all was new; 0: none yet
  std::int64_t last_iterations_ = 0;
  mutable std::optional<Vector<T>> result_;  // of a cycle that is not all of y
};

}  // namespace suan
