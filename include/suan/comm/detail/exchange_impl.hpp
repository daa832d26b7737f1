// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/comm/exchange.hpp.
#pragma once

#include "suan/comm/exchange.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/row_major_loop.hpp"

namespace suan {

namespace detail {

/// The elements that come from several ranks, in the order in which their values are combined.
struct CombineOrder {
  bool made = false;
  /// The local numbers of the elements that others have as ghosts, each once, increasing.
  DeviceView<const LocalIndex> targets;
  /// Where the places of each begin, and the end.
  DeviceView<const LocalIndex> offsets;
  /// Places in the buffer, by rank. Those of ranks below this one come before own(t).
  DeviceView<const LocalIndex> places;
  DeviceView<const LocalIndex> own;
};

struct ExchangePlan {
  std::shared_ptr<const IndexMap> map;
  std::shared_ptr<Channel> channel;  // none on one rank
  DeviceView<const LocalIndex> shared;
  CombineOrder order;

  /// Makes the order of reverse exchanges. Collective. @throws OutOfMemory on all ranks.
  void make_order();
};

void require_rows(const char* function, const char* array, std::size_t rows, LocalIndex expected);
void require_columns(const char* function, std::size_t left, std::size_t right);

/// to(i, c) = from(rows(i), c)
template <class T>
void gather_rows(const RowMajor<const T>& from, const DeviceView<const LocalIndex>& rows,
                 const RowMajor<T>& to) {
  kernels::for_elements(
      "suan::exchange_pack", ExecutionSpace(), to.extent(0), to.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { to(i, c) = from(rows(i), c); });
}

template <class T>
void copy_rows(const RowMajor<const T>& from, const RowMajor<T>& to) {
  kernels::for_elements(
      "suan::exchange_copy", ExecutionSpace(), to.extent(0), to.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { to(i, c) = from(i, c); });
}

template <class Op>
constexpr bool replaces_owned() {
  if constexpr (requires { Op::replaces; }) return Op::replaces;
  return false;
}

/// Combines what came from other ranks with the owned values, in the order of ranks.
template <class T, class Op>
void combine_rows(const CombineOrder& order, const RowMajor<const T>& received,
                  const RowMajor<T>& owned, const Op& op) {
  const auto targets = order.targets;
  const auto offsets = order.offsets;
  const auto places = order.places;
  const auto own = order.own;
  constexpr bool replaces = replaces_owned<Op>();
  kernels::for_elements(
      "suan::exchange_combine", ExecutionSpace(), targets.extent(0), owned.extent(1),
      KOKKOS_LAMBDA(std::int64_t t, std::int64_t c) {
        const LocalIndex first = offsets(t);
        const LocalIndex here = replaces ? first : own(t);
        T& result = owned(targets(t), c);
        T value = here > first ? received(places(first), c) : result;
        for (LocalIndex p = first + 1; p < here; ++p) value = op(value, received(places(p), c));
        if (here > first) value = op(value, result);
        for (LocalIndex p = here; p < offsets(t + 1); ++p)
          value = op(value, received(places(p), c));
        result = value;
      });
}

template <class T>
RowMajor<T> as_rows(const DeviceView<T>& column) {
  return RowMajor<T>(column.data(), column.extent(0), 1);
}

template <class T>
constexpr void require_exchangeable() {
  static_assert(std::is_trivially_copyable_v<T>, "an exchange copies values byte by byte");
  static_assert(alignof(T) <= 64, "the buffers of an exchange are aligned to 64 bytes");
}

}  // namespace detail

template <class T>
PendingForward<T> Exchange::forward(const RowMajor<const T>& owned) const {
  detail::require_exchangeable<T>();
  if (!plan_) return {};
  const IndexMap& map = *plan_->map;
  const std::size_t columns = owned.extent(1);
  detail::Transfer transfer = begin(Direction::to_ghosts, sizeof(T) * columns);
  transfer.start([&] {
    detail::require_rows("Exchange::forward", "owned", owned.extent(0), map.owned());
    detail::gather_rows<T>(owned, plan_->shared,
                           RowMajor<T>(transfer.outgoing<T>(), map.shared().size(), columns));
  });
  return {std::move(transfer), static_cast<std::size_t>(map.ghosts()), columns};
}

template <class T>
PendingForward<T> Exchange::forward(const DeviceView<const T>& owned) const {
  return forward<T>(detail::as_rows(owned));
}

template <class T, class Op>
PendingReverse<T, Op> Exchange::reverse(const RowMajor<const T>& ghosts, const RowMajor<T>& owned,
                                        Op op) const {
  detail::require_exchangeable<T>();
  if (!plan_) return {};
  const IndexMap& map = *plan_->map;
  const std::size_t columns = owned.extent(1);
  if (!plan_->order.made) plan_->make_order();
  detail::Transfer transfer = begin(Direction::to_owners, sizeof(T) * columns);
  transfer.start([&] {
    detail::require_rows("Exchange::reverse", "owned", owned.extent(0), map.owned());
    detail::require_rows("Exchange::reverse", "ghosts", ghosts.extent(0), map.ghosts());
    detail::require_columns("Exchange::reverse", ghosts.extent(1), columns);
    detail::copy_rows<T>(ghosts, RowMajor<T>(transfer.outgoing<T>(), ghosts.extent(0), columns));
  });
  return {plan_, std::move(transfer), owned, op};
}

template <class T, class Op>
PendingReverse<T, Op> Exchange::reverse(const DeviceView<const T>& ghosts,
                                        const DeviceView<T>& owned, Op op) const {
  return reverse<T, Op>(detail::as_rows(ghosts), detail::as_rows(owned), op);
}

template <class T>
RowMajor<const T> PendingForward<T>::finish() {
  transfer_.wait();
  return RowMajor<const T>(transfer_.template incoming<T>(), rows_, columns_);
}

template <class T>
void PendingForward<T>::finish(const RowMajor<T>& ghosts) {
  const auto received = finish();
  detail::require_rows("PendingForward::finish", "ghosts", ghosts.extent(0),
                       static_cast<LocalIndex>(rows_));
  detail::require_columns("PendingForward::finish", columns_, ghosts.extent(1));
  detail::copy_rows<T>(received, ghosts);
}

template <class T, class Op>
void PendingReverse<T, Op>::finish() {
  if (!plan_) return;
  transfer_.wait();
  const RowMajor<const T> received(transfer_.template incoming<T>(), plan_->map->shared().size(),
                                   owned_.extent(1));
  detail::combine_rows<T, Op>(plan_->order, received, owned_, op_);
  plan_ = nullptr;
}

// Compiled once, in exchange.cpp.
#define SUAN_EXTERN(T)                                                                    \
  extern template PendingForward<T> Exchange::forward<T>(const RowMajor<const T>&) const; \
  extern template PendingReverse<T, combine::Add> Exchange::reverse<T, combine::Add>(     \
      const RowMajor<const T>&, const RowMajor<T>&, combine::Add) const;                  \
  extern template class PendingForward<T>;                                                \
  extern template class PendingReverse<T, combine::Add>;
SUAN_FOR_EACH_SCALAR(SUAN_EXTERN)
SUAN_EXTERN(LocalIndex)
SUAN_EXTERN(GlobalIndex)
#undef SUAN_EXTERN

}  // namespace suan
