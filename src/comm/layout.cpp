// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/layout.hpp"

#include <algorithm>

#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"

namespace suan {

struct Layout::State {
  Communicator comm;
  std::vector<GlobalIndex> offsets;  // of each rank, and the end
};

namespace {
constexpr GlobalIndex max_local_size = std::numeric_limits<LocalIndex>::max();
}

Layout::Layout() {
  static const auto empty =
      std::make_shared<const State>(State{Communicator(), std::vector<GlobalIndex>{0, 0}});
  state_ = empty;
}

Layout Layout::serial(GlobalIndex size) { return checked(size, Communicator()); }

Layout Layout::even(GlobalIndex size, const Communicator& comm) {
  detail::require_environment();
  if (comm.size() > 1) require_agreement(comm, "Layout::even", message("size = ", size, '\n'));
  if (size < 0) throw InvalidArgument(message("a layout cannot have ", size, " elements"));
  const GlobalIndex each = size / comm.size();
  const GlobalIndex more = size % comm.size();
  if (each >= max_local_size) {
    throw InvalidArgument(message("a layout of ", size, " elements on ", comm.size(),
                                  " ranks gives a rank more than 2^31-1; use more ranks"));
  }
  auto state = std::make_shared<State>();
  state->comm = comm;
  for (int r = 0; r <= comm.size(); ++r) {
    state->offsets.push_back(each * r + std::min<GlobalIndex>(r, more));
  }
  return Layout(std::move(state));
}

Layout Layout::from_local_size(GlobalIndex local_size, const Communicator& comm) {
  return checked(local_size, comm);
}

Layout Layout::checked(GlobalIndex local_size, const Communicator& comm) {
  detail::require_environment();
  together(comm, [&] {
    if (local_size < 0 || local_size > max_local_size) {
      throw InvalidArgument(message("a rank cannot hold ", local_size,
                                    " elements; the number must be in [0, 2^31-1]"));
    }
  });
  auto state = std::make_shared<State>();
  state->comm = comm;
  state->offsets.push_back(0);
  for (const auto size : comm.all_gather(local_size)) {
    state->offsets.push_back(state->offsets.back() + size);
  }
  return Layout(std::move(state));
}

GlobalIndex Layout::global_size() const noexcept { return state_->offsets.back(); }
LocalIndex Layout::local_size() const noexcept { return static_cast<LocalIndex>(last() - first()); }
GlobalIndex Layout::first() const noexcept {
  return state_->offsets[static_cast<std::size_t>(state_->comm.rank())];
}
GlobalIndex Layout::last() const noexcept {
  return state_->offsets[static_cast<std::size_t>(state_->comm.rank()) + 1];
}
const std::vector<GlobalIndex>& Layout::offsets() const noexcept { return state_->offsets; }
const Communicator& Layout::comm() const noexcept { return state_->comm; }

int Layout::owner(GlobalIndex i) const {
  const auto& offsets = state_->offsets;
  // upper_bound skips the empty ranges that begin at i.
  const auto next = std::upper_bound(offsets.begin(), offsets.end() - 1, i);
  return static_cast<int>(next - offsets.begin()) - 1;
}

bool Layout::operator==(const Layout& other) const noexcept {
  if (state_ == other.state_) return true;
  return state_->offsets == other.state_->offsets && state_->comm.congruent(other.state_->comm);
}

std::string to_string(const Layout& layout) {
  const int ranks = layout.comm().size();
  return message(layout.global_size(), layout.global_size() == 1 ? " element" : " elements", " on ",
                 ranks, ranks == 1 ? " rank" : " ranks");
}

}  // namespace suan
