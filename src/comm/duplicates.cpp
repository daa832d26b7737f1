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

using Group = std::shared_ptr<const RankGroup>;

/// All duplicates that have not been freed yet, in the order of creation, which is the same on all
/// ranks of each. Never destroyed: MPI_Finalize may be called after destructors of static objects.
std::vector<Group>& duplicates() {
  static auto* const instance = new std::vector<Group>();
  return *instance;
}

std::vector<Group>::iterator find(const RankGroup* group) {
  return std::find_if(duplicates().begin(), duplicates().end(),
                      [&](const Group& d) { return d.get() == group; });
}

/// The group with this communicator, among `group` and its parts; none if there is none.
Group find_in(const Group& group, MPI_Comm comm) {
  if (!group || group->comm == comm) return group;
  if (auto found = find_in(group->node, comm)) return found;
  for (const Group& part : group->splits) {
    if (auto found = find_in(part, comm)) return found;
  }
  return nullptr;
}

/// Whether this rank uses a group, or a part of it. `group` is the one reference of its keeper.
bool in_use(const Group& group) {
  if (!group) return false;
  return group.use_count() > 1 || in_use(group->node) ||
         std::any_of(group->splits.begin(), group->splits.end(), in_use);
}

/// The parts first. Of several with common ranks, all ranks free them in the same order.
void free(const Group& group) {
  if (!group) return;
  free(group->node);
  for (const Group& part : group->splits) free(part);
  MPI_Comm comm = group->comm;
  MPI_Comm_free(&comm);
}

/// Whether any rank says so. Collective.
bool on_any_rank(bool here, MPI_Comm comm) {
  int any = here ? 1 : 0;
  const int code = MPI_Allreduce(MPI_IN_PLACE, &any, 1, MPI_INT, MPI_MAX, comm);
  return code != MPI_SUCCESS || any != 0;
}

/// MPI calls it on all ranks of a communicator that is being freed.
int free_duplicate(MPI_Comm, int, void* attribute, void*) {
  const auto at = find(static_cast<const RankGroup*>(attribute));
  if (at == duplicates().end()) return MPI_SUCCESS;  // MPI_Finalize has already freed it
  if (on_any_rank(in_use(*at), (*at)->comm)) return MPI_SUCCESS;
  free(*at);
  duplicates().erase(at);
  return MPI_SUCCESS;
}

/// MPI calls it first of all in MPI_Finalize, while everything else still works.
int free_all(MPI_Comm, int, void*, void*) {
  for (const Group& duplicate : duplicates()) free(duplicate);
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

/// Fills in what MPI knows of a communicator of our own.
void describe(RankGroup& group) {
  require_success(MPI_Comm_set_errhandler(group.comm, MPI_ERRORS_RETURN),
                  "MPI_Comm_set_errhandler");
  require_success(MPI_Comm_rank(group.comm, &group.rank), "MPI_Comm_rank");
  require_success(MPI_Comm_size(group.comm, &group.size), "MPI_Comm_size");
}

/// Frees the parts of those splits that no rank uses any more.
void free_unused_parts(const RankGroup& group) {
  if (group.splits.empty()) return;
  std::vector<int> used;
  for (const Group& part : group.splits) used.push_back(in_use(part) ? 1 : 0);
  require_success(MPI_Allreduce(MPI_IN_PLACE, used.data(), static_cast<int>(used.size()), MPI_INT,
                                MPI_MAX, group.comm),
                  "MPI_Allreduce");
  std::vector<Group> kept;
  kept.reserve(used.size() + 1);
  for (std::size_t k = 0; k < used.size(); ++k) {
    if (used[k] != 0) {
      kept.push_back(group.splits[k]);
    } else {
      free(group.splits[k]);
    }
  }
  group.splits = std::move(kept);
}

}  // namespace

Group duplicate_of(MPI_Comm comm) {
  for (const Group& duplicate : duplicates()) {
    if (auto found = find_in(duplicate, comm)) return found;
  }
  const int key = key_of_duplicates();
  void* attribute = nullptr;
  int found = 0;
  require_success(MPI_Comm_get_attr(comm, key, &attribute, &found), "MPI_Comm_get_attr");
  if (found != 0) return *find(static_cast<const RankGroup*>(attribute));

  const auto made = std::make_shared<RankGroup>();
  duplicates().reserve(duplicates().size() + 1);
  require_success(MPI_Comm_dup(comm, &made->comm), "MPI_Comm_dup");
  describe(*made);
  duplicates().push_back(made);
  require_success(MPI_Comm_set_attr(comm, key, made.get()), "MPI_Comm_set_attr");
  return made;
}

Group node_of(const RankGroup& group) {
  if (group.node) return group.node;
  const auto made = std::make_shared<RankGroup>();
  require_success(
      MPI_Comm_split_type(group.comm, MPI_COMM_TYPE_SHARED, group.rank, MPI_INFO_NULL, &made->comm),
      "MPI_Comm_split_type");
  describe(*made);
  group.node = made;
  return made;
}

Group part_of(const RankGroup& group, int color, int key) {
  free_unused_parts(group);
  auto made = std::make_shared<RankGroup>();
  group.splits.reserve(group.splits.size() + 1);
  require_success(MPI_Comm_split(group.comm, color, key, &made->comm), "MPI_Comm_split");
  if (made->comm == MPI_COMM_NULL) {
    made = nullptr;
  } else {
    describe(*made);
  }
  group.splits.push_back(made);
  return made;
}

}  // namespace suan::detail

#endif
