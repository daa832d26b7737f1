// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Like PETSc (PetscCommDuplicate): MPI has only a few thousand communicators, and freeing one is
// collective.
#include "comm/duplicates.hpp"

#include <algorithm>
#include <vector>

#include "comm/mpi_calls.hpp"

#if SUAN_HAVE_MPI

namespace suan::detail {

namespace {

using Duplicate = std::shared_ptr<const RankGroup>;

/// All that have not been freed yet, in the order of creation, which is the same on all ranks of
/// each. Never destroyed: MPI_Finalize may be called after destructors of static objects.
std::vector<Duplicate>& duplicates() {
  static auto* const instance = new std::vector<Duplicate>();
  return *instance;
}

std::vector<Duplicate>::iterator find(const RankGroup* group) {
  return std::find_if(duplicates().begin(), duplicates().end(),
                      [&](const Duplicate& d) { return d.get() == group; });
}

void free(const RankGroup& group) {
  MPI_Comm comm = group.comm;
  MPI_Comm_free(&comm);
}

/// MPI calls it on all ranks of a communicator that is being freed.
int free_duplicate(MPI_Comm, int, void* attribute, void*) {
  const auto at = find(static_cast<const RankGroup*>(attribute));
  if (at == duplicates().end()) return MPI_SUCCESS;  // MPI_Finalize has already freed it
  int used = at->use_count() > 1 ? 1 : 0;
  MPI_Allreduce(MPI_IN_PLACE, &used, 1, MPI_INT, MPI_MAX, (*at)->comm);
  if (used != 0) return MPI_SUCCESS;
  free(**at);
  duplicates().erase(at);
  return MPI_SUCCESS;
}

/// MPI calls it first of all in MPI_Finalize, while everything else still works.
int free_all(MPI_Comm, int, void*, void*) {
  for (const Duplicate& duplicate : duplicates()) free(*duplicate);
  duplicates().clear();
  return MPI_SUCCESS;
}

int new_key(MPI_Comm_delete_attr_function* on_delete) {
  int key = MPI_KEYVAL_INVALID;
  require_success(MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, on_delete, &key, nullptr),
                  "MPI_Comm_create_keyval");
  return key;
}

/// The key of the attribute. The attribute of MPI_COMM_SELF is how MPI_Finalize calls back.
int key_of_duplicates() {
  static const int key = [] {
    const int at_end = new_key(free_all);
    require_success(MPI_Comm_set_attr(MPI_COMM_SELF, at_end, nullptr), "MPI_Comm_set_attr");
    return new_key(free_duplicate);
  }();
  return key;
}

}  // namespace

std::shared_ptr<const RankGroup> duplicate_of(MPI_Comm comm) {
  for (const Duplicate& duplicate : duplicates()) {
    if (duplicate->comm == comm) return duplicate;
  }
  const int key = key_of_duplicates();
  void* attribute = nullptr;
  int found = 0;
  require_success(MPI_Comm_get_attr(comm, key, &attribute, &found), "MPI_Comm_get_attr");
  if (found != 0) return *find(static_cast<const RankGroup*>(attribute));

  const auto made = std::make_shared<RankGroup>();
  duplicates().reserve(duplicates().size() + 1);
  require_success(MPI_Comm_dup(comm, &made->comm), "MPI_Comm_dup");
  MPI_Comm_set_errhandler(made->comm, MPI_ERRORS_RETURN);
  MPI_Comm_rank(made->comm, &made->rank);
  MPI_Comm_size(made->comm, &made->size);
  duplicates().push_back(made);
  require_success(MPI_Comm_set_attr(comm, key, made.get()), "MPI_Comm_set_attr");
  return made;
}

}  // namespace suan::detail

#endif
