// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Workspace that lives for one call of a kernel on the host.
#pragma once

#include <cstddef>
#include <utility>

namespace suan::detail {

/// Uninitialised memory for `bytes` bytes, aligned as by new: a piece returned earlier, whose pages
/// the system need not clear again, or a new one. Thread-safe.
/// @throws std::bad_alloc
void* take_piece(std::size_t bytes);
/// Returns it; `bytes` as when it was allocated. At most 16 MiB in all are kept.
void give_piece(void* piece, std::size_t bytes) noexcept;
/// Bytes currently kept.
std::size_t kept_bytes();

/// An uninitialised array in such memory. T needs neither constructor nor destructor.
template <class T>
class Pooled {
 public:
  Pooled() = default;
  explicit Pooled(std::size_t size)
      : bytes_(size * sizeof(T)), data_(static_cast<T*>(take_piece(bytes_))) {}
  Pooled(Pooled&& other) noexcept
      : bytes_(other.bytes_), data_(std::exchange(other.data_, nullptr)) {}
  Pooled& operator=(Pooled&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(data_, other.data_);
    return *this;
  }
  ~Pooled() { reset(); }
  void reset() {
    if (data_ != nullptr) give_piece(std::exchange(data_, nullptr), bytes_);
  }
  T* get() const { return data_; }
  std::size_t size() const { return data_ == nullptr ? 0 : bytes_ / sizeof(T); }

 private:
  std::size_t bytes_ = 0;
  T* data_ = nullptr;
};

}  // namespace suan::detail
