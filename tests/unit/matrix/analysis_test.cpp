// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/analysis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "suan/gallery/gallery.hpp"
#include "suan/matrix/assembly.hpp"

namespace suan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A matrix on all ranks from rows of numbers; zeros are not stored.
template <Scalar T>
DistributedMatrix<T> matrix(const std::vector<std::vector<T>>& rows, GlobalIndex columns,
                            const Communicator& comm = Communicator::world()) {
  const auto size = static_cast<GlobalIndex>(rows.size());
  const auto row_layout = Layout::even(size, comm);
  const auto column_layout = size == columns ? row_layout : Layout::even(columns, comm);
  return generate_rows<T>(row_layout, column_layout, [&](GlobalIndex i, RowWriter<T>& writer) {
    for (GlobalIndex j = 0; j < columns; ++j) {
      const T value = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      if (!(value == T(0))) writer.add(j, value);
    }
  });
}

template <Scalar T>
MatrixFacts facts_of(const std::vector<std::vector<T>>& rows) {
  return analyse(matrix<T>(rows, static_cast<GlobalIndex>(rows.size())));
}

MatrixFacts facts_of(const std::vector<Triplet<double>>& triplets, GlobalIndex size) {
  const auto comm = Communicator::world();
  const auto layout = Layout::even(size, comm);
  const auto mine = comm.is_root() ? triplets : std::vector<Triplet<double>>();
  return analyse(from_triplets<double>(layout, layout, mine));
}

const FormatMemory& memory_of(const MatrixFacts& facts, const std::string& name) {
  for (const auto& format : facts.memory) {
    if (format.name == name) return format;
  }
  throw std::runtime_error("no format " + name);
}

TEST(Analysis, ChainOfFivePointsByHand) {
  const auto facts = analyse(poisson1d<double>(5, Communicator::world()));
  EXPECT_EQ(facts.scalar, "float64");
  EXPECT_EQ(facts.rows, 5);
  EXPECT_EQ(facts.columns, 5);
  EXPECT_EQ(facts.entries, 13);
  EXPECT_TRUE(facts.pattern_symmetric);
  EXPECT_TRUE(facts.symmetric);
  EXPECT_TRUE(facts.hermitian);
  EXPECT_TRUE(facts.hermitian_to_rounding);
  EXPECT_FALSE(facts.skew_symmetric);
  EXPECT_EQ(facts.lower_bandwidth, 1);
  EXPECT_EQ(facts.upper_bandwidth, 1);
  EXPECT_EQ(facts.shortest_row, 2);
  EXPECT_EQ(facts.longest_row, 3);
  EXPECT_EQ(facts.mean_row, 2.6);
  EXPECT_EQ(facts.empty_rows, 0);
  EXPECT_THAT(facts.row_lengths, ElementsAre(0, 0, 5));
  EXPECT_EQ(facts.positive_diagonals, 5);
  EXPECT_EQ(facts.strictly_dominant_rows, 2);
  EXPECT_EQ(facts.dominant_rows, 5);
  EXPECT_EQ(facts.smallest_magnitude, 1);
  EXPECT_EQ(facts.largest_magnitude, 2);
  EXPECT_EQ(facts.stored_zeros, 0);
  EXPECT_EQ(facts.eigenvalue_lower_bound, 0);
  EXPECT_EQ(facts.eigenvalue_upper_bound, 4);
  EXPECT_EQ(facts.definiteness, Definiteness::positive_semidefinite);
}

TEST(Analysis, SymmetryOfPatternAndOfValues) {
  const auto general = facts_of<double>({{1, 2}, {3, 4}});
  EXPECT_TRUE(general.pattern_symmetric);
  EXPECT_FALSE(general.symmetric);
  EXPECT_FALSE(general.hermitian_to_rounding);

  const auto triangle = facts_of<double>({{1, 2}, {0, 4}});
  EXPECT_FALSE(triangle.pattern_symmetric);
  EXPECT_EQ(triangle.lower_bandwidth, 0);
  EXPECT_EQ(triangle.upper_bandwidth, 1);

  const auto skew = facts_of<double>({{0, 1, -7}, {-1, 0, 2}, {7, -2, 0}});
  EXPECT_TRUE(skew.skew_symmetric);
  EXPECT_FALSE(skew.symmetric);
  EXPECT_TRUE(skew.pattern_symmetric);
}

TEST(Analysis, EveryEntryCountsForSymmetry) {
  // One entry of a symmetric matrix is changed at a time, by one unit in the last place.
  const std::vector<std::vector<double>> symmetric = {{4, 1, 2}, {1, 5, 3}, {2, 3, 6}};
  EXPECT_TRUE(facts_of(symmetric).symmetric);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      if (i == j) continue;
      auto changed = symmetric;
      changed[i][j] = std::nextafter(changed[i][j], 10.0);
      const auto facts = facts_of(changed);
      EXPECT_FALSE(facts.symmetric) << i << ' ' << j;
      EXPECT_TRUE(facts.pattern_symmetric);
      EXPECT_TRUE(facts.hermitian_to_rounding);
    }
  }
}

