// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory of entries that are being read: little where there are few, in large pieces where
// there are many.
#include "io/detail/entry_store.hpp"

#include <gtest/gtest.h>

#include <set>

#include "io/detail/row_sink.hpp"

namespace suan::detail {
namespace {

constexpr std::size_t large_page = std::size_t(2) << 20;

TEST(ChunkArena, BeginsSmallAndGrowsToLargePages) {
  constexpr std::size_t chunk = 4096;
  ChunkArena arena(chunk);
  EXPECT_EQ(arena.bytes(), 0U);
  arena.take();
  EXPECT_LE(arena.bytes(), 8 * chunk);
  std::set<void*> chunks;
  std::size_t before = arena.bytes();
  std::size_t largest = 0;
  for (int i = 0; i < 4096; ++i) {
    void* taken = arena.take();
    static_cast<char*>(taken)[chunk - 1] = 1;
    EXPECT_TRUE(chunks.insert(taken).second);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(taken) % chunk, 0U);
    largest = std::max(largest, arena.bytes() - before);
    before = arena.bytes();
  }
  EXPECT_EQ(largest, large_page);
  EXPECT_LE(arena.bytes(), 4096 * chunk + 2 * large_page);
}

TEST(ChunkArena, LargeChunksFit) {
  constexpr std::size_t chunk = 65536;
  ChunkArena arena(chunk);
  for (int i = 0; i < 200; ++i) static_cast<char*>(arena.take())[chunk - 1] = 1;
  EXPECT_GE(arena.bytes(), 200 * chunk);
}

TEST(EntryStore, ReturnsWhatItWasGiven) {
  using E = Entry<double, false>;
  EntryStore<E> store(3, 5, 10000);
  for (std::size_t source = 0; source < 3; ++source) {
    auto appender = store.appender(source);
    for (int i = 0; i < 3000; ++i) {
      appender.add(static_cast<std::size_t>(i) % 5,
                   {i, static_cast<LocalIndex>(source), {0.5 * i}});
    }
  }
  for (std::size_t list = 0; list < 5; ++list) {
    EXPECT_EQ(store.size(list), 1800);
    int source = 0;
    int expected = static_cast<int>(list);
    store.for_chunks(list, [&](const E* first, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        if (expected >= 3000) {
          ++source;
          expected = static_cast<int>(list);
        }
        ASSERT_EQ(first[i].row, expected);
        ASSERT_EQ(first[i].column, source);
        ASSERT_EQ(first[i].value.get(), 0.5 * expected);
        expected += 5;
      }
    });
    store.release(list);
  }
}

TEST(RowSink, ManyRowsWithoutEntriesAreCutIntoBlocks) {
  // What is sorted at a time has the offsets of all its rows, so it must not be all of them.
  RowSink<double, false> sink(Layout::serial(1 << 30), 2, 3, false);
  EXPECT_GE(sink.blocks(), 256U);
  RowSink<double, false> small(Layout::serial(1000), 2, 3, false);
  EXPECT_EQ(small.blocks(), 1U);
}

}  // namespace
}  // namespace suan::detail
