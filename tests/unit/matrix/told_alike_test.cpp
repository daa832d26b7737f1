// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Functions that make distributed objects, on ranks that were told different things.
#include <gmock/gmock.h>

#include "suan/matrix/triplet_builder.hpp"

namespace {

using suan::Communicator;
using suan::GlobalIndex;
using suan::KernelPath;
using suan::Layout;
using suan::RowWriter;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

class ToldAlike : public testing::Test {
 protected:
  /// call(odd) is told something else where `odd` is true, on the last of several ranks.
  template <class Call>
  void expect_refused(const Call& call, const char* function, const char* what) const {
    const bool odd = world.size() > 1 && world.rank() == world.size() - 1;
    if (world.size() == 1) {
      EXPECT_NO_THROW(call(odd));
      return;
    }
    EXPECT_THAT([&] { call(odd); },
                ThrowsMessage<suan::InvalidArgument>(AllOf(HasSubstr(function), HasSubstr(what))));
  }
  static void identity(GlobalIndex i, RowWriter<double>& row) { row.add(i, 1); }
  const Communicator world = Communicator::world();
  const Layout ten = Layout::even(10, world);
  const Layout twelve = Layout::even(12, world);
};

TEST_F(ToldAlike, Layouts) {
  expect_refused([&](bool odd) { Layout::even(odd ? 150 : 100, world); }, "Layout::even",
                 "size = 150");
}

TEST_F(ToldAlike, Assembly) {
  expect_refused([&](bool odd) { suan::generate_rows<double>(ten, odd ? twelve : ten, identity); },
                 "generate_rows", "columns = 12");
  expect_refused(
      [&](bool odd) {
        suan::generate_rows<double>(ten, ten, identity,
                                    odd ? KernelPath::native : KernelPath::automatic);
      },
      "generate_rows", "path = native");
  const std::vector<suan::Triplet<double>> triplets = {{0, 0, 1.0}};
  expect_refused([&](bool odd) { suan::from_triplets<double>(odd ? twelve : ten, ten, triplets); },
                 "from_triplets", "rows = 12");
  expect_refused(
      [&](bool odd) {
        suan::assemble_elements<double>(odd ? twelve : ten, ten, 2,
                                        [](GlobalIndex e, auto& part) { part.add(e, e, 1); });
      },
      "assemble_elements", "rows = 12");
  expect_refused(
      [&](bool odd) { suan::TripletBuilder<double>(odd ? twelve : ten, ten, 2).build(); },
      "TripletBuilder::build", "rows = 12");
  expect_refused(
      [&](bool odd) {
        const auto& rows = odd ? twelve : ten;
        const auto n = static_cast<std::size_t>(rows.local_size());
        suan::assemble<double>(rows, ten, std::vector<suan::Offset>(n + 1),
                               std::vector<GlobalIndex>(), std::vector<double>());
      },
      "assemble", "rows = 12");
}

TEST_F(ToldAlike, OtherFunctions) {
  expect_refused(
      [&](bool odd) {
        if (odd) {
          suan::from_triplets<double>(ten, ten, {});
        } else {
          suan::generate_rows<double>(ten, ten, identity);
        }
      },
      "from_triplets", "generate_rows");
}

TEST_F(ToldAlike, Vectors) {
  expect_refused([&](bool odd) { suan::random_vector(ten, odd ? 8 : 7); }, "random_vector",
                 "seed = 8");
}

}  // namespace
