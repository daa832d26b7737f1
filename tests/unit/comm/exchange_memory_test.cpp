// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Exchanges allocate nothing once another one like them has been. A program of its own, because it
// counts all allocations of its process.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <optional>

#include "suan/comm/reduction.hpp"
#include "suan/comm/row_exchange.hpp"

namespace {

/// Of 64 bytes and more: Kokkos makes a string of each kernel's label.
std::atomic<int> allocations{0};

void* allocate(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
  if (size >= 64) ++allocations;
  const std::size_t whole = (size + alignment) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, whole);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

/// Not inlined where the allocation is not, which looks like a mismatch to the compiler.
[[gnu::noinline]] void release(void* memory) { std::free(memory); }

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete[](void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { release(memory); }

namespace {

using suan::Exchange;
using suan::GlobalIndex;
using suan::IndexMap;
using suan::RowMajor;

std::shared_ptr<const IndexMap> ghosts_of_all() {
  const auto world = suan::Communicator::world();
  const auto layout = suan::Layout::even(100, world);
  std::vector<GlobalIndex> needed;
  for (GlobalIndex i = 0; i < 100; i += 3) needed.push_back(i);
  return IndexMap::make(layout, needed);
}

const char* const closures_on_the_heap = "nvcc keeps closures of kernels on the heap";

TEST(ExchangeMemory, NothingIsAllocatedOnceItHasBeen) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << closures_on_the_heap;
  const auto map = ghosts_of_all();
  const Exchange exchange(map);
  const RowMajor<double> owned("suan::test", static_cast<std::size_t>(map->owned()), 3);
  const RowMajor<double> ghosts("suan::test", static_cast<std::size_t>(map->ghosts()), 3);
  const RowMajor<float> narrow("suan::test", static_cast<std::size_t>(map->owned()), 1);
  suan::Reduction<double> reduction(map->comm(), suan::ReductionKind::sum, 3);
  const double numbers[3] = {1, 2, 3};
  const auto step = [&] {
    auto one = exchange.forward<double>(owned);
    auto two = exchange.forward<float>(narrow);
    auto three = exchange.reverse<double>(ghosts, owned);
    reduction.start(numbers);
    one.finish(ghosts);
    three.finish();
    two.finish();
    reduction.wait();
  };
  step();
  step();
  const int before = allocations;
  for (int k = 0; k < 10; ++k) step();
  EXPECT_EQ(allocations - before, 0);
}

TEST(ExchangeMemory, RowsToo) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << closures_on_the_heap;
  const auto map = ghosts_of_all();
  const Exchange exchange(map);
  const suan::DeviceView<suan::Offset> offsets("suan::test",
                                               static_cast<std::size_t>(map->owned()) + 1);
  const auto host = Kokkos::create_mirror_view(offsets);
  for (std::size_t k = 0; k < host.extent(0); ++k) host(k) = static_cast<suan::Offset>(4 * k);
  Kokkos::deep_copy(offsets, host);
  const suan::RowExchange rows(exchange, suan::Direction::to_ghosts, offsets);
  const suan::DeviceView<double> entries("suan::test", static_cast<std::size_t>(4 * map->owned()));
  rows.start<double>(entries).finish();
  const int before = allocations;
  for (int k = 0; k < 10; ++k) rows.start<double>(entries).finish();
  EXPECT_EQ(allocations - before, 0);
}

TEST(ExchangeMemory, ReservedExchangesAllocateNothing) {
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << closures_on_the_heap;
  const auto map = ghosts_of_all();
  const Exchange exchange(map);
  const RowMajor<double> owned("suan::test", static_cast<std::size_t>(map->owned()), 4);
  exchange.reserve(4 * sizeof(double), 3);
  const int before = allocations;
  {
    const auto one = exchange.forward<double>(owned);
    const auto two = exchange.forward<double>(owned);
    const auto three = exchange.forward<double>(owned);
  }
  EXPECT_EQ(allocations - before, 0);
}

}  // namespace
