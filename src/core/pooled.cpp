// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "core/pooled.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>
#include <new>
#include <vector>

namespace suan::detail {

namespace {

constexpr std::size_t most_kept = std::size_t(16) << 20;
// The allocator itself keeps smaller pieces; larger ones belong to products that take so long that
// clearing does not matter.
constexpr int smallest_bits = 14;
constexpr int largest_bits = 21;

/// Pieces of 2^bits bytes.
class Pieces {
 public:
  Pieces() = default;
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;
  ~Pieces() {
    for (const auto& pieces : free_) {
      for (void* const piece : pieces) ::operator delete(piece);
    }
  }
  void* take(int bits) {
    {
      const std::lock_guard lock(mutex_);
      auto& pieces = of(bits);
      if (!pieces.empty()) {
        void* const piece = pieces.back();
        pieces.pop_back();
        kept_ -= std::size_t(1) << bits;
        return piece;
      }
    }
    return ::operator new(std::size_t(1) << bits);
  }
  void give(void* piece, int bits) noexcept {
    {
      const std::lock_guard lock(mutex_);
      const std::size_t bytes = std::size_t(1) << bits;
      if (kept_ + bytes <= most_kept) {
        try {
          of(bits).push_back(piece);
          kept_ += bytes;
          return;
        } catch (const std::bad_alloc&) {  // then it is freed
        }
      }
    }
    ::operator delete(piece);
  }
  std::size_t kept() {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  std::vector<void*>& of(int bits) { return free_[static_cast<std::size_t>(bits - smallest_bits)]; }

  std::mutex mutex_;
  std::array<std::vector<void*>, largest_bits - smallest_bits + 1> free_;
  std::size_t kept_ = 0;
};

Pieces& all_pieces() {
  static Pieces pieces;
  return pieces;
}

int bits_for(std::size_t bytes) {
  return static_cast<int>(std::bit_width(std::max<std::size_t>(bytes, 1) - 1));
}
bool is_kept(std::size_t bytes) {
  return bits_for(bytes) >= smallest_bits && bits_for(bytes) <= largest_bits;
}

}  // namespace

void* take_piece(std::size_t bytes) {
  return is_kept(bytes) ? all_pieces().take(bits_for(bytes)) : ::operator new(bytes);
}

void give_piece(void* piece, std::size_t bytes) noexcept {
  if (is_kept(bytes)) {
    all_pieces().give(piece, bits_for(bytes));
  } else {
    ::operator delete(piece);
  }
}

std::size_t kept_bytes() { return all_pieces().kept(); }

}  // namespace suan::detail
