// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/distributed/communicator.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/host_loop.hpp"

namespace suan {

struct Communicator::State {
  int rank = 0;
  int size = 1;
#if SUAN_HAVE_MPI
  MPI_Comm comm = MPI_COMM_NULL;
  ~State() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (comm != MPI_COMM_NULL && finalized == 0) MPI_Comm_free(&comm);
  }
#endif
};

namespace {

#if SUAN_HAVE_MPI
void require(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(code, text, &length);
  throw MpiError(message(call, " failed: ", std::string(text, static_cast<std::size_t>(length))));
}

template <class T>
MPI_Datatype mpi_type();
template <>
MPI_Datatype mpi_type<float>() {
  return MPI_FLOAT;
}
template <>
MPI_Datatype mpi_type<double>() {
  return MPI_DOUBLE;
}
template <>
MPI_Datatype mpi_type<Complex>() {
  return MPI_CXX_DOUBLE_COMPLEX;
}
template <>
MPI_Datatype mpi_type<std::int64_t>() {
  return MPI_INT64_T;
}
template <>
MPI_Datatype mpi_type<std::uint64_t>() {
  return MPI_UINT64_T;
}

template <class T>
T reduce(const Communicator& comm, T value, MPI_Op op) {
  detail::require_outside_host_loop("MPI_Allreduce");
  T result = value;
  require(MPI_Allreduce(&value, &result, 1, mpi_type<T>(), op, comm.mpi()), "MPI_Allreduce");
  return result;
}

// Messages longer than an int can count go in pieces of this many bytes.
constexpr std::size_t piece = std::size_t(1) << 30;

/// Posts the receives or sends of a long message; every piece has the same tag, which is safe
/// because MPI keeps the order of messages between two ranks.
template <class Post>
void in_pieces(std::size_t bytes, const Post& post) {
  for (std::size_t done = 0; done < bytes; done += piece) {
    post(done, static_cast<int>(std::min(piece, bytes - done)));
  }
}
#endif

}  // namespace

Communicator::Communicator() {
  static const auto one_rank = std::make_shared<const State>();
  state_ = one_rank;
}

int Communicator::rank() const noexcept { return state_->rank; }
int Communicator::size() const noexcept { return state_->size; }

#if SUAN_HAVE_MPI

Communicator::Communicator(MPI_Comm comm) {
  int initialized = 0;
  MPI_Initialized(&initialized);
  if (initialized == 0) {
    throw MpiError("MPI is not initialised; make a suan::Environment or call MPI_Init first");
  }
  if (comm == MPI_COMM_NULL) throw MpiError("the communicator is MPI_COMM_NULL");
  auto state = std::make_shared<State>();
  require(MPI_Comm_dup(comm, &state->comm), "MPI_Comm_dup");
  MPI_Comm_set_errhandler(state->comm, MPI_ERRORS_RETURN);
  MPI_Comm_rank(state->comm, &state->rank);
  MPI_Comm_size(state->comm, &state->size);
  state_ = std::move(state);
}

MPI_Comm Communicator::mpi() const noexcept { return state_->comm; }

Communicator Communicator::world() {
  int initialized = 0;
  MPI_Initialized(&initialized);
  return initialized != 0 ? Communicator(MPI_COMM_WORLD) : Communicator();
}

template <class T>
T Communicator::sum(T value) const {
  return size() == 1 ? value : reduce(*this, value, MPI_SUM);
}
template <class T>
T Communicator::max(T value) const {
  return size() == 1 ? value : reduce(*this, value, MPI_MAX);
}
template <class T>
T Communicator::min(T value) const {
  return size() == 1 ? value : reduce(*this, value, MPI_MIN);
}
template <class T>
void Communicator::sum(std::span<T> values) const {
  if (size() == 1 || values.empty()) return;
  detail::require_outside_host_loop("MPI_Allreduce");
  require(MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), mpi_type<T>(),
                        MPI_SUM, mpi()),
          "MPI_Allreduce");
}

std::int64_t Communicator::exclusive_sum(std::int64_t value) const {
  if (size() == 1) return 0;
  detail::require_outside_host_loop("MPI_Exscan");
  std::int64_t result = 0;
  require(MPI_Exscan(&value, &result, 1, MPI_INT64_T, MPI_SUM, mpi()), "MPI_Exscan");
  return rank() == 0 ? 0 : result;
}

std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const {
  std::vector<std::int64_t> result(static_cast<std::size_t>(size()), value);
  if (size() == 1) return result;
  detail::require_outside_host_loop("MPI_Allgather");
  require(MPI_Allgather(&value, 1, MPI_INT64_T, result.data(), 1, MPI_INT64_T, mpi()),
          "MPI_Allgather");
  return result;
}

