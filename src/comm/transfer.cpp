// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/detail/transfer.hpp"

#include <algorithm>

#include "comm/duplicates.hpp"
#include "comm/requests.hpp"
#include "suan/core/detail/host_loop.hpp"
#include "suan/core/detail/memory.hpp"

#if SUAN_HAVE_MPI && __has_include(<mpi-ext.h>)
#include <mpi-ext.h>
#endif

namespace suan::detail {

namespace {

// Where MPI cannot read device memory, messages go through pinned host memory.
#if SUAN_HAVE_CUDA
using StagingSpace = Kokkos::SharedHostPinnedSpace;
#else
using StagingSpace = Kokkos::HostSpace;
#endif
using Staging = Kokkos::View<char*, StagingSpace>;

constexpr bool on_host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;

std::size_t elements(const std::vector<Part>& parts) {
  return parts.empty() ? 0 : static_cast<std::size_t>(parts.back().first + parts.back().count);
}

/// One of the two arrays of an exchange.
struct Array {
  DeviceView<char> device;
  Staging staging;  // empty where MPI reads the first

  void allocate(const char* label, std::size_t bytes) {
    device = detail::allocate<char>(label, bytes);
    if (!mpi_reads_device_memory()) staging = allocate_view<Staging>(label, bytes);
  }
  bool is_staged() const { return staging.extent(0) > 0; }
  char* for_mpi() const { return is_staged() ? staging.data() : device.data(); }
};

/// The first `bytes` of an array.
template <class View>
auto used(const View& view, std::size_t bytes) {
  return Kokkos::subview(view, std::make_pair(std::size_t{0}, bytes));
}

}  // namespace

bool mpi_reads_device_memory() {
  if (on_host) return true;
#if defined(MPIX_CUDA_AWARE_SUPPORT) && SUAN_HAVE_CUDA
  return MPIX_Query_cuda_support() == 1;
#else
  return false;
#endif
}

struct Buffers {
  Array shared;
  Array ghosts;
  std::size_t element_bytes = 0;
#if SUAN_HAVE_MPI
  // The last member, so that it ends before the arrays do.
  Requests requests;
#endif

  Array& outgoing(Direction way) { return way == Direction::to_ghosts ? shared : ghosts; }
  Array& incoming(Direction way) { return way == Direction::to_ghosts ? ghosts : shared; }

