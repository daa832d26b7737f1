// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/halo.hpp"

#include <algorithm>

#include "comm/mpi_calls.hpp"
#include "core/host_loop.hpp"
#include "core/memory.hpp"
#include "kernels/vector/row_major_loop.hpp"
#include "suan/comm/agreement.hpp"

#if SUAN_HAVE_MPI && __has_include(<mpi-ext.h>)
#include <mpi-ext.h>
#endif

namespace suan {

namespace {

// Where MPI cannot read device memory, messages go through pinned host memory.
#if SUAN_HAVE_CUDA
using StagingSpace = Kokkos::SharedHostPinnedSpace;
#else
using StagingSpace = Kokkos::HostSpace;
#endif

/// Whether MPI claims to accept pointers to device memory.
bool mpi_reads_device_memory() {
  constexpr bool host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;
  if (host) return true;
#if defined(MPIX_CUDA_AWARE_SUPPORT) && SUAN_HAVE_CUDA
  return MPIX_Query_cuda_support() == 1;
#else
  return false;
#endif
}

}  // namespace

/// One neighbour's share of the buffers.
struct Neighbour {
  int rank;
  LocalIndex first;
  LocalIndex count;
};

template <Scalar T>
struct Halo<T>::State {
  Communicator comm;
  std::vector<Neighbour> receive_from;
  std::vector<Neighbour> send_to;
  DeviceView<LocalIndex> send_indices;
  LocalIndex receive_size = 0;
  bool direct = true;
  // For `room` vectors; those of the current exchange use the first part of each.
  LocalIndex room = 0;
  LocalIndex vectors = 0;
  DeviceView<T> send_buffer;
  DeviceView<T> receive_buffer;
  Kokkos::View<T*, StagingSpace> send_staging;
  Kokkos::View<T*, StagingSpace> receive_staging;