std::vector<std::vector<char>> Communicator::all_to_all_bytes(
    const std::vector<std::span<const char>>& send) const {
  const auto ranks = static_cast<std::size_t>(size());
  std::vector<std::vector<char>> received(ranks);
  const auto self = static_cast<std::size_t>(rank());
  received[self].assign(send[self].begin(), send[self].end());
  if (ranks == 1) return received;
  detail::require_outside_host_loop("MPI_Alltoall");
  std::vector<std::int64_t> send_sizes(ranks);
  std::vector<std::int64_t> receive_sizes(ranks);
  for (std::size_t r = 0; r < ranks; ++r) send_sizes[r] = static_cast<std::int64_t>(send[r].size());
  require(
      MPI_Alltoall(send_sizes.data(), 1, MPI_INT64_T, receive_sizes.data(), 1, MPI_INT64_T, mpi()),
      "MPI_Alltoall");
  constexpr int tag = 11;
  std::vector<MPI_Request> requests;
  for (std::size_t r = 0; r < ranks; ++r) {
    if (r == self) continue;
    received[r].resize(static_cast<std::size_t>(receive_sizes[r]));
    in_pieces(received[r].size(), [&](std::size_t first, int count) {
      require(MPI_Irecv(received[r].data() + first, count, MPI_BYTE, static_cast<int>(r), tag,
                        mpi(), &requests.emplace_back()),
              "MPI_Irecv");
    });
  }
  for (std::size_t r = 0; r < ranks; ++r) {
    if (r == self) continue;
    in_pieces(send[r].size(), [&](std::size_t first, int count) {
      require(MPI_Isend(send[r].data() + first, count, MPI_BYTE, static_cast<int>(r), tag, mpi(),
                        &requests.emplace_back()),
              "MPI_Isend");
    });
  }
  require(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE),
          "MPI_Waitall");
  return received;
}

std::vector<char> Communicator::gather_bytes(std::span<const char> bytes) const {
  if (size() == 1) return {bytes.begin(), bytes.end()};
  std::vector<std::vector<char>> parts(static_cast<std::size_t>(size()));
  std::vector<std::span<const char>> send(static_cast<std::size_t>(size()));
  send[0] = bytes;
  parts = all_to_all_bytes(send);
  std::vector<char> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::string Communicator::broadcast(const std::string& text, int root) const {
  if (size() == 1) return text;
  detail::require_outside_host_loop("MPI_Bcast");
  std::int64_t length = static_cast<std::int64_t>(text.size());
  require(MPI_Bcast(&length, 1, MPI_INT64_T, root, mpi()), "MPI_Bcast");
  std::string result = text;
  result.resize(static_cast<std::size_t>(length));
  in_pieces(result.size(), [&](std::size_t first, int count) {
    require(MPI_Bcast(result.data() + first, count, MPI_BYTE, root, mpi()), "MPI_Bcast");
  });
  return result;
}

void Communicator::barrier() const {
  if (size() == 1) return;
  detail::require_outside_host_loop("MPI_Barrier");
  require(MPI_Barrier(mpi()), "MPI_Barrier");
}

bool Communicator::congruent(const Communicator& other) const noexcept {
  if (state_ == other.state_) return true;
  if (size() == 1 && other.size() == 1) return true;
  if (size() != other.size()) return false;
  int result = MPI_UNEQUAL;
  MPI_Comm_compare(mpi(), other.mpi(), &result);
  return result == MPI_IDENT || result == MPI_CONGRUENT;
}

#else  // one rank

Communicator Communicator::world() { return {}; }
template <class T>
T Communicator::sum(T value) const {
  return value;
}
template <class T>
T Communicator::max(T value) const {
  return value;
}
template <class T>
T Communicator::min(T value) const {
  return value;
}
template <class T>
void Communicator::sum(std::span<T>) const {}
std::int64_t Communicator::exclusive_sum(std::int64_t) const { return 0; }
std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const { return {value}; }
std::vector<std::vector<char>> Communicator::all_to_all_bytes(
    const std::vector<std::span<const char>>& send) const {
  return {std::vector<char>(send[0].begin(), send[0].end())};
}
std::vector<char> Communicator::gather_bytes(std::span<const char> bytes) const {
  return {bytes.begin(), bytes.end()};
}
std::string Communicator::broadcast(const std::string& text, int) const { return text; }
void Communicator::barrier() const {}
bool Communicator::congruent(const Communicator&) const noexcept { return true; }

#endif

void throw_together(const Communicator& comm, ErrorKind kind, const std::string& text) {
  const std::int64_t none = comm.size();
  const std::int64_t mine = text.empty() ? none : comm.rank();
  const std::int64_t first = comm.min(mine);
  if (first == none) return;
  const int root = static_cast<int>(first);
  const bool is_first = comm.rank() == root;
  const std::string kind_text =
      comm.broadcast(is_first ? std::to_string(static_cast<int>(kind)) : std::string(), root);
  throw_error(static_cast<ErrorKind>(std::stoi(kind_text)),
              comm.broadcast(is_first ? text : std::string(), root));
}

template float Communicator::sum(float) const;
template double Communicator::sum(double) const;
template Complex Communicator::sum(Complex) const;
template std::int64_t Communicator::sum(std::int64_t) const;
template std::uint64_t Communicator::sum(std::uint64_t) const;
template float Communicator::max(float) const;
template double Communicator::max(double) const;
template std::int64_t Communicator::max(std::int64_t) const;
template std::uint64_t Communicator::max(std::uint64_t) const;
template float Communicator::min(float) const;
template double Communicator::min(double) const;
template std::int64_t Communicator::min(std::int64_t) const;
template std::uint64_t Communicator::min(std::uint64_t) const;
template void Communicator::sum(std::span<float>) const;
template void Communicator::sum(std::span<double>) const;
template void Communicator::sum(std::span<Complex>) const;
template void Communicator::sum(std::span<std::int64_t>) const;
template void Communicator::sum(std::span<std::uint64_t>) const;

}  // namespace suan
