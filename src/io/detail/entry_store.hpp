// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The entries of a matrix in many lists that grow by chunks. Their memory is returned to the system
// list by list, so the lists and the matrix built from them never exist in full at the same time.
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "suan/core/detail/memory.hpp"
#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

namespace suan::detail {

/// A scalar as stored in entries: without the alignment of complex numbers, which would cause
/// padding.
template <Scalar T>
struct Packed {
  T value;
  static Packed of(T v) { return {v}; }
  T get() const { return value; }
};
template <class R>
struct Packed<Kokkos::complex<R>> {
  R re;
  R im;
  static Packed of(Kokkos::complex<R> v) { return {v.real(), v.imag()}; }
  Kokkos::complex<R> get() const { return {re, im}; }
};

/// One entry: 16 bytes in double precision while columns fit 31 bits, else 24.
template <Scalar T, bool WideColumns>
struct Entry {
  using Column = std::conditional_t<WideColumns, GlobalIndex, LocalIndex>;
  LocalIndex row;  ///< within its rank
  Column column;
  Packed<T> value;
};

/// Memory in chunks of equal size, allocated from the system in growing slabs: a rank has an arena
/// for each other rank, and many of them stay small. Not thread-safe.
class ChunkArena {
 public:
  explicit ChunkArena(std::size_t chunk_bytes) : chunk_bytes_(chunk_bytes) {}
  ~ChunkArena() {
    for (const auto& slab : slabs_) ::munmap(slab.begin, slab.bytes);
  }
  ChunkArena(ChunkArena&& other) noexcept
      : chunk_bytes_(other.chunk_bytes_),
        used_(other.used_),
        slabs_(std::exchange(other.slabs_, {})) {}
  ChunkArena(const ChunkArena&) = delete;
  ChunkArena& operator=(const ChunkArena&) = delete;
  ChunkArena& operator=(ChunkArena&&) = delete;

  void* take() {
    if (slabs_.empty() || used_ + chunk_bytes_ > slabs_.back().bytes) add_slab();
    void* chunk = static_cast<char*>(slabs_.back().begin) + used_;
    used_ += chunk_bytes_;
    return chunk;
  }
  /// Bytes of all slabs.
  std::size_t bytes() const noexcept {
    std::size_t sum = 0;
    for (const auto& slab : slabs_) sum += slab.bytes;
    return sum;
  }
  /// Returns the pages to the system; the addresses are not reused. Thread-safe.
  static void give_back(void* chunk, std::size_t bytes) { ::madvise(chunk, bytes, MADV_DONTNEED); }

 private:
  struct Slab {
    void* begin;
    std::size_t bytes;
  };

  void add_slab() {
    const std::size_t bytes =
        std::clamp(slabs_.empty() ? first_chunks * chunk_bytes_ : 2 * slabs_.back().bytes,
                   chunk_bytes_, most_bytes);
    slabs_.reserve(slabs_.size() + 1);
    void* slab = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (slab == MAP_FAILED) throw OutOfMemory("no memory for the entries of a matrix");
    if (bytes == most_bytes) advise_huge_pages(slab, bytes);
    slabs_.push_back({slab, bytes});
    used_ = 0;
  }

  static constexpr std::size_t first_chunks = 4;
  static constexpr std::size_t most_bytes = std::size_t(2) << 20;  // one large page
  std::size_t chunk_bytes_;
  std::size_t used_ = 0;
  std::vector<Slab> slabs_;
};

/// `sources` times `lists` lists of entries. One thread fills each source; reading list `l` of all
/// sources in order restores the order of the file.
template <class E>
class EntryStore {
  struct List {
    E* cursor = nullptr;
    E* limit = nullptr;
    std::vector<E*> chunks;
  };

 public:
  /// The total number of `expected` entries determines the chunk size.
  EntryStore(std::size_t sources, std::size_t lists, std::int64_t expected) {
    // An eighth of a list's expected size, so that half-filled last chunks cost little.
    const auto average = static_cast<std::size_t>(expected) * sizeof(E) / (sources * lists + 1);
    chunk_bytes_ = std::size_t(4096);
    while (chunk_bytes_ < 65536 && chunk_bytes_ * 16 <= average) chunk_bytes_ *= 2;
    capacity_ = chunk_bytes_ / sizeof(E);
    portion_ = std::max(std::size_t(1) << 20, static_cast<std::size_t>(expected) * sizeof(E) / 32);
    sources_.reserve(sources);
    for (std::size_t s = 0; s < sources; ++s) sources_.emplace_back(lists, chunk_bytes_);
  }

