// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Messages from every rank to every other, sent and received in place.
#pragma once

#include <cstddef>
#include <memory>

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

/// The counts that the other ranks send to this one: counts[r] goes to rank r. Collective.
std::vector<std::int64_t> exchange_counts(const Communicator& comm,
                                          const std::vector<std::int64_t>& counts);

/// Sends send[r] to rank r and receives receive[r] from it; both ranks know the sizes, and a rank's
/// own parts are empty. Messages may have any size. Collective. @throws MpiError.
void exchange_bytes(const Communicator& comm, const std::vector<std::span<const std::byte>>& send,
                    const std::vector<std::span<std::byte>>& receive);

}  // namespace suan::detail
