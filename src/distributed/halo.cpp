// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/distributed/halo.hpp"

#include <algorithm>

#include "core/host_loop.hpp"
#include "kernels/elements.hpp"

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

/// Whether MPI takes pointers to device memory, as it says itself.
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
  // For `room` vectors; those of the exchange under way take the first part of each.
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
#if SUAN_HAVE_MPI
  std::vector<MPI_Request> requests;
#endif
};

template <Scalar T>
Halo<T>::Halo(const Layout& layout, std::span<const GlobalIndex> needed) {
  const auto& comm = layout.comm();
  together(comm, [&] {
    for (std::size_t k = 0; k < needed.size(); ++k) {
      const GlobalIndex i = needed[k];
      if (i < 0 || i >= layout.global_size() || layout.owns(i) || (k > 0 && i <= needed[k - 1])) {
        throw InvalidArgument(message("Halo: element ", i, " of ", to_string(layout),
                                      " is out of range, this rank's own, or out of order"));
      }
    }
  });
  if (comm.size() == 1) return;

  state_ = std::make_shared<State>();
  State& s = *state_;
  s.comm = comm;
  s.direct = mpi_reads_device_memory();
  std::vector<std::vector<GlobalIndex>> wanted(static_cast<std::size_t>(comm.size()));
  for (const GlobalIndex i : needed) {
    wanted[static_cast<std::size_t>(layout.owner(i))].push_back(i);
  }
  const auto asked = comm.all_to_all(wanted);

  std::vector<LocalIndex> send_indices;
  LocalIndex received = 0;
  for (int r = 0; r < comm.size(); ++r) {
    const auto& from = wanted[static_cast<std::size_t>(r)];
    const auto& to = asked[static_cast<std::size_t>(r)];
    if (!from.empty()) {
      s.receive_from.push_back({r, received, static_cast<LocalIndex>(from.size())});
      received += static_cast<LocalIndex>(from.size());
    }
    if (!to.empty()) {
      s.send_to.push_back(
          {r, static_cast<LocalIndex>(send_indices.size()), static_cast<LocalIndex>(to.size())});
      for (const GlobalIndex i : to) {
        send_indices.push_back(static_cast<LocalIndex>(i - layout.first()));
      }
    }
  }
  s.receive_size = received;
  together(comm, [&] {
    s.send_indices = DeviceView<LocalIndex>(
        Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::Halo::send_indices"),
        send_indices.size());
    Kokkos::deep_copy(s.send_indices,
                      HostView<const LocalIndex>(send_indices.data(), send_indices.size()));
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
    const auto array = [](const char* label) {
      return Kokkos::view_alloc(Kokkos::WithoutInitializing, std::string(label));
    };
    const DeviceView<T> to_send(array("suan::Halo::send"), sent);
    const DeviceView<T> to_receive(array("suan::Halo::receive"), received);
    if (!direct) {
      send_staging = Kokkos::View<T*, StagingSpace>(array("suan::Halo::send_staging"), sent);
      receive_staging =
          Kokkos::View<T*, StagingSpace>(array("suan::Halo::receive_staging"), received);
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

/// A function of its own because CUDA takes no lambda for the device from a private member.
template <Scalar T>
void pack(const ExecutionSpace& space, const RowMajor<const T>& x,
          const DeviceView<LocalIndex>& indices, const RowMajor<T>& buffer) {
  kernels::for_elements(
      "suan::halo_pack", space, buffer.extent(0), buffer.extent(1),
      KOKKOS_LAMBDA(std::int64_t i, std::int64_t c) { buffer(i, c) = x(indices(i), c); });
}

/// The part of a buffer that the exchange under way takes.
template <class View>
auto used(const View& buffer, std::size_t elements) {
  return Kokkos::subview(buffer, std::make_pair(std::size_t{0}, elements));
}

}  // namespace

template <Scalar T>
void Halo<T>::send(const RowMajor<const T>& x) const {
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
  s.requests.clear();
  const auto bytes = [&](LocalIndex rows) {
    return static_cast<int>(s.elements(rows) * sizeof(T));
  };
  for (const auto& n : s.receive_from) {
    MPI_Irecv(receive + s.elements(n.first), bytes(n.count), MPI_BYTE, n.rank, tag, s.comm.mpi(),
              &s.requests.emplace_back());
  }
  for (const auto& n : s.send_to) {
    MPI_Isend(send + s.elements(n.first), bytes(n.count), MPI_BYTE, n.rank, tag, s.comm.mpi(),
              &s.requests.emplace_back());
  }
}

template <Scalar T>
void Halo<T>::start(const Vector<T>& x) const {
  if (state_) send(RowMajor<const T>(x.view().data(), x.view().extent(0), 1));
}

template <Scalar T>
void Halo<T>::start(const MultiVector<T>& x) const {
  if (!state_) return;
  state_->make_room(x.columns());
  send(x.view());
}

template <Scalar T>
RowMajor<const T> Halo<T>::finish() const {
  if (!state_) return {};
  State& s = *state_;
  if (MPI_Waitall(static_cast<int>(s.requests.size()), s.requests.data(), MPI_STATUSES_IGNORE) !=
      MPI_SUCCESS) {
    throw MpiError("the exchange of vector elements between ranks failed");
  }
  s.requests.clear();
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
void Halo<T>::send(const RowMajor<const T>&) const {}
template <Scalar T>
void Halo<T>::start(const Vector<T>&) const {}
template <Scalar T>
void Halo<T>::start(const MultiVector<T>&) const {}
template <Scalar T>
RowMajor<const T> Halo<T>::finish() const {
  return {};
}

#endif

template class Halo<float>;
template class Halo<double>;
template class Halo<Complex>;

}  // namespace suan
