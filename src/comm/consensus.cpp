// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "comm/consensus.hpp"

#include <algorithm>
#include <thread>

#include "comm/duplicates.hpp"
#include "comm/mpi_calls.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan::detail {

#if SUAN_HAVE_MPI

namespace {

/// A rank that has heard the barrier may begin the next consensus while another one has not heard
/// it yet; but that one takes part in the next barrier before the first can end it. So two tags in
/// turn keep the messages of one consensus from the next.
int next_tag(const Communicator& comm) {
  int& turn = group_of(comm).consensus;
  turn = 1 - turn;
  return tags::consensus + turn;
}

/// The state of the sends, then of the barrier, of one consensus.
class Consensus {
 public:
  explicit Consensus(const Communicator& comm) : comm_(comm), tag_(next_tag(comm)) {}

  /// The numbers must stay until the end. `sends` has room for all.
  void tell(std::span<const RankCount> named, std::vector<MPI_Request>& sends) {
    for (const RankCount& n : named) {
      sends.push_back(MPI_REQUEST_NULL);
      // Synchronous: it ends when the other rank has begun to receive.
      require_success(
          MPI_Issend(&n.count, 1, MPI_INT64_T, n.rank, tag_, comm_.mpi(), &sends.back()),
          "MPI_Issend");
    }
  }

  /// Receives one number if there is one.
  bool hear(RankCount& heard) {
    int found = 0;
    MPI_Message incoming = MPI_MESSAGE_NULL;
    MPI_Status status;
    require_success(MPI_Improbe(MPI_ANY_SOURCE, tag_, comm_.mpi(), &found, &incoming, &status),
                    "MPI_Improbe");
    if (found == 0) return false;
    heard.rank = status.MPI_SOURCE;
    require_success(MPI_Mrecv(&heard.count, 1, MPI_INT64_T, &incoming, MPI_STATUS_IGNORE),
                    "MPI_Mrecv");
    return true;
  }

  /// Whether all ranks have been heard by those whom they named.
  bool over(std::vector<MPI_Request>& sends) {
    int done = 0;
    if (barrier_ != MPI_REQUEST_NULL) {
      require_success(MPI_Test(&barrier_, &done, MPI_STATUS_IGNORE), "MPI_Test");
      return done != 0;
    }
    require_success(
        MPI_Testall(static_cast<int>(sends.size()), sends.data(), &done, MPI_STATUSES_IGNORE),
        "MPI_Testall");
    if (done != 0) require_success(MPI_Ibarrier(comm_.mpi(), &barrier_), "MPI_Ibarrier");
    return false;
  }

 private:
  const Communicator& comm_;
  int tag_;
  MPI_Request barrier_ = MPI_REQUEST_NULL;
};

}  // namespace

std::vector<RankCount> find_senders(const Communicator& comm, std::span<const RankCount> named) {
  if (comm.size() == 1) return {};
  require_outside_host_loop("finding neighbours");
  std::vector<RankCount> senders;
  std::vector<MPI_Request> sends;
  together(comm, [&] { sends.reserve(named.size()); });
  Consensus consensus(comm);
  consensus.tell(named, sends);
  bool lost = false;
  while (!consensus.over(sends)) {
    RankCount heard;
    if (!consensus.hear(heard)) {
      std::this_thread::yield();
      continue;
    }
    try {
      senders.push_back(heard);
    } catch (const std::bad_alloc&) {
      lost = true;  // the others wait until everybody has been heard
    }
  }
  together(comm, [&] {
    if (lost) throw OutOfMemory("no memory for the list of ranks that send to this one");
    std::sort(senders.begin(), senders.end(),
              [](const RankCount& a, const RankCount& b) { return a.rank < b.rank; });
  });
  return senders;
}

#else

std::vector<RankCount> find_senders(const Communicator&, std::span<const RankCount>) { return {}; }

#endif

}  // namespace suan::detail
