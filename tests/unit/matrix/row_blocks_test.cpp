// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sources of rows that do not keep their promises are refused in words, on all ranks.
#include <gmock/gmock.h>

#include <atomic>

#include "suan/comm/communicator.hpp"
#include "suan/matrix/assembly.hpp"

namespace {

using suan::Communicator;
using suan::GlobalIndex;
using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::RowBlock;
using suan::RowWriter;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Generates rows of which row `bad` is first(writer) when it is counted and second(writer) when it
/// is filled. The other rows have 1 in each of the first three columns.
template <class First, class Second>
void generate_changing(const Layout& layout, GlobalIndex bad, const First& first,
                       const Second& second) {
  std::atomic<int> calls{0};
  suan::generate_rows<double>(layout, layout, [&](GlobalIndex i, RowWriter<double>& row) {
    if (i != bad) {
      for (GlobalIndex j = 0; j < 3; ++j) row.add(j, 1);
    } else if (calls++ == 0) {
      first(row);
    } else {
      second(row);
    }
  });
}

/// Adds ones in these columns.
auto columns(std::vector<GlobalIndex> list) {
  return [list = std::move(list)](RowWriter<double>& row) {
    for (const GlobalIndex j : list) row.add(j, 1);
  };
}

class ChangingRows : public testing::Test {
 protected:
  // Row 30 is of the last rank, column 0 of the first one, column 39 of the last one.
  void expect_refused(std::vector<GlobalIndex> first, std::vector<GlobalIndex> second,
                      const char* words) const {
    EXPECT_THAT([&] { generate_changing(layout, 30, columns(first), columns(second)); },
                ThrowsMessage<suan::InvalidArgument>(AllOf(HasSubstr("row 30"), HasSubstr(words))));
  }
  const Layout layout = Layout::even(40, Communicator::world());
};

TEST_F(ChangingRows, MoreEntriesTheSecondTime) {
  expect_refused({38}, {38, 39}, "had 1 entries and has 2 the second time");
  expect_refused({0}, {0, 1}, "had 1 entries and has 2 the second time");
  expect_refused({}, {0, 39}, "had 0 entries and has 2 the second time");
}

TEST_F(ChangingRows, FewerEntriesTheSecondTime) {
  expect_refused({38, 39}, {38}, "had 2 entries and has 1 the second time");
  expect_refused({0, 1}, {1}, "had 2 entries and has 1 the second time");
  expect_refused({0, 39}, {}, "had 2 entries and has 0 the second time");
}

TEST_F(ChangingRows, OtherEntriesTheSecondTime) {
  expect_refused({0, 39}, {39, 39}, "out of order or twice");
  expect_refused({0, 39}, {39, 38}, "column 38 out of order");
  expect_refused({0, 39}, {0, 40}, "column 40");
  expect_refused({0, 39}, {-1, 39}, "column -1, outside [0, 40)");
  if (layout.comm().size() == 1) return;
  expect_refused({0, 39}, {38, 39}, "column 39 the second time");
  expect_refused({38, 39}, {0, 39}, "column 0 the second time");
  // A column of another rank that no row had.
  expect_refused({0, 39}, {3, 39}, "column 3 the second time");
}

// Columns of this rank may be others: the second time counts, and nothing is lost.
TEST_F(ChangingRows, OtherOwnColumnsAreTaken) {
  if (layout.comm().size() > 1) return;
  EXPECT_NO_THROW(generate_changing(layout, 30, columns({38}), columns({39})));
}

/// Two blocks of rows of the identity, unless something is changed.
class Blocks final : public suan::RowBlockSource<double> {
 public:
  explicit Blocks(const Layout& rows) : rows_(rows) {
    const LocalIndex size = rows.local_size();
    starts = {0, size / 2, size};
  }
  std::vector<LocalIndex> block_starts() const override { return starts; }
  void structure(std::size_t k, const std::function<void(const RowBlock<double>&)>& use) override {
    give(k, use, in_structure);
  }
  void entries(std::size_t k, const std::function<void(const RowBlock<double>&)>& use) override {
    give(k, use, in_entries);
  }

  struct Arrays {
    LocalIndex rows = 0;
    std::vector<Offset> offsets;
    std::vector<GlobalIndex> columns;
    std::vector<double> values;
    int times = 1;
  };
  std::vector<LocalIndex> starts;
  std::function<void(Arrays&)> in_structure;  // of the last block
  std::function<void(Arrays&)> in_entries;

