// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/analysis.hpp"

#include <algorithm>
#include <limits>

#include "analysis_rows.hpp"
#include "matrix/formats.hpp"
#include "suan/core/detail/host_loop.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/probe.hpp"

namespace suan {

namespace {

using namespace detail::analysis;
using detail::format_layouts;
using detail::host_loop;

template <Scalar T>
Partial visit_all_rows(const Rows<T>& rows) {
  // A few chunks per thread balance uneven rows; their results are merged in order.
  const auto wanted = 8 * static_cast<std::int64_t>(HostExecutionSpace().concurrency());
  const std::int64_t units = (std::int64_t{rows.count()} + chunk_unit - 1) / chunk_unit;
  const std::int64_t chunk = chunk_unit * std::max<std::int64_t>(1, units / wanted);
  const std::int64_t chunks = (std::int64_t{rows.count()} + chunk - 1) / chunk;
  std::vector<Partial> partial(static_cast<std::size_t>(chunks));
  host_loop(partial.size(), true, [&](std::size_t k) {
    const std::int64_t begin = static_cast<std::int64_t>(k) * chunk;
    const std::int64_t end = std::min<std::int64_t>(begin + chunk, rows.count());
    rows.visit(static_cast<LocalIndex>(begin), static_cast<LocalIndex>(end), partial[k]);
  });
  Partial sum;
  for (const Partial& part : partial) sum.merge(part);
  return sum;
}

void merge_ranks(const Communicator& comm, Partial& sum) {
  comm.sum(std::span<std::uint64_t>(sum.count));
  sum.lower_bandwidth = comm.max(sum.lower_bandwidth);
  sum.upper_bandwidth = comm.max(sum.upper_bandwidth);
  sum.shortest_row = comm.min(sum.shortest_row);
  sum.longest_row = comm.max(sum.longest_row);
  sum.smallest = comm.min(sum.smallest);
  sum.largest = comm.max(sum.largest);
  sum.lower_bound = comm.min(sum.lower_bound);
  sum.upper_bound = comm.max(sum.upper_bound);
}

void judge_definiteness(const Partial& sum, MatrixFacts& facts) {
  const auto all = static_cast<std::uint64_t>(facts.rows);
  const auto conclude = [&facts](Definiteness definiteness, std::string reason) {
    facts.definiteness = definiteness;
    facts.definiteness_reason = std::move(reason);
  };
  if (facts.rows != facts.columns) {
    return conclude(Definiteness::cannot_tell, "the matrix is not square");
  }
  if (facts.rows == 0) return conclude(Definiteness::cannot_tell, "the matrix has no rows");
  if (facts.not_finite > 0) {
    return conclude(Definiteness::cannot_tell, "some entries are not finite");
  }
  if (!facts.hermitian_to_rounding) {
    if (sum.count[positive_circles] == all) {
      return conclude(Definiteness::cannot_tell,
                      "not Hermitian, but all eigenvalues have positive real parts (Gershgorin)");
    }
    return conclude(Definiteness::cannot_tell, "the matrix is not Hermitian");
  }
  const GlobalIndex zeros = facts.zero_diagonals + facts.missing_diagonals;
  if (facts.positive_diagonals > 0 && facts.negative_diagonals > 0) {
    return conclude(Definiteness::indefinite, "the diagonal has entries of both signs");
  }
  if (zeros > static_cast<GlobalIndex>(sum.count[isolated_zeros])) {
    return conclude(Definiteness::indefinite,
                    "a row with a zero on the diagonal has other entries");
  }
  if (sum.count[positive_circles] == all) {
    return conclude(Definiteness::positive_definite, "all rows are strictly dominant (Gershgorin)");
  }
  if (sum.count[negative_circles] == all) {
    return conclude(Definiteness::negative_definite, "all rows are strictly dominant (Gershgorin)");
  }
  if (sum.count[right_circles] == all) {
    return conclude(Definiteness::positive_semidefinite,
                    "all rows are dominant to rounding (Gershgorin); it may be definite");
  }
  if (sum.count[left_circles] == all) {
    return conclude(Definiteness::negative_semidefinite,
                    "all rows are dominant to rounding (Gershgorin); it may be definite");
  }
  if (zeros > 0) {
    return conclude(Definiteness::cannot_tell, "some rows are zero, so the matrix is singular");
  }
  conclude(Definiteness::cannot_tell,
           facts.positive_diagonals > 0
               ? "the diagonal is positive, as that of a positive definite matrix is"
               : "the diagonal is negative, as that of a negative definite matrix is");
}

/// Bytes that each format takes, or would take. The product formats hold the columns that a rank
/// owns; ghost columns stay in csr. Collective.
template <Scalar T>
void count_memory(const DistributedMatrix<T>& a, MatrixFacts& facts) {
  const auto& comm = a.comm();
  const std::int64_t n = facts.entries;
  const std::int64_t value_bytes = sizeof(T);
  const auto offsets = [&facts](std::int64_t bytes) { return (facts.rows + facts.ranks) * bytes; };
  facts.memory.push_back({"csr", n * (value_bytes + 4) + offsets(8), 1, "", 0});
  facts.memory.push_back({"csr32", n * (value_bytes + 4) + offsets(4), 1, "", 0});
  facts.memory.push_back({"coo", n * (value_bytes + 8), 1, "", 0});
  const auto& remote = a.remote().matrix;
  const std::int64_t apart =
      comm.sum(remote.rows() > 0 ? remote.memory_bytes() + std::int64_t{4} * remote.rows() : 0);
  // Blocks are listed however large they are.
  const auto most = std::numeric_limits<std::int64_t>::max();
  for (const auto& format : format_layouts<T>(a, {}, most, false)) {
    const std::int64_t stored =
        comm.sum(static_cast<std::int64_t>(format.layout->stored_values() + remote.entries()));
    const double fill = n > 0 ? static_cast<double>(stored) / static_cast<double>(n) : 1.0;
    facts.memory.push_back({format.name, format.bytes + apart, fill,
                            std::string(to_string(format.storage)), format.block});
  }
}

MatrixFacts facts_from(const Partial& sum, MatrixFacts facts) {
  const auto counted = [&sum](std::size_t k) { return static_cast<std::int64_t>(sum.count[k]); };
  const bool square = facts.rows == facts.columns;
  facts.pattern_symmetric = square && sum.count[hash_pattern] == sum.count[hash_pattern_transposed];
  facts.symmetric = square && sum.count[hash_values] == sum.count[hash_values_transposed];
  facts.hermitian = square && sum.count[hash_values] == sum.count[hash_values_conjugate_transposed];
  facts.skew_symmetric =
      square && sum.count[hash_values] == sum.count[hash_values_negative_transposed];
  facts.lower_bandwidth = sum.lower_bandwidth;
  facts.upper_bandwidth = sum.upper_bandwidth;
  facts.shortest_row = facts.rows > 0 ? sum.shortest_row : 0;
  facts.longest_row = sum.longest_row;
  facts.mean_row =
      facts.rows > 0 ? static_cast<double>(facts.entries) / static_cast<double>(facts.rows) : 0;
  facts.empty_rows = counted(empty_rows);
  for (std::size_t k = row_lengths; k < counts; ++k) facts.row_lengths.push_back(counted(k));
  while (facts.row_lengths.size() > 1 && facts.row_lengths.back() == 0) {
    facts.row_lengths.pop_back();
  }
  facts.positive_diagonals = counted(positive_diagonals);
  facts.negative_diagonals = counted(negative_diagonals);
  facts.zero_diagonals = counted(zero_diagonals);
  facts.missing_diagonals = counted(missing_diagonals);
  facts.strictly_dominant_rows = counted(strictly_dominant_rows);
  facts.dominant_rows = counted(dominant_rows);
  facts.smallest_magnitude = sum.largest > 0 ? sum.smallest : 0;
  facts.largest_magnitude = sum.largest;
  facts.stored_zeros = counted(stored_zeros);
  facts.not_finite = counted(not_finite);
  const bool bounded = square && facts.rows > 0 && facts.not_finite == 0;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  facts.eigenvalue_lower_bound = bounded ? sum.lower_bound : nan;
  facts.eigenvalue_upper_bound = bounded ? sum.upper_bound : nan;
  return facts;
}

}  // namespace

template <Scalar T>
MatrixFacts analyse(const DistributedMatrix<T>& a) {
  Partial sum;
  together(a.comm(), [&] { sum = visit_all_rows(Rows<T>(a)); });
  merge_ranks(a.comm(), sum);
  if constexpr (!is_complex<T>) {
    sum.count[hash_values_conjugate_transposed] = sum.count[hash_values_transposed];
  }

  MatrixFacts facts;
  facts.scalar = scalar_name<T>();
  facts.rows = a.global_rows();
  facts.columns = a.global_columns();
  facts.entries = a.global_entries();
  facts.ranks = a.comm().size();
  facts = facts_from(sum, std::move(facts));
  facts.hermitian_to_rounding = facts.hermitian;
  const bool worth_products = facts.rows == facts.columns && facts.rows > 0 &&
                              facts.not_finite == 0 && !facts.hermitian &&
                              a.row_layout() == a.column_layout();
  if (worth_products) facts.hermitian_to_rounding = probe(a).hermitian;
  judge_definiteness(sum, facts);
  count_memory(a, facts);
  return facts;
}

#define SUAN_INSTANTIATE(T) template MatrixFacts analyse(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
