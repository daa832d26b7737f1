// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/detail/exchange_impl.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

std::vector<detail::Part> parts_of(std::span<const IndexMap::Neighbour> neighbours) {
  std::vector<detail::Part> parts;
  for (const auto& n : neighbours) parts.push_back({n.rank, n.first, n.count});
  return parts;
}

DeviceView<const LocalIndex> on_device(const char* label, std::span<const LocalIndex> numbers) {
  const auto result = detail::allocate<LocalIndex>(label, numbers.size());
  Kokkos::deep_copy(result, HostView<const LocalIndex>(numbers.data(), numbers.size()));
  return result;
}

}  // namespace

Exchange::Exchange(std::shared_ptr<const IndexMap> map) {
  if (!map) throw InvalidArgument("Exchange: there is no map");
  const Communicator& comm = map->comm();
  require_agreement(comm, "Exchange");
  together(comm, [&] {
    plan_ = std::make_shared<detail::ExchangePlan>();
    plan_->shared = on_device("suan::exchange_numbers", map->shared());
    if (comm.size() == 1) return;
    plan_->channel =
        std::make_shared<detail::Channel>(comm, parts_of(map->readers()), parts_of(map->owners()));
  });
  if (plan_->channel) plan_->channel->choose_tag();
  plan_->map = std::move(map);
}

const std::shared_ptr<const IndexMap>& Exchange::map() const noexcept {
  static const std::shared_ptr<const IndexMap> none;
  return plan_ ? plan_->map : none;
}

void Exchange::reserve(std::size_t row_bytes, int at_once) const {
  if (!plan_ || !plan_->channel) return;
  require_agreement(plan_->channel->comm, "Exchange::reserve",
                    message("row_bytes = ", row_bytes, "\nat_once = ", at_once, "\n"));
  plan_->channel->reserve(row_bytes, at_once);
}

std::string Exchange::path() const {
  if (!plan_ || !plan_->channel) return "serial";
  constexpr bool host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;
  return host || !detail::mpi_reads_device_memory() ? "host" : "device";
}

detail::Transfer Exchange::begin(Direction way, std::size_t row_bytes) const {
  return {plan_->channel, way, row_bytes};
}

void detail::ExchangePlan::make_order() {
  together(map->comm(), [&] {
    const auto numbers = map->shared();
    // The places are by rank already, so a stable sort by element keeps that order.
    std::vector<LocalIndex> by_element(numbers.size());
    std::iota(by_element.begin(), by_element.end(), LocalIndex{0});
    const auto number = [&](LocalIndex place) { return numbers[static_cast<std::size_t>(place)]; };
    std::stable_sort(by_element.begin(), by_element.end(),
                     [&](LocalIndex a, LocalIndex b) { return number(a) < number(b); });
    LocalIndex lower = 0;  // places of lower ranks
    for (const auto& n : map->readers()) {
      if (n.rank < map->comm().rank()) lower = n.first + n.count;
    }
    std::vector<LocalIndex> targets;
    std::vector<LocalIndex> offsets;
    std::vector<LocalIndex> own;
    for (std::size_t k = 0; k < by_element.size(); ++k) {
      if (k == 0 || number(by_element[k]) != number(by_element[k - 1])) {
        targets.push_back(number(by_element[k]));
        offsets.push_back(static_cast<LocalIndex>(k));
        own.push_back(static_cast<LocalIndex>(k));
      }
      if (by_element[k] < lower) own.back() = static_cast<LocalIndex>(k) + 1;
    }
    offsets.push_back(static_cast<LocalIndex>(by_element.size()));
    order.targets = on_device("suan::exchange_targets", targets);
    order.offsets = on_device("suan::exchange_offsets", offsets);
    order.places = on_device("suan::exchange_places", by_element);
    order.own = on_device("suan::exchange_own", own);
  });
  order.made = true;
}

void detail::require_rows(const char* function, const char* array, std::size_t rows,
                          LocalIndex expected) {
  if (rows == static_cast<std::size_t>(expected)) return;
  throw DimensionMismatch(message(function, ": the array `", array, "` has ", rows,
                                  " rows, but the map has ", expected, " such elements"));
}

void detail::require_columns(const char* function, std::size_t left, std::size_t right) {
  if (left == right) return;
  throw DimensionMismatch(message(function, ": the ghosts' array and the owned elements' have ",
                                  left, " and ", right, " columns; they must have as many"));
}

#define SUAN_INSTANTIATE(T)                                                        \
  template PendingForward<T> Exchange::forward<T>(const RowMajor<const T>&) const; \
  template PendingReverse<T, combine::Add> Exchange::reverse<T, combine::Add>(     \
      const RowMajor<const T>&, const RowMajor<T>&, combine::Add) const;           \
  template class PendingForward<T>;                                                \
  template class PendingReverse<T, combine::Add>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
SUAN_INSTANTIATE(LocalIndex)
SUAN_INSTANTIATE(GlobalIndex)
#undef SUAN_INSTANTIATE

}  // namespace suan