TEST(Analysis, ComplexMatricesAreHermitianOrSymmetricOrNeither) {
  const Complex i(0, 1);
  const auto hermitian = facts_of<Complex>({{3, i}, {-i, 3}});
  EXPECT_TRUE(hermitian.hermitian);
  EXPECT_FALSE(hermitian.symmetric);
  EXPECT_EQ(hermitian.definiteness, Definiteness::positive_definite);

  const auto symmetric = facts_of<Complex>({{3, i}, {i, 3}});
  EXPECT_TRUE(symmetric.symmetric);
  EXPECT_FALSE(symmetric.hermitian);
  EXPECT_EQ(symmetric.definiteness, Definiteness::cannot_tell);

  const auto complex_diagonal = facts_of<Complex>({{i, 0}, {0, 1}});
  EXPECT_FALSE(complex_diagonal.hermitian);
  EXPECT_EQ(complex_diagonal.positive_diagonals, 1);
  EXPECT_EQ(complex_diagonal.zero_diagonals + complex_diagonal.missing_diagonals, 0);
}

TEST(Analysis, AStoredZeroIsInThePatternButNotInTheValues) {
  const auto facts = facts_of({{0, 0, 1.0}, {0, 1, 0.0}, {1, 1, 1.0}, {2, 2, -0.0}}, 3);
  EXPECT_FALSE(facts.pattern_symmetric);
  EXPECT_TRUE(facts.symmetric);
  EXPECT_EQ(facts.stored_zeros, 2);
  EXPECT_EQ(facts.zero_diagonals, 1);
  EXPECT_EQ(facts.smallest_magnitude, 1);
}

TEST(Analysis, DefinitenessIsClaimedOnlyWhenProved) {
  EXPECT_EQ(facts_of<double>({{3, -1}, {-1, 2}}).definiteness, Definiteness::positive_definite);
  EXPECT_EQ(facts_of<double>({{-3, 1}, {1, -2}}).definiteness, Definiteness::negative_definite);
  EXPECT_EQ(facts_of<double>({{-1, 1}, {1, -1}}).definiteness, Definiteness::negative_semidefinite);
  EXPECT_EQ(facts_of<double>({{1, 5}, {5, -1}}).definiteness, Definiteness::indefinite);
  EXPECT_EQ(facts_of<double>({{0, 5}, {5, 1}}).definiteness, Definiteness::indefinite);
  // Eigenvalues -1 and 3, which neither the diagonal nor the circles reveal.
  EXPECT_EQ(facts_of<double>({{1, 2}, {2, 1}}).definiteness, Definiteness::cannot_tell);
  const auto positive_real = facts_of<double>({{3, 1}, {-1, 3}});
  EXPECT_EQ(positive_real.definiteness, Definiteness::cannot_tell);
  EXPECT_THAT(positive_real.definiteness_reason, HasSubstr("positive real parts"));
}

TEST(Analysis, EmptyRowsAndMissingDiagonals) {
  const auto facts = facts_of<double>({{1, 0, 0}, {0, 0, 0}, {0, 0, 2}});
  EXPECT_EQ(facts.empty_rows, 1);
  EXPECT_EQ(facts.missing_diagonals, 1);
  EXPECT_EQ(facts.positive_diagonals, 2);
  EXPECT_EQ(facts.shortest_row, 0);
  EXPECT_THAT(facts.row_lengths, ElementsAre(1, 2));
  EXPECT_EQ(facts.strictly_dominant_rows, 2);
  EXPECT_EQ(facts.dominant_rows, 3);
  EXPECT_EQ(facts.definiteness, Definiteness::positive_semidefinite);
}

TEST(Analysis, RectangularMatricesHaveNoEigenvalues) {
  const auto facts = analyse(matrix<double>({{1, 2, 0}, {0, 0, 3}}, 3));
  EXPECT_EQ(facts.rows, 2);
  EXPECT_EQ(facts.columns, 3);
  EXPECT_FALSE(facts.pattern_symmetric);
  EXPECT_FALSE(facts.symmetric);
  EXPECT_TRUE(std::isnan(facts.eigenvalue_lower_bound));
  EXPECT_EQ(facts.definiteness, Definiteness::cannot_tell);
  EXPECT_EQ(facts.positive_diagonals, 1);
  EXPECT_EQ(facts.missing_diagonals, 1);
  EXPECT_EQ(facts.upper_bandwidth, 1);
}

TEST(Analysis, TheEmptyMatrix) {
  const auto facts = analyse(matrix<double>({}, 0));
  EXPECT_EQ(facts.rows, 0);
  EXPECT_EQ(facts.entries, 0);
  EXPECT_EQ(facts.shortest_row, 0);
  EXPECT_EQ(facts.mean_row, 0);
  EXPECT_EQ(facts.smallest_magnitude, 0);
  EXPECT_EQ(facts.definiteness, Definiteness::cannot_tell);
}

