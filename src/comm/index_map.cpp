// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/index_map.hpp"

#include <algorithm>
#include <limits>

#include "comm/consensus.hpp"
#include "comm/messages.hpp"
#include "suan/comm/agreement.hpp"

namespace suan {

namespace {

using Neighbour = IndexMap::Neighbour;

void require_in_range(const Layout& layout, GlobalIndex i) {
  if (i >= 0 && i < layout.global_size()) return;
  throw InvalidArgument(message("IndexMap: element ", i, " is needed, but the numbers of ",
                                to_string(layout), " are in [0, ", layout.global_size(), ")"));
}

/// What all ranks must be told the same: the distribution by its checksum, since it has as many
/// numbers as there are ranks.
std::string told(const Layout& layout) {
  std::uint64_t sum = 0;
  for (const GlobalIndex first : layout.offsets()) {
    sum = (sum ^ static_cast<std::uint64_t>(first)) * 0x9e3779b97f4a7c15U;
    sum ^= sum >> 29;
  }
  return message("elements = ", layout.global_size(), "\ndistribution (checksum) = ", sum, "\n");
}

/// Ghosts by owner: their numbers increase, so those of a rank follow each other.
std::vector<Neighbour> owners_of(const Layout& layout, const std::vector<GlobalIndex>& ghosts) {
  std::vector<Neighbour> owners;
  for (std::size_t k = 0; k < ghosts.size();) {
    const int rank = layout.owner(ghosts[k]);
    const GlobalIndex end = layout.offsets()[static_cast<std::size_t>(rank) + 1];
    const auto next =
        std::lower_bound(ghosts.begin() + static_cast<std::ptrdiff_t>(k), ghosts.end(), end) -
        ghosts.begin();
    const auto first = static_cast<LocalIndex>(k);
    owners.push_back({rank, first, static_cast<LocalIndex>(next) - first});
    k = static_cast<std::size_t>(next);
  }
  return owners;
}

}  // namespace

std::shared_ptr<const IndexMap> IndexMap::make(const Layout& layout,
                                               std::span<const GlobalIndex> needed) {
  const Communicator& comm = layout.comm();
  require_agreement(comm, "IndexMap::make", told(layout));
  std::shared_ptr<IndexMap> map;
  together(comm, [&] {
    map.reset(new IndexMap(layout));
    map->take_ghosts(needed);
  });
  if (comm.size() > 1) map->meet_readers();
  return map;
}

void IndexMap::take_ghosts(std::span<const GlobalIndex> needed) {
  for (const GlobalIndex i : needed) {
    require_in_range(layout_, i);
    if (!layout_.owns(i)) ghosts_.push_back(i);
  }
  // Callers often have them in order already.
  if (!std::is_sorted(ghosts_.begin(), ghosts_.end())) std::sort(ghosts_.begin(), ghosts_.end());
  ghosts_.erase(std::unique(ghosts_.begin(), ghosts_.end()), ghosts_.end());
  ghosts_.shrink_to_fit();
  const auto all = static_cast<std::int64_t>(ghosts_.size()) + layout_.local_size();
  if (all > std::numeric_limits<LocalIndex>::max()) {
    throw NotSupported(message("IndexMap: a rank has ", layout_.local_size(), " elements and ",
                               ghosts_.size(),
                               " ghosts, together more than 2^31-1; use more ranks"));
  }
  owners_ = owners_of(layout_, ghosts_);
}

/// Tells the owners of the ghosts, and hears of those who have ghosts of this rank. Collective.
void IndexMap::meet_readers() {
  std::vector<detail::RankCount> asked;
  together(comm(), [&] {
    for (const Neighbour& n : owners_) asked.push_back({n.rank, n.count});
  });
  const auto asking = detail::find_senders(comm(), asked);

  std::vector<GlobalIndex> numbers;
  std::vector<detail::SendPart> send;
  std::vector<detail::ReceivePart> receive;
  together(comm(), [&] {
    std::int64_t all = 0;
    for (const auto& a : asking) all += a.count;
    if (all > std::numeric_limits<LocalIndex>::max()) {
      throw NotSupported(message("IndexMap: the elements of a rank are ", all,
                                 " times ghosts of others, more than 2^31-1; use more ranks"));
    }
    numbers.resize(static_cast<std::size_t>(all));
    shared_.reserve(numbers.size());
    LocalIndex first = 0;
    for (const auto& a : asking) {
      const auto count = static_cast<LocalIndex>(a.count);
      readers_.push_back({a.rank, first, count});
      const std::span<GlobalIndex> all_numbers(numbers);
      receive.push_back(
          {a.rank, std::as_writable_bytes(all_numbers.subspan(static_cast<std::size_t>(first),
                                                              static_cast<std::size_t>(count)))});
      first += count;
    }
    for (const Neighbour& n : owners_) {
      send.push_back(
          {n.rank, std::as_bytes(ghost_numbers().subspan(static_cast<std::size_t>(n.first),
                                                         static_cast<std::size_t>(n.count)))});
    }
  });
  detail::exchange_messages(comm(), send, receive);
  together(comm(), [&] {
    for (const GlobalIndex i : numbers) {
      if (!layout_.owns(i)) {
        throw InvalidArgument(message("IndexMap: a rank asks rank ", comm().rank(), " for element ",
                                      i, ", but that owns [", layout_.first(), ", ", layout_.last(),
                                      "); all ranks must pass the same layout"));
      }
      shared_.push_back(static_cast<LocalIndex>(i - layout_.first()));
    }
  });
}

GlobalIndex IndexMap::global(LocalIndex i) const {
  if (i < 0 || i >= size()) {
    throw InvalidArgument(
        message("IndexMap: there is no local number ", i, "; this rank ", to_string(*this)));
  }
  if (i < owned()) return layout_.first() + i;
  return ghosts_[static_cast<std::size_t>(i - owned())];
}

LocalIndex IndexMap::local(GlobalIndex i) const noexcept {
  if (layout_.owns(i)) return static_cast<LocalIndex>(i - layout_.first());
  const auto at = std::lower_bound(ghosts_.begin(), ghosts_.end(), i);
  if (at == ghosts_.end() || *at != i) return absent;
  return owned() + static_cast<LocalIndex>(at - ghosts_.begin());
}

int IndexMap::owner(LocalIndex i) const {
  const GlobalIndex number = global(i);
  return i < owned() ? comm().rank() : layout_.owner(number);
}

std::string to_string(const IndexMap& map) {
  return message("owns ", map.owned(), map.owned() == 1 ? " element" : " elements", " and has ",
                 map.ghosts(), map.ghosts() == 1 ? " ghost of " : " ghosts of ",
                 map.owners().size(), map.owners().size() == 1 ? " rank" : " ranks");
}

}  // namespace suan
