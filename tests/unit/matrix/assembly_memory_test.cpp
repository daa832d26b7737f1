// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory that entries need on their way to other ranks, counted in all allocations; and what
// all ranks hear when one of them lacks memory.
#include <gtest/gtest.h>

#include <fstream>

#include "suan/matrix/triplet_builder.hpp"
#include "suan/vector/multi_vector.hpp"
#include "support/counted_memory.hpp"
#include "support/little_memory.hpp"

namespace {

using suan::Communicator;
using suan::GlobalIndex;
using suan::Layout;
using suan::test::bytes;
using suan::test::peak;

/// Where the entries of a rank belong.
enum class Owner { itself, the_next, the_first };

/// Bytes at the peak of building, per entry that this rank adds or receives, the collected ones
/// among them. Many are of one place, so that the matrix itself is small.
template <class T>
double peak_per_entry(Owner of) {
  const auto world = Communicator::world();
  const auto layout = Layout::from_local_size(20000, world);
  constexpr GlobalIndex entries = 800000;
  const GlobalIndex next = (world.rank() + 1) % world.size();
  const GlobalIndex owner = of == Owner::itself ? world.rank() : of == Owner::the_next ? next : 0;
  const std::int64_t before = bytes;
  suan::TripletBuilder<T> builder(layout, layout, 1);
  builder.part(0).reserve(entries);
  for (GlobalIndex e = 0; e < entries; ++e) {
    const GlobalIndex row = 20000 * owner + e % 20000;
    builder.part(0).add(row, row, T(1));
  }
  peak = bytes.load();
  const auto a = builder.build();
  EXPECT_EQ(a.global_entries(), 20000 * (of == Owner::the_first ? 1 : world.size()));
  const int shares = of == Owner::the_first && world.is_root() ? world.size() : 1;
  return static_cast<double>(peak - before) / static_cast<double>(entries) / shares;
}

// 16 bytes and a value per entry, twice on several ranks; the rest, the matrix, is 1/40.
TEST(ExchangeMemory, OneCopyOfEachEntry) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer has the allocations";
#endif
  for (const Owner of : {Owner::itself, Owner::the_next, Owner::the_first}) {
    EXPECT_LE(peak_per_entry<float>(of), 2.1 * 24) << static_cast<int>(of);  // with padding
    EXPECT_LE(peak_per_entry<double>(of), 2.1 * 24) << static_cast<int>(of);
    EXPECT_LE(peak_per_entry<suan::Complex>(of), 2.1 * 32) << static_cast<int>(of);
  }
}

// The last rank alone has a large part.
TEST(MissingMemory, OfOneRankIsSaidOnAll) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the sanitizer takes all addresses itself";
#endif
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the limit is the host's";
  if (!std::ifstream("/proc/self/statm")) GTEST_SKIP() << "there is no /proc/self/statm here";
  const auto world = Communicator::world();
  const GlobalIndex size = world.rank() == world.size() - 1 ? GlobalIndex{1} << 27 : 3;
  const auto layout = Layout::from_local_size(size, world);
  const suan::test::LittleMemory little;
  EXPECT_THROW(suan::Vector<double>{layout}, suan::OutOfMemory);
  EXPECT_THROW(suan::ones<float>(layout), suan::OutOfMemory);
  EXPECT_THROW(suan::random_vector<double>(layout, 1), suan::OutOfMemory);
  EXPECT_THROW(suan::generate<double>(layout, [](GlobalIndex) { return 1.0; }), suan::OutOfMemory);
  EXPECT_THROW(suan::MultiVector<double>(layout, 2), suan::OutOfMemory);
  EXPECT_THROW(
      suan::generate_rows<double>(layout, layout, [](GlobalIndex, suan::RowWriter<double>&) {}),
      suan::OutOfMemory);
  const auto elements = world.rank() == world.size() - 1 ? GlobalIndex{1} << 40 : 3;
  EXPECT_THROW(suan::assemble_elements<double>(Layout::even(3, world), Layout::even(3, world),
                                               elements, [](GlobalIndex, auto&) {}),
               suan::OutOfMemory);
}

// An operator that has no product with several vectors of its own exchanges messages for each.
TEST(MissingMemory, OfOneRankInAProductWithVectorsOneByOneIsThrownOnAll) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "the host's allocations fail";
  const auto layout = Layout::from_local_size(200, Communicator::world());
  const GlobalIndex n = layout.global_size();
  const auto a =
      suan::generate_rows<double>(layout, layout, [n](GlobalIndex i, suan::RowWriter<double>& row) {
        if (i >= n / 2) row.add(i - n / 2, 1);
        row.add(i, 2);
      });
  const suan::FunctionOperator<double> product(
      layout, layout, [&a](const auto& x, auto& y) { a.apply(x, y); }, "product");
  const suan::MultiVector<double> x(layout, 3);
  suan::MultiVector<double> y(layout, 3);
  const auto nothing = [] {};
  for (int rank = 0; rank < layout.comm().size(); ++rank) {
    EXPECT_GT(suan::test::fail_one_by_one(rank, nothing, [&] { product.apply(x, y); }), 0);
    EXPECT_GT(suan::test::fail_one_by_one(rank, nothing, [&] { product.apply(2, x, 3, y); }), 0);
  }
}

}  // namespace
