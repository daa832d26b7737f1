// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/distributed/halo.hpp"

#include <algorithm>

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
  DeviceView<T> send_buffer;
  DeviceView<T> receive_buffer;
  Kokkos::View<T*, StagingSpace> send_staging;
  Kokkos::View<T*, StagingSpace> receive_staging;
  bool direct = true;
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
  const auto n_send = send_indices.size();
  together(comm, [&] {
    const auto largest = std::max(n_send, static_cast<std::size_t>(received)) * sizeof(T);
    if (largest > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      throw NotSupported(message("Halo: a rank exchanges ", largest,
                                 " bytes per product, more than MPI counts; use more ranks"));
    }
  });
  const auto n_receive = static_cast<std::size_t>(received);
  using Kokkos::view_alloc;
  using Kokkos::WithoutInitializing;
  s.send_indices =
      DeviceView<LocalIndex>(view_alloc(WithoutInitializing, "suan::Halo::send_indices"), n_send);
  Kokkos::deep_copy(s.send_indices, HostView<const LocalIndex>(send_indices.data(), n_send));
  s.send_buffer = DeviceView<T>(view_alloc(WithoutInitializing, "suan::Halo::send"), n_send);
  s.receive_buffer =
      DeviceView<T>(view_alloc(WithoutInitializing, "suan::Halo::receive"), n_receive);
  if (!s.direct) {
    s.send_staging = Kokkos::View<T*, StagingSpace>(
        view_alloc(WithoutInitializing, "suan::Halo::send_staging"), n_send);
    s.receive_staging = Kokkos::View<T*, StagingSpace>(
        view_alloc(WithoutInitializing, "suan::Halo::receive_staging"), n_receive);
  }
}

template <Scalar T>
LocalIndex Halo<T>::remote_size() const noexcept {
  return state_ ? static_cast<LocalIndex>(state_->receive_buffer.extent(0)) : 0;
}

template <Scalar T>
LocalIndex Halo<T>::send_size() const noexcept {
  return state_ ? static_cast<LocalIndex>(state_->send_buffer.extent(0)) : 0;
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
}

template <Scalar T>
void Halo<T>::start(const Vector<T>& x) const {
  if (!state_) return;
  State& s = *state_;
  const ExecutionSpace space;
  if (s.send_buffer.extent(0) > 0) {
    const auto elements = x.view();
    const auto indices = s.send_indices;
    const auto buffer = s.send_buffer;
    Kokkos::parallel_for(
        "suan::halo_pack",
        Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, send_size()),
        KOKKOS_LAMBDA(LocalIndex i) { buffer(i) = elements(indices(i)); });
    if (!s.direct) Kokkos::deep_copy(space, s.send_staging, s.send_buffer);
  }
  space.fence("suan::halo_start");  // MPI reads the buffer now
  T* const receive = s.direct ? s.receive_buffer.data() : s.receive_staging.data();
  const T* const send = s.direct ? s.send_buffer.data() : s.send_staging.data();
  s.requests.clear();
  const auto bytes = [](LocalIndex count) { return static_cast<std::size_t>(count) * sizeof(T); };
  for (const auto& n : s.receive_from) {
    MPI_Irecv(receive + n.first, static_cast<int>(bytes(n.count)), MPI_BYTE, n.rank, tag,
              s.comm.mpi(), &s.requests.emplace_back());
  }
  for (const auto& n : s.send_to) {
    MPI_Isend(send + n.first, static_cast<int>(bytes(n.count)), MPI_BYTE, n.rank, tag, s.comm.mpi(),
              &s.requests.emplace_back());
  }
}

template <Scalar T>
DeviceView<const T> Halo<T>::finish() const {
  if (!state_) return {};
  State& s = *state_;
  if (MPI_Waitall(static_cast<int>(s.requests.size()), s.requests.data(), MPI_STATUSES_IGNORE) !=
      MPI_SUCCESS) {
    throw MpiError("the exchange of vector elements between ranks failed");
  }
  s.requests.clear();
  if (!s.direct) Kokkos::deep_copy(ExecutionSpace(), s.receive_buffer, s.receive_staging);
  return s.receive_buffer;
}

#else

template <Scalar T>
void Halo<T>::start(const Vector<T>&) const {}
template <Scalar T>
DeviceView<const T> Halo<T>::finish() const {
  return {};
}

#endif

template class Halo<float>;
template class Halo<double>;
template class Halo<Complex>;

}  // namespace suan