  LocalIndex send_size() const { return static_cast<LocalIndex>(send_indices.extent(0)); }
  /// The elements of all vectors in `size` rows.
  std::size_t elements(LocalIndex size) const {
    return static_cast<std::size_t>(size) * static_cast<std::size_t>(vectors);
  }
  void make_room(LocalIndex columns);
  /// Buffers and tags allow one exchange at a time. Also checked on ranks without neighbours, so
  /// that all ranks throw.
  void require_idle() const {
    if (!under_way) return;
    throw InvalidArgument(
        "Halo: an exchange of this object, or of a copy, is under way; finish it before the next");
  }
  bool under_way = false;
#if SUAN_HAVE_MPI
  // The last member, so that it ends before the buffers do.
  detail::Requests requests;
#endif
};

namespace {

void require_foreign(const Layout& layout, std::span<const GlobalIndex> needed) {
  for (std::size_t k = 0; k < needed.size(); ++k) {
    const GlobalIndex i = needed[k];
    const bool in_range = i >= 0 && i < layout.global_size();
    if (!in_range || layout.owns(i) || (k > 0 && i <= needed[k - 1])) {
      throw InvalidArgument(message("Halo: element ", i, " of ", to_string(layout),
                                    " is out of range, this rank's own, or out of order"));
    }
  }
}

/// `needed`, by owner.
std::vector<std::vector<GlobalIndex>> by_owner(const Layout& layout,
                                               std::span<const GlobalIndex> needed) {
  std::vector<std::vector<GlobalIndex>> wanted(static_cast<std::size_t>(layout.comm().size()));
  for (const GlobalIndex i : needed) {
    wanted[static_cast<std::size_t>(layout.owner(i))].push_back(i);
  }
  return wanted;
}

/// For each rank with a list, its part of the buffers, in sequence.
std::vector<Neighbour> neighbours_of(const std::vector<std::vector<GlobalIndex>>& lists) {
  std::vector<Neighbour> result;
  LocalIndex first = 0;
  for (std::size_t r = 0; r < lists.size(); ++r) {
    const auto count = static_cast<LocalIndex>(lists[r].size());
    if (count > 0) result.push_back({static_cast<int>(r), first, count});
    first += count;
  }
  return result;
}

/// The local numbers of the elements that the others requested, list by list.
DeviceView<LocalIndex> local_numbers(const std::vector<std::vector<GlobalIndex>>& lists,
                                     GlobalIndex first) {
  std::vector<LocalIndex> numbers;
  for (const auto& list : lists) {
    for (const GlobalIndex i : list) numbers.push_back(static_cast<LocalIndex>(i - first));
  }
  const auto result = detail::allocate<LocalIndex>("suan::Halo::send_indices", numbers.size());
  Kokkos::deep_copy(result, HostView<const LocalIndex>(numbers.data(), numbers.size()));
  return result;
}

}  // namespace

template <Scalar T>
Halo<T>::Halo(const Layout& layout, std::span<const GlobalIndex> needed) {
  const auto& comm = layout.comm();
  require_agreement(comm, "Halo", message("elements = ", layout.global_size(), "\n"));
  std::vector<std::vector<GlobalIndex>> wanted;
  together(comm, [&] {
    require_foreign(layout, needed);
    wanted = by_owner(layout, needed);
    if (comm.size() > 1) state_ = std::make_shared<State>();
  });
  if (comm.size() == 1) return;

  State& s = *state_;
  s.comm = comm;
  s.direct = mpi_reads_device_memory();
  s.receive_size = static_cast<LocalIndex>(needed.size());
  const auto asked = comm.all_to_all(wanted);
  together(comm, [&] {
    s.receive_from = neighbours_of(wanted);
    s.send_to = neighbours_of(asked);
    s.send_indices = local_numbers(asked, layout.first());
#if SUAN_HAVE_MPI
    s.requests.reserve(s.receive_from.size() + s.send_to.size());
#endif
  });
  s.make_room(1);
}

/// Collective.
template <Scalar T>
void Halo<T>::State::make_room(LocalIndex columns) {
  if (columns <= room) return;
  together(comm, [&] {
    const auto k = static_cast<std::size_t>(columns);
    const std::size_t sent = send_indices.extent(0) * k;
    const std::size_t received = static_cast<std::size_t>(receive_size) * k;
    const std::size_t largest = std::max(sent, received) * sizeof(T);
    if (largest > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      throw NotSupported(message("Halo: a rank exchanges ", largest, " bytes per product with ",
                                 columns, " vectors, more than MPI counts; use more ranks",
                                 columns > 1 ? " or fewer vectors" : ""));
    }
    const auto to_send = detail::allocate<T>("suan::Halo::send", sent);
    const auto to_receive = detail::allocate<T>("suan::Halo::receive", received);
    if (!direct) {
      using Staging = Kokkos::View<T*, StagingSpace>;
      send_staging = detail::allocate_view<Staging>("suan::Halo::send_staging", sent);
      receive_staging = detail::allocate_view<Staging>("suan::Halo::receive_staging", received);
    }
    send_buffer = to_send;
    receive_buffer = to_receive;
  });
  room = columns;
}

template <Scalar T>
LocalIndex Halo<T>::remote_size() const noexcept {
  return state_ ? state_->receive_size : 0;
}

template <Scalar T>
LocalIndex Halo<T>::send_size() const noexcept {
  return state_ ? state_->send_size() : 0;
}

template <Scalar T>
int Halo<T>::neighbours() const noexcept {
  return state_ ? static_cast<int>(state_->receive_from.size()) : 0;
}

template <Scalar T>
std::string Halo<T>::path() const {
  if (!state_) return "serial";
  constexpr bool host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;
  return host || !state_->direct ? "host" : "device";
}

#if SUAN_HAVE_MPI

namespace {
constexpr int tag = 12;

/// A separate function, because CUDA does not allow device lambdas in private members.
template <Scalar T>
void pack(const ExecutionSpace& space, const RowMajor<const T>& x,
          const DeviceView<LocalIndex>& indices, const RowMajor<T>& buffer) {
  kernels::for_elements(
      "suan::halo_pack", space, buffer.extent(0), buffer.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { buffer(i, c) = x(indices(i), c); });
}

/// The part of a buffer that the current exchange uses.
template <class View>
auto used(const View& buffer, std::size_t elements) {
  return Kokkos::subview(buffer, std::make_pair(std::size_t{0}, elements));
}

}  // namespace

template <Scalar T>
typename Halo<T>::Exchange Halo<T>::send(const RowMajor<const T>& x) const {
  detail::require_outside_host_loop("a product");
  State& s = *state_;
  s.vectors = static_cast<LocalIndex>(x.extent(1));
  const ExecutionSpace space;
  const std::size_t sent = s.elements(s.send_size());
  if (sent > 0) {
    pack<T>(space, x, s.send_indices,
            RowMajor<T>(s.send_buffer.data(), s.send_indices.extent(0), x.extent(1)));
    if (!s.direct) {
      Kokkos::deep_copy(space, used(s.send_staging, sent), used(s.send_buffer, sent));
    }
  }
  space.fence("suan::halo_start");  // MPI reads the buffer now
  T* const receive = s.direct ? s.receive_buffer.data() : s.receive_staging.data();
  const T* const send = s.direct ? s.send_buffer.data() : s.send_staging.data();
  const auto bytes = [&](LocalIndex rows) {
    return static_cast<int>(s.elements(rows) * sizeof(T));
  };
  Exchange exchange(state_);  // from here on, it completes what has been started
  s.under_way = true;
  for (const auto& n : s.receive_from) {
    s.requests.add(
        [&](MPI_Request* request) {
          return MPI_Irecv(receive + s.elements(n.first), bytes(n.count), MPI_BYTE, n.rank, tag,
                           s.comm.mpi(), request);
        },
        "MPI_Irecv");
  }
  for (const auto& n : s.send_to) {
    s.requests.add(
        [&](MPI_Request* request) {
          return MPI_Isend(send + s.elements(n.first), bytes(n.count), MPI_BYTE, n.rank, tag,
                           s.comm.mpi(), request);
        },
        "MPI_Isend");
  }
  return exchange;
}

template <Scalar T>
typename Halo<T>::Exchange Halo<T>::start(const Vector<T>& x) const {
  if (!state_) return Exchange(nullptr);
  state_->require_idle();
  return send(RowMajor<const T>(x.view().data(), x.view().extent(0), 1));
}

template <Scalar T>
typename Halo<T>::Exchange Halo<T>::start(const MultiVector<T>& x) const {
  if (!state_) return Exchange(nullptr);
  state_->require_idle();
  state_->make_room(x.columns());
  return send(x.view());
}

template <Scalar T>
Halo<T>::Exchange::~Exchange() {
  if (!state_) return;
  state_->requests.abandon();
  state_->under_way = false;
}

template <Scalar T>
RowMajor<const T> Halo<T>::Exchange::finish() {
  if (!state_) return {};
  const Exchange ends(std::move(state_));
  State& s = *ends.state_;
  s.requests.wait();
  const std::size_t received = s.elements(s.receive_size);
  if (!s.direct) {
    Kokkos::deep_copy(ExecutionSpace(), used(s.receive_buffer, received),
                      used(s.receive_staging, received));
  }
  return RowMajor<const T>(s.receive_buffer.data(), static_cast<std::size_t>(s.receive_size),
                           static_cast<std::size_t>(s.vectors));
}

#else

template <Scalar T>
typename Halo<T>::Exchange Halo<T>::send(const RowMajor<const T>&) const {
  return Exchange(nullptr);
}
template <Scalar T>
typename Halo<T>::Exchange Halo<T>::start(const Vector<T>&) const {
  return Exchange(nullptr);
}
template <Scalar T>
typename Halo<T>::Exchange Halo<T>::start(const MultiVector<T>&) const {
  return Exchange(nullptr);
}
template <Scalar T>
Halo<T>::Exchange::~Exchange() = default;
template <Scalar T>
RowMajor<const T> Halo<T>::Exchange::finish() {
  return {};
}

#endif

template class Halo<float>;
template class Halo<double>;
template class Halo<Complex>;

}  // namespace suan
