// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Hierarchies that have something wrong with them say what, on which level, and what to try.
#include <gmock/gmock.h>

#include <sstream>

#include "amg_cases.hpp"
#include "elasticity_case.hpp"
#include "multigrid/check.hpp"
#include "multigrid_cases.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/multigrid/smoother_registry.hpp"

namespace {

using suan::Amg;
using suan::AmgCheck;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::RowWriter;
using suan::Vector;
using suan::test::even;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Le;
using testing::Lt;
using testing::Not;

template <class T>
class AmgDiagnosis : public testing::Test {};
using DiagnosisScalars = testing::Types<float, double, suan::Complex, suan::ComplexFloat>;
TYPED_TEST_SUITE(AmgDiagnosis, DiagnosisScalars);

template <class T>
constexpr double rounding_of_levels(const char* precision) {
  const bool is_single = precision == std::string("single");
  return is_single ? std::numeric_limits<float>::epsilon()
                   : static_cast<double>(std::numeric_limits<suan::Real<T>>::epsilon());
}

TYPED_TEST(AmgDiagnosis, SoundHierarchiesAreSymmetricAndKeepTheNearNullSpace) {
  using T = TypeParam;
  const GlobalIndex n = 12;
  const auto a = suan::test::grid3d<T>(even(n * n * n), n, suan::test::isotropic());
  for (const char* precision : {"single", "same"}) {
    for (const char* smoother : {"chebyshev", "gauss_seidel", "l1_jacobi", "spai0"}) {
      for (const char* coarsening : {"aggregation", "classical"}) {
        for (const char* cycle : {"v", "w"}) {
          SCOPED_TRACE(suan::message(precision, " ", smoother, " ", coarsening, " ", cycle));
          const Amg<T> m(a, {.coarsening = coarsening,
                             .coarse_rows = 20,
                             .precision = precision,
                             .smoother = smoother,
                             .cycle = cycle});
          const auto check = m.check();
          EXPECT_EQ(check.asymmetry.size(), m.report().levels.size());
          EXPECT_THAT(check.asymmetry, Each(Lt(100 * rounding_of_levels<T>(precision))));
          EXPECT_EQ(check.interpolation.size() + 1, m.report().levels.size());
          EXPECT_THAT(check.interpolation, Each(Lt(1e-3)));
          EXPECT_THAT(check.notes, testing::IsEmpty());
        }
      }
    }
  }
}

TEST(AmgDiagnoses, RigidBodyModesAreKept) {
  const suan::test::Cantilever beam{.x = 12, .y = 4, .z = 4};
  const auto a = beam.matrix();
  const auto modes =
      suan::rigid_body_modes<double>(a.row_layout(), 3, beam.coordinates(a.row_layout()));
  const auto check = Amg<double>(a, modes, {.block_size = 3, .coarse_rows = 50}).check();
  EXPECT_THAT(check.interpolation, Each(Lt(0.05)));
  EXPECT_THAT(check.asymmetry, Each(Lt(1e-5)));
}

TEST(AmgDiagnoses, OthersThanHermitianOnesHaveNoAsymmetry) {
  const GlobalIndex n = 30;
  const auto a = suan::generate_rows<double>(even(n * n), even(n * n),
                                             [n](GlobalIndex i, RowWriter<double>& row) {
                                               if (i >= n) row.add(i - n, -1);
                                               if (i % n > 0) row.add(i - 1, -3);
                                               row.add(i, 6);
                                               if (i % n + 1 < n) row.add(i + 1, -1);
                                               if (i + n < n * n) row.add(i + n, -1);
                                             });
  EXPECT_THAT(Amg<double>(a, {.coarse_rows = 20}).check().asymmetry, testing::IsEmpty());
  const GlobalIndex m = 8;
  const auto b = suan::test::grid3d<double>(even(m * m * m), m, suan::test::isotropic());
  for (const char* cycle : {"k", "f"}) {
    const auto check = Amg<double>(b, {.coarse_rows = 20, .cycle = cycle}).check();
    EXPECT_THAT(check.asymmetry, testing::IsEmpty());
    EXPECT_THAT(check.notes, testing::IsEmpty());
  }
}

/// One step with a matrix that is not symmetric, which says that it is.
class Lopsided final : public suan::Smoother<double> {
 public:
  explicit Lopsided(const DistributedMatrix<double>& a) : Smoother("lopsided", a) { set_up(a); }
  std::string name() const override { return "lopsided"; }
  std::int64_t bytes_per_smooth(suan::Guess) const override { return 0; }

 private:
  std::string set_up(const DistributedMatrix<double>& a) override {
    m_ = suan::generate_rows<double>(a.row_layout(), a.column_layout(),
                                     [](GlobalIndex i, RowWriter<double>& row) {
                                       if (i > 0) row.add(i - 1, 0.02);
                                       row.add(i, 0.08);
                                     });
    return "all is new";
  }
  void do_smooth(const Vector<double>& b, Vector<double>& x, suan::Guess guess) const override {
    Vector<double> r(b.layout());
    suan::copy(b, r);
    if (guess == suan::Guess::given) this->matrix().apply(-1.0, x, 1.0, r);
    m_.apply(1.0, r, guess == suan::Guess::given ? 1.0 : 0.0, x);
  }
  void do_smooth(const suan::MultiVector<double>&, suan::MultiVector<double>&,
                 suan::Guess) const override {
    throw suan::NotSupported("lopsided: one vector at a time");
  }

