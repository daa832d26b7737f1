// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Facts about a matrix: what decides which solver, preconditioner and storage format fit it.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "suan/distributed/distributed_matrix.hpp"

namespace suan {

/// What can be said about the signs of the eigenvalues without computing them.
enum class Definiteness {
  positive_definite,      ///< proved by Gershgorin's circles
  positive_semidefinite,  ///< proved to rounding by Gershgorin's circles; may be definite
  negative_definite,
  negative_semidefinite,
  indefinite,   ///< proved by the diagonal: both signs, or a zero beside other entries
  cannot_tell,  ///< the circles reach beyond zero, or the matrix is not Hermitian
};
std::string_view to_string(Definiteness definiteness);

/// Bytes that a format takes, or would take, on the ranks that hold the matrix now.
struct FormatMemory {
  std::string name;  ///< "csr", "csr32", "coo", "sell", "bsr"
  std::int64_t bytes = 0;
  double fill = 1;      ///< stored values, fill-in included, divided by entries
  std::string storage;  ///< how sell and bsr keep the values without loss
  int block = 0;        ///< rows of a block of bsr: the size that takes the fewest bytes
};

/// The result of analyse(). Prints as a short table and as JSON.
struct MatrixFacts {
  std::string scalar;  ///< "float64", ...
  GlobalIndex rows = 0;
  GlobalIndex columns = 0;
  std::int64_t entries = 0;
  int ranks = 1;

  /// Comparisons with the transpose by hash: of the sums, over all entries, of a hash of 64 bits.
  /// One changed bit is seen; a matrix that is not symmetric passes with a probability of about
  /// 2^-64, or when it was made to. The pattern counts stored entries; the values do not tell a
  /// stored zero from an absent entry.
  bool pattern_symmetric = false;
  bool symmetric = false;
  bool hermitian = false;
  bool skew_symmetric = false;
  /// Hermitian up to rounding, as suan::probe() finds with products; implied by `hermitian`.
  bool hermitian_to_rounding = false;

  /// The largest i - j and j - i of an entry; 0 when no entry lies on that side.
  GlobalIndex lower_bandwidth = 0;
  GlobalIndex upper_bandwidth = 0;

  std::int64_t shortest_row = 0;
  std::int64_t longest_row = 0;
  double mean_row = 0;
  GlobalIndex empty_rows = 0;
  /// Rows by length: element 0 counts the empty ones, element k those of 2^(k-1) to 2^k - 1.
  std::vector<std::int64_t> row_lengths;

  /// Of the min(rows, columns) diagonal entries: real and positive, real and negative, stored but
  /// zero, not stored. What is left is complex.
  GlobalIndex positive_diagonals = 0;
  GlobalIndex negative_diagonals = 0;
  GlobalIndex zero_diagonals = 0;
  GlobalIndex missing_diagonals = 0;

  /// Rows with |a_ii| > sum of the other |a_ij|, and with >=; differences within the rounding of
  /// the sum count as none.
  GlobalIndex strictly_dominant_rows = 0;
  GlobalIndex dominant_rows = 0;

  /// The least and the largest |a_ij| that are not zero; 0 without such entries.
  double smallest_magnitude = 0;
  double largest_magnitude = 0;
  std::int64_t stored_zeros = 0;
  std::int64_t not_finite = 0;  ///< entries that are NaN or infinite

  /// The real parts of all eigenvalues lie in [lower, upper] (Gershgorin's circles); NaN when the
  /// matrix is not square or holds entries that are not finite.
  double eigenvalue_lower_bound = 0;
  double eigenvalue_upper_bound = 0;
  Definiteness definiteness = Definiteness::cannot_tell;
  std::string definiteness_reason;  ///< a sentence

  /// Of sell and bsr as optimize() would make them; slices and blocks begin with each rank's first
  /// row. In csr32 offsets take 32 bits.
  std::vector<FormatMemory> memory;

  /// Compact when `indent` is negative. NaN and infinity are written as null.
  std::string to_json(int indent = 2) const;
};

/// A short table.
std::ostream& operator<<(std::ostream& out, const MatrixFacts& facts);

/// Looks at every entry once, on the host, and makes up to two products; values and structure are
/// looked at once more for the formats. Equality with the
/// transpose is decided by sums of 64-bit hashes over all entries, which do not depend on the
/// order: nothing is transposed or sent, and two different matrices agree by accident with a
/// probability of about 2^-64. Peak memory beside the matrix: two vectors, and 24 bytes for a slice
/// of rows or 8 for a block row. Collective.
template <Scalar T>
MatrixFacts analyse(const DistributedMatrix<T>& a);

}  // namespace suan