  /// Fills the lists of one source.
  class Appender {
   public:
    Appender(EntryStore& store, std::size_t source)
        : lists_(store.sources_[source].lists.data()),
          arena_(&store.sources_[source].arena),
          capacity_(store.capacity_) {}
    void add(std::size_t list, const E& entry) {
      List& l = lists_[list];
      if (l.cursor == l.limit) [[unlikely]] {
        grow(l);
      }
      *l.cursor++ = entry;
    }

   private:
    [[gnu::noinline]] void grow(List& l) {
      E* const chunk = static_cast<E*>(arena_->take());
      l.chunks.push_back(chunk);
      l.cursor = chunk;
      l.limit = chunk + capacity_;
    }
    List* lists_;
    ChunkArena* arena_;
    std::size_t capacity_;
  };
  Appender appender(std::size_t source) { return {*this, source}; }

  std::size_t chunk_bytes() const noexcept { return chunk_bytes_; }
  std::int64_t size(std::size_t source, std::size_t list) const {
    const List& l = sources_[source].lists[list];
    return l.chunks.empty() ? 0
                            : static_cast<std::int64_t>((l.chunks.size() - 1) * capacity_) +
                                  (l.cursor - l.chunks.back());
  }
  /// Entries of list `list` of all sources.
  std::int64_t size(std::size_t list) const {
    std::int64_t sum = 0;
    for (std::size_t s = 0; s < sources_.size(); ++s) sum += size(s, list);
    return sum;
  }

  /// Calls use(first, count) for each chunk of list `list` of one source.
  template <class Use>
  void for_chunks(std::size_t source, std::size_t list, const Use& use) const {
    const List& l = sources_[source].lists[list];
    for (std::size_t c = 0; c < l.chunks.size(); ++c) {
      const bool last = c + 1 == l.chunks.size();
      use(l.chunks[c], last ? static_cast<std::size_t>(l.cursor - l.chunks[c]) : capacity_);
    }
  }
  /// As above, for all sources in order.
  template <class Use>
  void for_chunks(std::size_t list, const Use& use) const {
    for (std::size_t s = 0; s < sources_.size(); ++s) for_chunks(s, list, use);
  }

  /// Returns the memory of list `list` of all sources, now or when there is more. Thread-safe for
  /// different lists.
  void release(std::size_t list) {
    std::vector<E*> chunks;
    {
      const std::lock_guard lock(mutex_);
      for (Source& source : sources_) {
        List& l = source.lists[list];
        released_.insert(released_.end(), l.chunks.begin(), l.chunks.end());
        l = {};
      }
      if (released_.size() * chunk_bytes_ < portion_) return;
      chunks.swap(released_);
    }
    give_back(chunks);
  }

 private:
  struct Source {
    Source(std::size_t count, std::size_t chunk_bytes) : lists(count), arena(chunk_bytes) {}
    std::vector<List> lists;
    ChunkArena arena;
  };

  /// Each system call stops all threads, so neighbours are returned together: in a file whose
  /// entries are ordered by row, nearly all are neighbours.
  void give_back(std::vector<E*>& chunks) const {
    std::sort(chunks.begin(), chunks.end());
    for (std::size_t first = 0; first < chunks.size();) {
      std::size_t end = first + 1;
      while (end < chunks.size() &&
             address(chunks[end]) == address(chunks[end - 1]) + chunk_bytes_) {
        ++end;
      }
      ChunkArena::give_back(chunks[first], (end - first) * chunk_bytes_);
      first = end;
    }
  }

  static const char* address(const E* chunk) { return reinterpret_cast<const char*>(chunk); }

  std::size_t chunk_bytes_;
  std::size_t capacity_;
  std::size_t portion_;  // bytes returned together
  std::vector<Source> sources_;
  std::mutex mutex_;  // of the following
  std::vector<E*> released_;
};

}  // namespace suan::detail
