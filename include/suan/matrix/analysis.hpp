// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Facts about a matrix that decide which solver, preconditioner and storage format fit it.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "suan/matrix/distributed_matrix.hpp"

namespace suan {

/// What is known about the signs of the eigenvalues without computing them.
enum class Definiteness {
  positive_definite,      ///< proved by Gershgorin's circles
  positive_semidefinite,  ///< proved to rounding by Gershgorin's circles; may be definite
  negative_definite,
  negative_semidefinite,
  indefinite,   ///< proved by the diagonal: both signs, or a zero in a row with other entries
  cannot_tell,  ///< the circles reach across zero, or the matrix is not Hermitian
};
std::string_view to_string(Definiteness definiteness);

/// Bytes that a format takes, or would take, on the current ranks.
struct FormatMemory {
  std::string name;  ///< "csr", "csr32", "coo", "sell", "bsr"
  std::int64_t bytes = 0;
  double fill = 1;      ///< stored values, fill-in included, divided by entries
  std::string storage;  ///< the lossless storage of values in sell and bsr
  int block = 0;        ///< block size of bsr: the one that takes the fewest bytes
};

/// The result of analyse(). Prints as a short table and as JSON.
struct MatrixFacts {
  std::string scalar;  ///< "float64", ...
  GlobalIndex rows = 0;
  GlobalIndex columns = 0;
  std::int64_t entries = 0;
  int ranks = 1;

  /// Comparisons with the transpose by hash: sums, over all entries, of 64-bit hashes. One changed
  /// bit is seen; an unsymmetric matrix passes with a probability of about 2^-64, or when it was
  /// made to pass. The pattern consists of the stored entries; for the values a stored zero equals
  /// an absent entry.
  bool pattern_symmetric = false;
  bool symmetric = false;
  bool hermitian = false;
  bool skew_symmetric = false;
  /// Hermitian up to rounding, tested with products as in suan::probe(); implied by `hermitian`.
  bool hermitian_to_rounding = false;

  /// The largest i - j and j - i of an entry; 0 when there is no entry on that side.
  GlobalIndex lower_bandwidth = 0;
  GlobalIndex upper_bandwidth = 0;

  std::int64_t shortest_row = 0;
  std::int64_t longest_row = 0;
  double mean_row = 0;
  GlobalIndex empty_rows = 0;
  /// Rows by length: element 0 counts the empty ones, element k those of 2^(k-1) to 2^k - 1.
  std::vector<std::int64_t> row_lengths;

  /// Of the min(rows, columns) diagonal entries: real and positive, real and negative, stored but
  /// zero, not stored. The rest is complex.
  GlobalIndex positive_diagonals = 0;
  GlobalIndex negative_diagonals = 0;
  GlobalIndex zero_diagonals = 0;
  GlobalIndex missing_diagonals = 0;

  /// Rows with |a_ii| > sum of the other |a_ij|, and with >=; differences below the rounding error
  /// of the sum are ignored.
  GlobalIndex strictly_dominant_rows = 0;
  GlobalIndex dominant_rows = 0;

  /// The smallest and the largest nonzero |a_ij|; 0 if there are none.
  double smallest_magnitude = 0;
  double largest_magnitude = 0;
  std::int64_t stored_zeros = 0;
  std::int64_t not_finite = 0;  ///< entries that are NaN or infinite

  /// The real parts of all eigenvalues are in [lower, upper] (Gershgorin's circles); NaN when the
  /// matrix is not square or has entries that are not finite.
  double eigenvalue_lower_bound = 0;
  double eigenvalue_upper_bound = 0;
  Definiteness definiteness = Definiteness::cannot_tell;
  std::string definiteness_reason;  ///< a sentence

  /// For sell and bsr as optimize() would make them; slices and blocks start at each rank's first
  /// row. csr32 is CSR with 32-bit offsets.
  std::vector<FormatMemory> memory;

  /// Compact when `indent` is negative. NaN and infinity are written as null.
  std::string to_json(int indent = 2) const;
};

/// A short table.
std::ostream& operator<<(std::ostream& out, const MatrixFacts& facts);

/// Reads every entry once, on the host, and forms up to two products; the formats take one more
/// pass over values and structure. 64-bit hashes summed over all entries decide equality with the
/// transpose. The sums do not depend on the order, so nothing is transposed or sent, and two
/// different matrices pass as equal with a probability of about 2^-64. Peak memory besides the
/// matrix: two vectors, and 24 bytes per slice of rows or 8 per block row. Collective.
template <Scalar T>
MatrixFacts analyse(const DistributedMatrix<T>& a);

}  // namespace suan
