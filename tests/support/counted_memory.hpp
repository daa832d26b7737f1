// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Counts all allocations of a program, of which one source includes this header. (The address
// sanitizer allocates itself: such programs are not built with it.)
#pragma once

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "support/failing_memory.hpp"

namespace suan::test {

inline std::atomic<std::int64_t> bytes{0};
inline std::atomic<std::int64_t> peak{0};
inline std::atomic<std::int64_t> large_allocations{0};

inline void* counted(void* memory) {
  if (memory == nullptr) return nullptr;
  const auto size = static_cast<std::int64_t>(malloc_usable_size(memory));
  if (size >= static_cast<std::int64_t>(large_bytes)) ++large_allocations;
  const std::int64_t now = bytes += size;
  std::int64_t before = peak;
  while (now > before && !peak.compare_exchange_weak(before, now)) {
  }
  return memory;
}

inline void* allocate(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
  alignment = std::max(alignment, alignof(std::max_align_t));
  const std::size_t whole =
      (std::max<std::size_t>(size, 1) + alignment - 1) / alignment * alignment;
  if (fails(whole)) return nullptr;
  return counted(std::aligned_alloc(alignment, whole));
}

inline void* allocate_or_throw(std::size_t size,
                               std::size_t alignment = alignof(std::max_align_t)) {
  void* const memory = allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

inline void release(void* memory) {
  if (memory != nullptr) bytes -= static_cast<std::int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace suan::test

void* operator new(std::size_t size) { return suan::test::allocate_or_throw(size); }
void* operator new[](std::size_t size) { return suan::test::allocate_or_throw(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return suan::test::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return suan::test::allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return suan::test::allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return suan::test::allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return suan::test::allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return suan::test::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { suan::test::release(memory); }
void operator delete[](void* memory) noexcept { suan::test::release(memory); }
void operator delete(void* memory, std::size_t) noexcept { suan::test::release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { suan::test::release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { suan::test::release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { suan::test::release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { suan::test::release(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
  suan::test::release(memory);
}
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  suan::test::release(memory);
}
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  suan::test::release(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  suan::test::release(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  suan::test::release(memory);
}
