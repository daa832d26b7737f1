// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/row_exchange.hpp"

#include <algorithm>
#include <vector>

#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"

namespace suan {

namespace {

using Neighbours = std::span<const IndexMap::Neighbour>;

std::vector<Offset> to_host(const DeviceView<const Offset>& offsets) {
  std::vector<Offset> result(offsets.extent(0));
  Kokkos::deep_copy(HostView<Offset>(result.data(), result.size()), offsets);
  return result;
}

DeviceView<const Offset> to_device(const char* label, const std::vector<Offset>& numbers) {
  const auto result = detail::allocate<Offset>(label, numbers.size());
  Kokkos::deep_copy(result, HostView<const Offset>(numbers.data(), numbers.size()));
  return result;
}

void require_offsets(const std::vector<Offset>& offsets, LocalIndex rows, Direction way) {
  if (offsets.size() != static_cast<std::size_t>(rows) + 1) {
    throw DimensionMismatch(message(
        "RowExchange: there are ", offsets.size(), " offsets for ", rows,
        way == Direction::to_ghosts ? " owned elements" : " ghosts", "; there must be one more"));
  }
  if (offsets[0] < 0) throw InvalidArgument(message("RowExchange: offset 0 is ", offsets[0]));
  for (std::size_t k = 1; k < offsets.size(); ++k) {
    if (offsets[k] < offsets[k - 1]) {
      throw InvalidArgument(message("RowExchange: offset ", k, " is ", offsets[k],
                                    ", less than the one before, ", offsets[k - 1]));
    }
  }
}

/// The rows that are sent: the shared ones, or all ghosts.
std::vector<Offset> begins_of(const std::vector<Offset>& offsets, const IndexMap& map,
                              Direction way) {
  if (way == Direction::to_owners) return {offsets.begin(), offsets.end() - 1};
  std::vector<Offset> begins;
  for (const LocalIndex row : map.shared())
    begins.push_back(offsets[static_cast<std::size_t>(row)]);
  return begins;
}

std::vector<Offset> lengths_of(const std::vector<Offset>& offsets, const IndexMap& map,
                               Direction way) {
  const std::size_t rows =
      way == Direction::to_ghosts ? map.shared().size() : static_cast<std::size_t>(map.ghosts());
  std::vector<Offset> lengths(rows);
  for (std::size_t k = 0; k < rows; ++k) {
    const std::size_t row =
        way == Direction::to_ghosts ? static_cast<std::size_t>(map.shared()[k]) : k;
    lengths[k] = offsets[row + 1] - offsets[row];
  }
  return lengths;
}

/// Where rows of these lengths begin, and the end.
std::vector<Offset> places_of(const std::vector<Offset>& lengths) {
  std::vector<Offset> places = {0};
  places.reserve(lengths.size() + 1);
  for (const Offset length : lengths) places.push_back(places.back() + length);
  return places;
}

/// In entries; a rank without entries gets no message.
std::vector<detail::Part> parts_of(Neighbours neighbours, const std::vector<Offset>& places) {
  std::vector<detail::Part> parts;
  for (const auto& n : neighbours) {
    const Offset first = places[static_cast<std::size_t>(n.first)];
    const Offset count = places[static_cast<std::size_t>(n.first + n.count)] - first;
    if (count > 0) parts.push_back({n.rank, first, count});
  }
  return parts;
}

}  // namespace

RowExchange::RowExchange(const Exchange& exchange, Direction way,
                         const DeviceView<const Offset>& offsets)
    : way_(way) {
  if (!exchange.map()) throw InvalidArgument("RowExchange: the exchange has no map");
  const IndexMap& map = *exchange.map();
  const Communicator& comm = map.comm();
  const bool to_ghosts = way == Direction::to_ghosts;
  require_agreement(comm, "RowExchange", message("to_ghosts = ", to_ghosts, "\n"));
  std::vector<Offset> sent;
  std::vector<Offset> received;
  together(comm, [&] {
    const auto begins = to_host(offsets);
    require_offsets(begins, to_ghosts ? map.owned() : map.ghosts(), way);
    sent = lengths_of(begins, map, way);
    received.resize(to_ghosts ? static_cast<std::size_t>(map.ghosts()) : map.shared().size());
    begins_ = to_device("suan::row_exchange_begins", begins_of(begins, map, way));
    entries_ = begins.back();
  });
  together(comm, [&] {
    if (comm.size() == 1) return;
    detail::Transfer lengths = exchange.begin(way, sizeof(Offset));
    lengths.start([&] {
      Kokkos::deep_copy(DeviceView<Offset>(lengths.outgoing<Offset>(), sent.size()),
                        HostView<const Offset>(sent.data(), sent.size()));
    });
    lengths.wait();
    Kokkos::deep_copy(HostView<Offset>(received.data(), received.size()),
                      DeviceView<const Offset>(lengths.incoming<Offset>(), received.size()));
  });
  together(comm, [&] {
    const auto from = places_of(received);
    const auto to = places_of(sent);
    offsets_ = to_device("suan::row_exchange_offsets", from);
    places_ = to_device("suan::row_exchange_places", to);
    received_ = from.back();
    sent_ = to.back();
    if (comm.size() == 1) return;
    const auto& shared = to_ghosts ? to : from;
    const auto& ghosts = to_ghosts ? from : to;
    channel_ = std::make_shared<detail::Channel>(comm, parts_of(map.readers(), shared),
                                                 parts_of(map.owners(), ghosts));
  });
  if (channel_) channel_->choose_tag();
}

void detail::require_entries(std::size_t entries, Offset expected) {
  if (static_cast<Offset>(entries) >= expected) return;
  throw DimensionMismatch(
      message("RowExchange: the array has ", entries, " entries, but the rows end at ", expected));
}

}  // namespace suan
