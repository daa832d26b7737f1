// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Messages of any length, sent and received in place, between ranks that know the lengths.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// Elements in uninitialised memory: a std::vector would fill it first.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

 public:
  Buffer() = default;
  explicit Buffer(std::size_t size)
      : bytes_(std::make_unique_for_overwrite<std::byte[]>(size * sizeof(T))), size_(size) {}
  T* data() const noexcept { return reinterpret_cast<T*>(bytes_.get()); }
  std::size_t size() const noexcept { return size_; }
  std::span<T> part(std::size_t first, std::size_t count) const noexcept {
    return {data() + first, count};
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
  std::size_t size_ = 0;
};

struct SendPart {
  int rank = 0;
  std::span<const std::byte> bytes;
};
struct ReceivePart {
  int rank = 0;
  std::span<std::byte> bytes;
};

/// Sends and receives each part; both ranks know its size, and none of the ranks is this one. Empty
/// parts are not sent. Collective. @throws OutOfMemory on all ranks; MpiError.
void exchange_messages(const Communicator& comm, std::span<const SendPart> send,
                       std::span<const ReceivePart> receive);

}  // namespace suan::detail
