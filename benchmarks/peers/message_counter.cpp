// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "message_counter.hpp"

#include <mpi.h>

#include <cstdio>
#include <map>

namespace {

suan::bench::Messages counted;
bool counts = false;

struct Sending {
  int count = 0;
  MPI_Datatype type = MPI_DATATYPE_NULL;
  int to = MPI_PROC_NULL;
};

/// Requests that are started again and again.
std::map<MPI_Request, Sending>& persistent() {
  static std::map<MPI_Request, Sending> all;
  return all;
}

void count_send(const Sending& s) {
  if (!counts || s.to == MPI_PROC_NULL) return;
  int size = 0;
  PMPI_Type_size(s.type, &size);
  ++counted.sent;
  counted.bytes += static_cast<std::int64_t>(size) * s.count;
}

enum class Pattern { one_rank, all_ranks, each_to_each };

void count_collective(Pattern pattern, MPI_Comm comm) {
  if (!counts) return;
  int ranks = 1;
  PMPI_Comm_size(comm, &ranks);
  if (ranks == 1) return;
  ++counted.collectives;
  std::int64_t messages = 0;
  if (pattern == Pattern::one_rank) messages = 1;
  if (pattern == Pattern::each_to_each) messages = ranks - 1;
  if (pattern == Pattern::all_ranks) {
    for (int reached = 1; reached < ranks; reached *= 2) ++messages;
  }
  counted.collective_messages += messages;
}

void print() {
  int rank = 0;
  int ranks = 1;
  PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
  PMPI_Comm_size(MPI_COMM_WORLD, &ranks);
  const long long mine[] = {counted.sent, counted.bytes, counted.collectives,
                            counted.collective_messages};
  long long sum[4] = {};
  long long most[4] = {};
  PMPI_Reduce(mine, sum, 4, MPI_LONG_LONG, MPI_SUM, 0, MPI_COMM_WORLD);
  PMPI_Reduce(mine, most, 4, MPI_LONG_LONG, MPI_MAX, 0, MPI_COMM_WORLD);
  if (rank != 0 || counted.turns == 0) return;
  const double turns = static_cast<double>(counted.turns);
  const auto mean = [&](int k) { return static_cast<double>(sum[k]) / turns / ranks; };
  std::printf(
      "{\"operation\": \"messages\", \"ranks\": %d, \"turns\": %lld, \"sent_mean\": %.2f, "
      "\"sent_most\": %.2f, \"bytes_mean\": %.0f, \"collectives_mean\": %.2f, "
      "\"collective_messages_mean\": %.2f}\n",
      ranks, static_cast<long long>(counted.turns), mean(0), static_cast<double>(most[0]) / turns,
      mean(1), mean(2), mean(3));
  std::fflush(stdout);
}

}  // namespace

const suan::bench::Messages& suan::bench::counted_messages() { return counted; }

// NOLINTBEGIN: the names and types are MPI's.
extern "C" {

int MPI_Pcontrol(const int level, ...) {
  counts = level == 1;
  counted.turns += counts ? 1 : 0;
  return MPI_SUCCESS;
}

int MPI_Finalize() {
  counts = false;
  print();
  return PMPI_Finalize();
}

#define SUAN_COUNT_SEND(name, i_name)                                                              \
  int MPI_##name(const void* from, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm) { \
    count_send({count, type, to});                                                                 \
    return PMPI_##name(from, count, type, to, tag, comm);                                          \
  }                                                                                                \
  int MPI_##i_name(const void* from, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm, \
                   MPI_Request* request) {                                                         \
    count_send({count, type, to});                                                                 \
    return PMPI_##i_name(from, count, type, to, tag, comm, request);                               \
  }                                                                                                \
  int MPI_##name##_init(const void* from, int count, MPI_Datatype type, int to, int tag,           \
                        MPI_Comm comm, MPI_Request* request) {                                     \
    const int status = PMPI_##name##_init(from, count, type, to, tag, comm, request);              \
    persistent()[*request] = {count, type, to};                                                    \
    return status;                                                                                 \
  }
SUAN_COUNT_SEND(Send, Isend)
SUAN_COUNT_SEND(Ssend, Issend)
SUAN_COUNT_SEND(Rsend, Irsend)
SUAN_COUNT_SEND(Bsend, Ibsend)
#undef SUAN_COUNT_SEND

int MPI_Start(MPI_Request* request) {
  const auto known = persistent().find(*request);
  if (known != persistent().end()) count_send(known->second);
  return PMPI_Start(request);
}

int MPI_Startall(int count, MPI_Request* requests) {
  for (int k = 0; k < count; ++k) {
    const auto known = persistent().find(requests[k]);
    if (known != persistent().end()) count_send(known->second);
  }
  return PMPI_Startall(count, requests);
}

int MPI_Request_free(MPI_Request* request) {
  persistent().erase(*request);
  return PMPI_Request_free(request);
}