  DistributedMatrix<double> m_;
};

TEST(AmgDiagnoses, ALevelThatIsNotSymmetricIsNamed) {
  struct NoOptions {
    static const suan::OptionTable<NoOptions>& table() {
      static const suan::OptionTable<NoOptions> table;
      return table;
    }
  };
  auto& registry = suan::smoother_registry<double>();
  [[maybe_unused]] static const bool is_known = [&] {
    registry.add("lopsided", "For a test.", NoOptions::table(),
                 [](const DistributedMatrix<double>& a, const suan::OptionNode&) {
                   return std::make_unique<Lopsided>(a);
                 });
    return true;
  }();
  const GlobalIndex n = 12;
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, suan::test::isotropic());
  for (const std::int64_t levels : {2, 3}) {
    const Amg<double> m(
        a, {.levels = levels, .coarse_rows = 20, .precision = "same", .smoother = "lopsided"});
    const auto check = m.check();
    ASSERT_EQ(static_cast<std::int64_t>(check.asymmetry.size()), levels);
    EXPECT_GT(check.asymmetry.front(), 1e-6);
    EXPECT_LT(check.asymmetry.back(), 1e-12);  // a direct solve
    EXPECT_THAT(check.notes,
                Contains(AllOf(HasSubstr(suan::message("level ", levels - 2, " is not")),
                               HasSubstr("symmetric although A is"), HasSubstr("lopsided"),
                               HasSubstr("gauss_seidel"))));
    std::ostringstream text;
    text << check;
    EXPECT_THAT(text.str(), AllOf(HasSubstr("asymmetry"), HasSubstr("is not symmetric")));
  }
}

TEST(AmgDiagnoses, LevelsThatGrowAreNamed) {
  const GlobalIndex n = 16;
  const auto a = suan::test::grid3d<double>(even(n * n * n), n, suan::test::isotropic());
  const suan::OptionNode full = {"classical", suan::ClassicalOptions{.max_entries = 100}};
  const auto check = Amg<double>(a, {.coarsening = full, .coarse_rows = 20}).check();
  EXPECT_THAT(check.notes,
              Contains(AllOf(HasSubstr("level 1 has"), HasSubstr("aggressive_levels of 1"))));
  const auto kept = Amg<double>(a, {.coarsening = "classical", .coarse_rows = 20}).check();
  EXPECT_THAT(kept.notes, testing::IsEmpty());
}

TEST(AmgDiagnoses, SizesAreJudgedLevelByLevel) {
  suan::AmgReport report;
  const auto add = [&](GlobalIndex rows, std::int64_t entries) {
    suan::AmgLevel level;
    level.rows = rows;
    level.entries = entries;
    report.levels.push_back(level);
  };
  const auto notes = [&](const AmgOptions& options, suan::LocalIndex vectors = 1) {
    return suan::multigrid::notes_on({}, report, options, vectors, 1e-16);
  };
  add(1000000, 7000000);
  add(100000, 3000000);
  add(5000, 250000);
  EXPECT_THAT(notes({}), testing::IsEmpty());
  report.levels[2].entries = 900000;  // 180 a row, and more than a tenth of A
  EXPECT_THAT(notes({}),
              testing::ElementsAre(AllOf(HasSubstr("level 2 has 900000 entries, 180 a row"),
                                         HasSubstr("smooth_prolongator=false"))));
  EXPECT_THAT(notes({}, 6), testing::IsEmpty());  // 30 nodes
  report.levels[1] = report.levels[0];
  report.levels[1].rows = 600000;
  report.levels[1].entries = 8000000;
  report.levels[2].entries = 6000000;
  EXPECT_THAT(notes({.coarsening = "classical"}),
              testing::ElementsAre(AllOf(HasSubstr("level 1 has"), HasSubstr("1 row for 1.7"),
                                         HasSubstr("a smaller theta makes fewer coarse points")),
                                   AllOf(HasSubstr("level 2 has"), HasSubstr("aggressive_levels")),
                                   HasSubstr("operator complexity is 3")));
}

TYPED_TEST(AmgDiagnosis, AProlongatorThatMissesTheNearNullSpaceIsNamed) {
  using T = TypeParam;
  namespace multigrid = suan::multigrid;
  const GlobalIndex n = 12;
  const auto a = suan::test::grid3d<T>(even(n * n * n), n, suan::test::isotropic());
  const auto constants = suan::constant_vectors<T>(a.row_layout(), 1);
  const AmgOptions options{.coarse_rows = 20, .rank_rows = 0};  // all levels on each rank
  const multigrid::Hierarchy<T> sound(a, constants, options, nullptr);
  ASSERT_GE(sound.levels().size(), 3U);
  for (const std::size_t spoilt : {std::size_t{0}, std::size_t{1}}) {
    std::vector<multigrid::Level<T>> levels(sound.levels().size());
    for (std::size_t k = 0; k < levels.size(); ++k) {
      const auto& from = sound.levels()[k];
      levels[k].a = from.a;
      levels[k].p = from.p;
      levels[k].r = from.r;
      levels[k].structure.tentative.near_null = from.structure.tentative.near_null;
    }
    auto& p = levels[spoilt].p;
    p = suan::scale_rows(
        suan::generate<T>(
            p.row_layout(),
            [](GlobalIndex i) { return T(i % 3 == 0 ? suan::Real<T>(0.5) : suan::Real<T>(1)); }),
        p);
    const multigrid::Hierarchy<T> hierarchy(std::move(levels), options, true, sound.report());
    const auto check = multigrid::check(hierarchy, constants);
    EXPECT_GT(check.interpolation[spoilt], 0.1);
    EXPECT_LT(check.interpolation[1 - spoilt], 1e-3);
    EXPECT_THAT(check.notes,
                Contains(HasSubstr(suan::message("the prolongator to level ", spoilt, " misses"))));
  }
}

}  // namespace
