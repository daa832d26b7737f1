// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The exchange of values between the owners of elements and the ranks that have them as ghosts.
#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include "suan/comm/detail/transfer.hpp"
#include "suan/comm/index_map.hpp"

namespace suan {

template <class T>
class PendingForward;
template <class T, class Op>
class PendingReverse;

/// What Exchange::reverse() does with the values of ghosts at their owner: op(left, right), where
/// `left` is of lower ranks. A type of the program's own may stand beside these.
namespace combine {
struct Add {
  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION T operator()(const T& left, const T& right) const {
    return left + right;
  }
};
/// NaN if either number is NaN; Max alike.
struct Min {
  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION T operator()(const T& left, const T& right) const {
    return right < left || right != right ? right : left;
  }
};
struct Max {
  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION T operator()(const T& left, const T& right) const {
    return left < right || right != right ? right : left;
  }
};
/// The owner's value is replaced by that of the highest rank that has the element as a ghost.
struct Insert {
  static constexpr bool replaces = true;
  template <class T>
  KOKKOS_FORCEINLINE_FUNCTION T operator()(const T&, const T& right) const {
    return right;
  }
};
}  // namespace combine

namespace detail {
struct ExchangePlan;
}

/// A plan made from an IndexMap, for values of any trivially copyable type and any number of
/// columns: forward() brings the owners' values to the ghosts, reverse() the ghosts' values to
/// their owners. Arrays are in the library's memory, row by row; a row is an element's values.
///
/// What starts an exchange returns an object that ends it: by finish(), which gives the results, or
/// when it is destroyed, also by an exception, which drops them. Several may be under way, and end
/// in any order. All ranks start the exchanges of a plan in the same order, with the same type and
/// number of columns. Where one rank fails at a start, its neighbours throw MpiError as they
/// finish.
///
/// Buffers come from a pool, which copies of the plan share and one host thread uses at a time:
/// exchanges allocate nothing once as many of rows as large have been under way before.
/// (Models: PETSc's star forests, Tpetra's Import, hypre's communication packages.)
class Exchange {
 public:
  /// Nothing to exchange, without a map.
  Exchange() = default;
  /// Collective. @throws OutOfMemory on all ranks.
  explicit Exchange(std::shared_ptr<const IndexMap> map);

  const std::shared_ptr<const IndexMap>& map() const noexcept;

  /// Makes buffers for `at_once` exchanges of rows of so many bytes. Without it, the first exchange
  /// of rows as large makes them for one, also in agreement, and each rank makes more as it needs
  /// them. Collective. @throws OutOfMemory on all ranks; InvalidArgument when ranks differ.
  void reserve(std::size_t row_bytes, int at_once = 1) const;

  /// Starts to send the values of owned elements to the ranks that have them as ghosts. `owned` has
  /// a row for each, and may change once this returns. @throws DimensionMismatch, MpiError.
  template <class T>
  [[nodiscard]] PendingForward<T> forward(const RowMajor<const T>& owned) const;
  template <class T>
  [[nodiscard]] PendingForward<T> forward(const DeviceView<const T>& owned) const;

  /// Starts to send the values of ghosts to their owners, where finish() combines them with those
  /// in `owned`, in the order of ranks, the owner's own value in its place: so the bits depend on
  /// nothing else. `ghosts` may change once this returns; `owned` must stay, and is read and
  /// written by finish() alone. @throws as forward().
  template <class T, class Op = combine::Add>
  [[nodiscard]] PendingReverse<T, Op> reverse(const RowMajor<const T>& ghosts,
                                              const RowMajor<T>& owned, Op op = {}) const;
  template <class T, class Op = combine::Add>
  [[nodiscard]] PendingReverse<T, Op> reverse(const DeviceView<const T>& ghosts,
                                              const DeviceView<T>& owned, Op op = {}) const;

  /// "serial", "host" (through host memory) or "device" (MPI reads device memory).
  std::string path() const;

 private:
  friend class RowExchange;
  detail::Transfer begin(Direction way, std::size_t row_bytes) const;
  std::shared_ptr<detail::ExchangePlan> plan_;
};

/// A forward exchange under way.
template <class T>
class PendingForward {
 public:
  PendingForward() = default;
  /// Waits. Returns a row for each ghost, in the plan's memory, which are valid as long as this
  /// object lives. @throws MpiError.
  RowMajor<const T> finish();
  /// The same, copied to `ghosts`. @throws DimensionMismatch, too.
  void finish(const RowMajor<T>& ghosts);

 private:
  friend class Exchange;
  PendingForward(detail::Transfer transfer, std::size_t rows, std::size_t columns)
      : transfer_(std::move(transfer)), rows_(rows), columns_(columns) {}
  detail::Transfer transfer_;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
};

/// A reverse exchange under way.
template <class T, class Op>
class PendingReverse {
 public:
  PendingReverse() = default;
  /// Waits, and combines what came with the owned values. To be called once. @throws MpiError.
  void finish();

 private:
  friend class Exchange;
  PendingReverse(std::shared_ptr<const detail::ExchangePlan> plan, detail::Transfer transfer,
                 const RowMajor<T>& owned, Op op)
      : plan_(std::move(plan)), transfer_(std::move(transfer)), owned_(owned), op_(op) {}
  std::shared_ptr<const detail::ExchangePlan> plan_;
  detail::Transfer transfer_;
  RowMajor<T> owned_;
  Op op_{};
};

}  // namespace suan

#include "suan/comm/detail/exchange_impl.hpp"