int MPI_Sendrecv(const void* from, int count, MPI_Datatype type, int to, int tag, void* room,
                 int room_count, MPI_Datatype room_type, int source, int room_tag, MPI_Comm comm,
                 MPI_Status* status) {
  count_send({count, type, to});
  return PMPI_Sendrecv(from, count, type, to, tag, room, room_count, room_type, source, room_tag,
                       comm, status);
}

// The arguments of a collective function, with their names, and these alone.
#define SUAN_COUNT_COLLECTIVE(name, i_name, pattern, arguments, names) \
  int MPI_##name(arguments, MPI_Comm comm) {                           \
    count_collective(Pattern::pattern, comm);                          \
    return PMPI_##name(names, comm);                                   \
  }                                                                    \
  int MPI_##i_name(arguments, MPI_Comm comm, MPI_Request* request) {   \
    count_collective(Pattern::pattern, comm);                          \
    return PMPI_##i_name(names, comm, request);                        \
  }
#define SUAN_LIST(...) __VA_ARGS__
#define SUAN_FROM_TO const void *from, void *to, int count, MPI_Datatype type, MPI_Op op
#define SUAN_PARTS \
  const void *from, int count, MPI_Datatype type, void *to, int to_count, MPI_Datatype to_type
#define SUAN_PARTS_NAMES from, count, type, to, to_count, to_type
SUAN_COUNT_COLLECTIVE(Allreduce, Iallreduce, all_ranks, SUAN_LIST(SUAN_FROM_TO),
                      SUAN_LIST(from, to, count, type, op))
SUAN_COUNT_COLLECTIVE(Scan, Iscan, all_ranks, SUAN_LIST(SUAN_FROM_TO),
                      SUAN_LIST(from, to, count, type, op))
SUAN_COUNT_COLLECTIVE(Exscan, Iexscan, all_ranks, SUAN_LIST(SUAN_FROM_TO),
                      SUAN_LIST(from, to, count, type, op))
SUAN_COUNT_COLLECTIVE(Reduce, Ireduce, one_rank, SUAN_LIST(SUAN_FROM_TO, int root),
                      SUAN_LIST(from, to, count, type, op, root))
SUAN_COUNT_COLLECTIVE(Bcast, Ibcast, one_rank,
                      SUAN_LIST(void* data, int count, MPI_Datatype type, int root),
                      SUAN_LIST(data, count, type, root))
SUAN_COUNT_COLLECTIVE(Gather, Igather, one_rank, SUAN_LIST(SUAN_PARTS, int root),
                      SUAN_LIST(SUAN_PARTS_NAMES, root))
SUAN_COUNT_COLLECTIVE(Scatter, Iscatter, one_rank, SUAN_LIST(SUAN_PARTS, int root),
                      SUAN_LIST(SUAN_PARTS_NAMES, root))
SUAN_COUNT_COLLECTIVE(Gatherv, Igatherv, one_rank,
                      SUAN_LIST(const void* from, int count, MPI_Datatype type, void* to,
                                const int* counts_of, const int* places, MPI_Datatype to_type,
                                int root),
                      SUAN_LIST(from, count, type, to, counts_of, places, to_type, root))
SUAN_COUNT_COLLECTIVE(Scatterv, Iscatterv, one_rank,
                      SUAN_LIST(const void* from, const int* counts_of, const int* places,
                                MPI_Datatype type, void* to, int to_count, MPI_Datatype to_type,
                                int root),
                      SUAN_LIST(from, counts_of, places, type, to, to_count, to_type, root))
SUAN_COUNT_COLLECTIVE(Allgather, Iallgather, all_ranks, SUAN_LIST(SUAN_PARTS),
                      SUAN_LIST(SUAN_PARTS_NAMES))
SUAN_COUNT_COLLECTIVE(Allgatherv, Iallgatherv, all_ranks,
                      SUAN_LIST(const void* from, int count, MPI_Datatype type, void* to,
                                const int* counts_of, const int* places, MPI_Datatype to_type),
                      SUAN_LIST(from, count, type, to, counts_of, places, to_type))
SUAN_COUNT_COLLECTIVE(Alltoall, Ialltoall, each_to_each, SUAN_LIST(SUAN_PARTS),
                      SUAN_LIST(SUAN_PARTS_NAMES))
SUAN_COUNT_COLLECTIVE(Alltoallv, Ialltoallv, each_to_each,
                      SUAN_LIST(const void* from, const int* from_counts, const int* from_places,
                                MPI_Datatype type, void* to, const int* to_counts,
                                const int* to_places, MPI_Datatype to_type),
                      SUAN_LIST(from, from_counts, from_places, type, to, to_counts, to_places,
                                to_type))

int MPI_Barrier(MPI_Comm comm) {
  count_collective(Pattern::all_ranks, comm);
  return PMPI_Barrier(comm);
}

int MPI_Ibarrier(MPI_Comm comm, MPI_Request* request) {
  count_collective(Pattern::all_ranks, comm);
  return PMPI_Ibarrier(comm, request);
}

}  // extern "C"
// NOLINTEND