 private:
  void give(std::size_t k, const std::function<void(const RowBlock<double>&)>& use,
            const std::function<void(Arrays&)>& change) const {
    Arrays a;
    a.rows = starts[k + 1] - starts[k];
    a.offsets = {0};
    for (LocalIndex r = 0; r < a.rows; ++r) {
      a.columns.push_back(rows_.first() + starts[k] + r);
      a.values.push_back(1);
      a.offsets.push_back(r + 1);
    }
    if (change && k == 1) change(a);
    for (int t = 0; t < a.times; ++t) use({a.rows, a.offsets, a.columns, a.values});
  }
  Layout rows_;
};

class RowBlocks : public testing::Test {
 protected:
  using Change = std::function<void(Blocks::Arrays&)>;
  /// With the change on the last rank only.
  void expect_refused(const Change& in_structure, const Change& in_entries, const char* words) {
    Blocks source(layout);
    if (is_last()) {
      source.in_structure = in_structure;
      source.in_entries = in_entries;
    }
    EXPECT_THAT([&] { suan::assemble<double>(layout, layout, source); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr(words)));
  }
  void expect_starts_refused(std::vector<LocalIndex> starts, const char* words) {
    Blocks source(layout);
    if (is_last()) source.starts = std::move(starts);
    EXPECT_THAT([&] { suan::assemble<double>(layout, layout, source); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr(words)));
  }
  bool is_last() const { return world.rank() == world.size() - 1; }
  const Communicator world = Communicator::world();
  const Layout layout = Layout::from_local_size(10, world);
};

TEST_F(RowBlocks, AreTakenWhenTheyFit) {
  Blocks source(layout);
  EXPECT_EQ(suan::assemble<double>(layout, layout, source).global_entries(), 10 * world.size());
  source.starts = {0, 0, 10, 10};  // some blocks are empty
  EXPECT_EQ(suan::assemble<double>(layout, layout, source).global_entries(), 10 * world.size());
  // Offsets may start at any number.
  const auto shifted = [](Blocks::Arrays& a) {
    for (auto& offset : a.offsets) offset += 7;
  };
  Blocks other(layout);
  other.in_structure = shifted;
  other.in_entries = shifted;
  EXPECT_EQ(suan::assemble<double>(layout, layout, other).global_entries(), 10 * world.size());
}

TEST_F(RowBlocks, StartsMustCoverTheRows) {
  expect_starts_refused({}, "from 0 to 0, but must go from 0 to the 10 rows");
  expect_starts_refused({0, 4, 9}, "from 0 to 9");
  expect_starts_refused({0, 4, 11}, "from 0 to 11");
  expect_starts_refused({1, 4, 10}, "from 1 to 10");
  expect_starts_refused({0, 12, 10}, "decreases from 12 to 10");
}

TEST_F(RowBlocks, ArraysMustFitInBothPasses) {
  const auto row = suan::message("begins with row ", 10 * (world.size() - 1) + 5);
  const std::pair<Change, const char*> wrong[] = {
      {[](auto& a) { ++a.rows; }, "has 6 rows, but block_starts() gives it 5"},
      {[](auto& a) { --a.rows; }, "has 4 rows"},
      {[](auto& a) { a.offsets.pop_back(); }, "has 5 offsets"},
      {[](auto& a) { a.offsets.clear(); }, "has 0 offsets"},
      {[](auto& a) { a.columns.pop_back(); }, "has 4 columns, but its offsets tell of 5 entries"},
      {[](auto& a) { a.offsets.back() = 6; }, "has 5 columns, but its offsets tell of 6 entries"},
  };
  for (const auto& [change, words] : wrong) {
    expect_refused(change, {}, words);
    expect_refused(change, {}, row.c_str());
    expect_refused({}, change, words);
  }
  const Change decreasing = [](auto& a) { a.offsets[2] = 0; };
  expect_refused(decreasing, {}, "decrease from 1 to 0");
  expect_refused({}, decreasing, "decrease from 1 to 0");
  expect_refused(
      {}, [](auto& a) { a.values.pop_back(); }, "has 4 values");
}

TEST_F(RowBlocks, AreHandedOverOnce) {
  const Change never = [](auto& a) { a.times = 0; };
  const Change twice = [](auto& a) { a.times = 2; };
  expect_refused(never, {}, "0 times");
  expect_refused({}, never, "0 times");
  expect_refused(twice, {}, "2 times");
  expect_refused({}, twice, "2 times");
}

}  // namespace