  void enlarge(const Channel& channel, std::size_t bytes) {
    if (bytes <= element_bytes) return;
    element_bytes = 0;
    shared.allocate("suan::exchange_shared", elements(channel.shared) * bytes);
    ghosts.allocate("suan::exchange_ghosts", elements(channel.ghosts) * bytes);
#if SUAN_HAVE_MPI
    std::size_t messages = 0;
    for (const auto* parts : {&channel.shared, &channel.ghosts}) {
      for (const Part& p : *parts) messages += pieces_of(static_cast<std::size_t>(p.count) * bytes);
    }
    requests.reserve(messages);
#endif
    element_bytes = bytes;
  }
};

Channel::Channel(const Communicator& ranks, std::vector<Part> of_shared,
                 std::vector<Part> of_ghosts)
    : comm(ranks), shared(std::move(of_shared)), ghosts(std::move(of_ghosts)) {}

Channel::~Channel() = default;

void Channel::choose_tag() noexcept {
#if SUAN_HAVE_MPI
  int& plans = group_of(comm).plans;
  tag = tags::first_plan + plans;
  plans = (plans + 1) % tags::plans;
#endif
}

void Channel::reserve(std::size_t element_bytes, int at_once) {
  together(comm, [&] {
    std::vector<std::unique_ptr<Buffers>> taken;
    for (int k = 0; k < at_once; ++k) taken.push_back(take(element_bytes));
    for (auto& buffers : taken) give_back(std::move(buffers));
  });
  agreed_bytes = std::max(agreed_bytes, element_bytes);
}

std::unique_ptr<Buffers> Channel::take(std::size_t element_bytes) {
  const auto fits = std::find_if(idle.begin(), idle.end(), [&](const auto& buffers) {
    return buffers->element_bytes >= element_bytes;
  });
  std::unique_ptr<Buffers> result;
  if (fits != idle.end()) {
    result = std::move(*fits);
    idle.erase(fits);
    return result;
  }
  if (idle.empty()) {
    idle.reserve(made + 1);
    result = std::make_unique<Buffers>();
    ++made;
  } else {
    result = std::move(idle.back());
    idle.pop_back();
  }
  try {
    result->enlarge(*this, element_bytes);
  } catch (...) {
    give_back(std::move(result));
    throw;
  }
  return result;
}

void Channel::give_back(std::unique_ptr<Buffers> buffers) noexcept {
  idle.push_back(std::move(buffers));  // take() has made room
}

Transfer::Transfer(std::shared_ptr<Channel> channel, Direction way, std::size_t element_bytes)
    : channel_(std::move(channel)), way_(way), element_bytes_(element_bytes) {
  if (!channel_) return;
  require_outside_host_loop("an exchange");
  if (element_bytes > channel_->agreed_bytes) channel_->reserve(element_bytes, 1);
  try {
    buffers_ = channel_->take(element_bytes);
  } catch (...) {
    refuse();
    rethrow_typed();
  }
}

Transfer::Transfer() noexcept = default;
Transfer::Transfer(Transfer&& other) noexcept = default;

Transfer::~Transfer() {
  if (!buffers_) return;
#if SUAN_HAVE_MPI
  buffers_->requests.abandon();
#endif
  channel_->give_back(std::move(buffers_));
}

char* Transfer::buffer(bool outgoing) const {
  if (!buffers_) return nullptr;
  return (outgoing ? buffers_->outgoing(way_) : buffers_->incoming(way_)).device.data();
}

#if SUAN_HAVE_MPI

void Transfer::post() {
  if (!buffers_) return;
  const ExecutionSpace space;
  const Array& outgoing = buffers_->outgoing(way_);
  const Array& incoming = buffers_->incoming(way_);
  const auto& to = channel_->receivers(way_);
  const auto& from = channel_->senders(way_);
  const std::size_t sent = elements(to) * element_bytes_;
  if (outgoing.is_staged() && sent > 0) {
    Kokkos::deep_copy(space, used(outgoing.staging, sent), used(outgoing.device, sent));
  }
  space.fence("suan::exchange_start");  // MPI reads the buffer now
  const auto at = [&](std::int64_t n) { return static_cast<std::size_t>(n) * element_bytes_; };
  for (const Part& p : from) {
    buffers_->requests.receive(incoming.for_mpi() + at(p.first), at(p.count), p.rank, channel_->tag,
                               channel_->comm.mpi());
  }
  for (const Part& p : to) {
    buffers_->requests.send(outgoing.for_mpi() + at(p.first), at(p.count), p.rank, channel_->tag,
                            channel_->comm.mpi());
  }
}

void Transfer::wait() {
  if (!buffers_) return;
  buffers_->requests.wait();
  const Array& incoming = buffers_->incoming(way_);
  const std::size_t received = elements(channel_->senders(way_)) * element_bytes_;
  if (!incoming.is_staged() || received == 0) return;
  Kokkos::deep_copy(ExecutionSpace(), used(incoming.device, received),
                    used(incoming.staging, received));
}

/// What the others send is received, and dropped; without buffers as messages of no bytes, which
/// MPI calls an error, as it is.
void Transfer::refuse() const noexcept {
  if (!channel_) return;
  try {
    // What the last exchange left in the staging memory may still be copied from there.
    ExecutionSpace().fence("suan::exchange_refuse");
    Requests requests;
    char* const room = buffers_ ? buffers_->incoming(way_).for_mpi() : nullptr;
    const auto bytes = [&](std::int64_t n) { return static_cast<std::size_t>(n) * element_bytes_; };
    for (const Part& p : channel_->senders(way_)) {
      if (room != nullptr) {
        requests.receive(room + bytes(p.first), bytes(p.count), p.rank, channel_->tag,
                         channel_->comm.mpi());
        continue;
      }
      for (std::size_t k = 0; k < pieces_of(bytes(p.count)); ++k) {
        requests.receive(nullptr, 0, p.rank, channel_->tag, channel_->comm.mpi());
      }
    }
    for (const Part& p : channel_->receivers(way_)) {
      for (std::size_t k = 0; k < pieces_of(bytes(p.count)); ++k) {
        requests.send(nullptr, 0, p.rank, channel_->tag, channel_->comm.mpi());
      }
    }
    requests.abandon();
  } catch (...) {
    // Nothing more can be done; the error under way says what went wrong first.
    return;
  }
}

#else  // one rank: there are no channels

void Transfer::post() {}
void Transfer::wait() {}
void Transfer::refuse() const noexcept {}

#endif

}  // namespace suan::detail
