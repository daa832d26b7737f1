// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hierarchies of complex matrices.
#include <gmock/gmock.h>

#include <array>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/cg.hpp"

namespace {

using suan::Amg;
using suan::GlobalIndex;
using suan::MultiVector;
using suan::RowWriter;
using suan::Vector;

// A ring with a flux through it, which no change of phases removes: the factors are complex.
TEST(Amg, SolvesSmallComplexMatricesDirectly) {
  using T = suan::Complex;
  const GlobalIndex n = 15;
  for (const auto& layout : suan::test::layouts(n)) {
    const auto a = suan::generate_rows<T>(layout, layout, [](GlobalIndex i, RowWriter<T>& row) {
      std::array<T, n> entries{};
      entries[static_cast<std::size_t>(i)] = T(2.5 + static_cast<double>(i % 4));
      entries[static_cast<std::size_t>((i + 1) % n)] += T(0.6, 0.8);
      entries[static_cast<std::size_t>((i + n - 1) % n)] += T(0.6, -0.8);
      for (GlobalIndex j = 0; j < n; ++j) {
        const T entry = entries[static_cast<std::size_t>(j)];
        if (entry != T(0)) row.add(j, entry);
      }
    });
    const Amg<T> m(a, {.precision = "same"});
    const auto b = suan::random_vector<T>(layout, 3);
    Vector<T> x(layout);
    Vector<T> r(layout);
    m.apply(b, x);
    EXPECT_LT(a.residual(b, x, r), 1e-14 * suan::norm2(b));
  }
}

// D^H A D with unitary D is A in other units, and truly complex.
TEST(Amg, PhasesChangeNothing) {
  using T = suan::Complex;
  const GlobalIndex n = 12;
  const auto phase = [](GlobalIndex i) {
    const auto angle = 0.1 * static_cast<double>(i * i % 97);
    return T(std::cos(angle), std::sin(angle));
  };
  for (const auto& layout : suan::test::layouts(n * n * n)) {
    const auto twisted = [&](bool with_phases) {
      return suan::generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
        const std::array<GlobalIndex, 3> at = {i % n, i / n % n, i / (n * n)};
        const std::array<GlobalIndex, 3> step = {1, n, n * n};
        const auto add = [&](GlobalIndex j) {
          row.add(j, with_phases ? -suan::conjugate(phase(i)) * phase(j) : T(-1));
        };
        for (std::size_t k = 3; k-- > 0;) {
          if (at[k] > 0) add(i - step[k]);
        }
        row.add(i, T(6));
        for (std::size_t k = 0; k < 3; ++k) {
          if (at[k] + 1 < n) add(i + step[k]);
        }
      });
    };
    const auto solve = [&](bool with_phases, Vector<T>& x, std::vector<GlobalIndex>& rows) {
      const auto a = twisted(with_phases);
      const auto b = suan::generate<T>(
          layout, [&](GlobalIndex i) { return with_phases ? suan::conjugate(phase(i)) : T(1); });
      MultiVector<T> near_null(layout, 1);
      near_null.set_column(0, b);
      const Amg<T> m(a, near_null, {.coarse_rows = 50});
      for (const auto& level : m.report().levels) {
        rows.push_back(level.rows);
        rows.push_back(level.entries);
      }
      const auto report = suan::Cg<T>({.rtol = 1e-10}).solve(a, m, b, x);
      EXPECT_TRUE(report.converged());
      return report.iterations;
    };
    Vector<T> real(layout);
    Vector<T> complex(layout);
    std::vector<GlobalIndex> real_levels;
    std::vector<GlobalIndex> complex_levels;
    const auto expected = solve(false, real, real_levels);
    EXPECT_EQ(solve(true, complex, complex_levels), expected);
    EXPECT_EQ(complex_levels, real_levels);
    const auto found = complex.to_host();
    const auto wanted = real.to_host();
    for (std::size_t i = 0; i < found.size(); ++i) {
      const T back = phase(layout.first() + static_cast<GlobalIndex>(i)) * found[i];
      EXPECT_LT(suan::test::magnitude(T(back - wanted[i])), 1e-8);
    }
  }
}

}  // namespace