TEST(Analysis, NotFiniteEntriesAreCountedAndNothingIsConcluded) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  const auto facts = facts_of<double>({{1, nan, 0}, {nan, inf, 2}, {0, 2, 9}});
  EXPECT_EQ(facts.not_finite, 3);
  EXPECT_EQ(facts.smallest_magnitude, 1);
  EXPECT_EQ(facts.largest_magnitude, 9);
  EXPECT_EQ(facts.definiteness, Definiteness::cannot_tell);
  EXPECT_TRUE(std::isnan(facts.eigenvalue_upper_bound));
}

TEST(Analysis, MemoryOfFormatsByHand) {
  // Two dense blocks of 2 x 2 on the diagonal, on one rank.
  const auto facts = analyse(
      matrix<double>({{1, 2, 0, 0}, {3, 4, 0, 0}, {0, 0, 5, 6}, {0, 0, 7, 8}}, 4, Communicator()));
  EXPECT_EQ(memory_of(facts, "csr").bytes, 8 * 12 + 5 * 8);
  EXPECT_EQ(memory_of(facts, "csr32").bytes, 8 * 12 + 5 * 4);
  EXPECT_EQ(memory_of(facts, "coo").bytes, 8 * 16);
  // Integers up to 8 fit bfloat16; blocks of 2 have nothing filled in: 2 (4 x 2 + 4) + 3 x 8 bytes.
  EXPECT_EQ(memory_of(facts, "bsr").block, 2);
  EXPECT_EQ(memory_of(facts, "bsr").fill, 1);
  EXPECT_EQ(memory_of(facts, "bsr").storage, "bfloat16");
  EXPECT_EQ(memory_of(facts, "bsr").bytes, 2 * (4 * 2 + 4) + 3 * 8);
  EXPECT_EQ(memory_of(facts, "sell").fill, 1);
  EXPECT_EQ(memory_of(facts, "sell").storage, "bfloat16");
  if (SUAN_HAVE_CUDA == 0) {
    // One slice that is not full: where 8 tails end, the first column, 8 distances of 16 bits.
    EXPECT_EQ(memory_of(facts, "sell").bytes, 24 + 8 * 4 + 4 + 8 * 2 + 8 * 2);
  }
  EXPECT_THAT(facts.to_json(), testing::HasSubstr("\"block\": 2"));
}

TEST(Analysis, RowsByLength) {
  // Row 0 has 64 entries, all others one.
  const auto layout = Layout::serial(64);
  const auto facts =
      analyse(generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& writer) {
        if (i == 0) {
          for (GlobalIndex j = 0; j < 64; ++j) writer.add(j, 1);
        } else {
          writer.add(i, 1);
        }
      }));
  EXPECT_THAT(facts.row_lengths, ElementsAre(0, 63, 0, 0, 0, 0, 0, 1));
}

/// The facts that do not depend on how the rows are spread, as JSON.
template <Scalar T>
std::string independent_facts(const DistributedMatrix<T>& a) {
  auto facts = analyse(a);
  facts.ranks = 0;
  facts.memory.clear();
  return facts.to_json();
}

TEST(Analysis, TheFactsDoNotDependOnTheNumberOfRanks) {
  for (const auto& name : gallery_names()) {
    const GalleryOptions options = {.size = 7, .convection = 3};
    EXPECT_EQ(independent_facts(gallery<double>(name, options, Communicator::world())),
              independent_facts(gallery<double>(name, options, Communicator())))
        << name;
  }
}

TEST(Analysis, ManyThreadsAndManyRowsGiveTheSumOfTheRows) {
  // 40000 rows, some hundred chunks; row i has 1 + i % 5 entries.
  const auto layout = Layout::even(40000, Communicator::world());
  const auto facts =
      analyse(generate_rows<float>(layout, layout, [](GlobalIndex i, RowWriter<float>& writer) {
        const GlobalIndex last = std::min<GlobalIndex>(i + i % 5, 39999);
        for (GlobalIndex j = i; j <= last; ++j) writer.add(j, static_cast<float>(j - i + 1));
      }));
  // The border cuts the last row from 5 entries to 1 and the one before from 4 to 2.
  EXPECT_EQ(facts.entries, 120000 - 4 - 2);
  EXPECT_EQ(facts.upper_bandwidth, 4);
  EXPECT_EQ(facts.lower_bandwidth, 0);
  EXPECT_EQ(facts.positive_diagonals, 40000);
  EXPECT_EQ(facts.largest_magnitude, 5);
  EXPECT_EQ(facts.shortest_row, 1);
  EXPECT_EQ(facts.longest_row, 5);
  EXPECT_FALSE(facts.pattern_symmetric);
  EXPECT_THAT(facts.row_lengths, ElementsAre(0, 8001, 16001, 15998));
  EXPECT_EQ(facts.scalar, "float32");
}

TEST(Analysis, PrintsATable) {
  std::ostringstream out;
  out << facts_of<double>({{3, -1}, {-1, 2}});
  EXPECT_THAT(out.str(), HasSubstr("2 x 2, 4 entries, float64"));
  EXPECT_THAT(out.str(), HasSubstr("values symmetric"));
  EXPECT_THAT(out.str(), HasSubstr("positive definite: all rows are strictly dominant"));
}

}  // namespace
}  // namespace suan
