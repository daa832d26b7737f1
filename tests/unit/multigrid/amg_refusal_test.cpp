// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What multigrid refuses, on all ranks, when it is set up and when it is updated.
#include <gmock/gmock.h>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/multigrid/smoother_registry.hpp"
#include "suan/preconditioners/spai0.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::RowWriter;
using suan::Vector;
using suan::test::even;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Amg, RefusesWhatItCannotUse) {
  const auto layout = even(30);
  const auto matrix = [&](double diagonal) {
    return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
      if (i > 0) row.add(i - 1, -1);
      row.add(i, i == 17 ? diagonal : 2);
      if (i < 29) row.add(i + 1, -1);
    });
  };
  // With several levels, with one because there are few rows, and with one because of `levels`.
  for (const auto& options :
       {AmgOptions{.coarse_rows = 5}, AmgOptions{}, AmgOptions{.levels = 1, .coarse_rows = 5}}) {
    EXPECT_THAT([&] { Amg<double>(matrix(0), options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 17")));
    EXPECT_THAT([&] { Amg<double>(matrix(-4), options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 17 is -4")));
    EXPECT_THAT([&] { Amg<double>(matrix(std::nan("")), options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 17")));
    EXPECT_THAT([&] { Amg<double>(matrix(0.01), options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("indefinite")));
    const auto beside =
        suan::generate_rows<double>(layout, layout, [](GlobalIndex i, RowWriter<double>& row) {
          if (i == 17) row.add(16, std::nan(""));
          row.add(i, 2);
          if (i == 16) row.add(17, std::nan(""));
        });
    EXPECT_THAT([&] { Amg<double>(beside, options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 16 has an entry")));
  }
  // Indefinite, with zeros as the diagonal of what the first pivot leaves.
  const auto three = even(3);
  const auto vanishing =
      suan::generate_rows<double>(three, three, [](GlobalIndex i, RowWriter<double>& row) {
        for (GlobalIndex j = 0; j < 3; ++j) row.add(j, i + j == 3 ? 2 : 1);
      });
  EXPECT_THAT([&] { Amg<double> m(vanishing); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("indefinite")));
  const auto a = matrix(2);
  EXPECT_THAT([&] { Amg<double>(a, suan::constant_vectors<double>(even(31), 1)); },
              ThrowsMessage<suan::DimensionMismatch>(AllOf(HasSubstr("31"), HasSubstr("30"))));
  EXPECT_THAT([&] { Amg<double>(a, suan::MultiVector<double>(layout, 33)); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("33")));
  EXPECT_THAT([&] { Amg<double>(a, suan::MultiVector<double>(layout, 1)); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("zero")));
  EXPECT_THAT([&] { Amg<double>(a, {.theta = 2}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("theta")));
  EXPECT_THAT([&] { Amg<double>(a, {.smoother = "sandpaper"}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("sandpaper")));
  const suan::FunctionOperator<double> f(
      layout, layout, [](const Vector<double>& x, Vector<double>& y) { suan::copy(x, y); });
  EXPECT_THAT([&] { Amg<double> m(f); },
              ThrowsMessage<suan::NotSupported>(HasSubstr("no accessible entries")));
  const auto& comm = layout.comm();
  if (comm.size() == 1) return;
  EXPECT_THAT([&] { Amg<double>(a, {.theta = comm.rank() == 0 ? 0.1 : 0.2}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("theta")));
  // A smoother that one rank alone has registered.
  if (comm.rank() == 0) {
    suan::smoother_registry<double>().add(
        "pumice", "Of one rank.", suan::Spai0Options::table(),
        [](const DistributedMatrix<double>&, const suan::OptionNode&) {
          return std::unique_ptr<suan::Smoother<double>>();
        });
  }
  EXPECT_THAT([&] { Amg<double>(a, {.smoother = "pumice"}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("pumice")));
}

// New values are checked as the first ones are, although strength is not measured again.
TEST(Amg, UpdatesRefuseWhatTheConstructorRefuses) {
  const auto layout = even(60);
  const auto matrix = [&](double diagonal) {
    return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
      if (i > 0) row.add(i - 1, -1);
      row.add(i, i == 17 ? diagonal : 2);
      if (i < 59) row.add(i + 1, -1);
    });
  };
  Amg<double> m(matrix(2), {.coarse_rows = 5});
  const auto x = suan::random_vector(layout, 1);
  Vector<double> before(layout);
  m.apply(x, before);
  for (const double diagonal : {0.0, -3.0, std::nan("")}) {
    const auto bad = matrix(diagonal);
    EXPECT_THAT([&] { m.update(bad); }, ThrowsMessage<suan::InvalidArgument>(HasSubstr("row 17")));
  }
  const auto indefinite = matrix(0.01);
  EXPECT_THAT([&] { m.update(indefinite); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("indefinite")));
  Vector<double> after(layout);
  m.apply(x, after);
  EXPECT_EQ(after.to_host(), before.to_host());
}

}  // namespace
