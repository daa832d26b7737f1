// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/triplet_builder.hpp"

#include <algorithm>
#include <optional>

#include "kernels/common/counting_sort.hpp"
#include "matrix/triplet_exchange.hpp"
#include "suan/comm/detail/callbacks.hpp"
#include "suan/core/detail/host_loop.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

template <Scalar T>
using Lists = detail::TripletLists<T>;

/// @throws for the first entry outside the matrix, in the first list that has one.
template <Scalar T>
void require_within(const Layout& rows, const Layout& columns, const Lists<T>& lists) {
  detail::host_loop(lists.size(), true, [&](std::size_t k) {
    for (const auto& t : lists[k]) {
      if (t.row < 0 || t.row >= rows.global_size() || t.column < 0 ||
          t.column >= columns.global_size()) {
        throw InvalidArgument(message("triplets: entry (", t.row, ", ", t.column,
                                      ") is outside the ", rows.global_size(), " x ",
                                      columns.global_size(), " matrix"));
      }
    }
  });
}

/// Several lists, traversed as if they were one.
template <Scalar T>
class Sequence {
 public:
  explicit Sequence(const Lists<T>& lists) : lists_(lists) {
    for (const auto& list : lists) starts_.push_back(starts_.back() + list.size());
  }
  std::size_t size() const { return starts_.back(); }

  /// Calls use(triplet) for part p of `parts` equal parts.
  template <class Use>
  void visit(std::size_t p, std::size_t parts, const Use& use) const {
    std::size_t at = first(p, parts);
    const std::size_t end = first(p + 1, parts);
    auto list = static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), at) -
                                         starts_.begin()) -
                1;
    for (; at < end; ++list) {
      const auto& here = lists_[list];
      for (; at < end && at < starts_[list + 1]; ++at) use(here[at - starts_[list]]);
    }
  }

 private:
  std::size_t first(std::size_t p, std::size_t parts) const {
    return size() / parts * p + size() % parts * p / parts;
  }

  const Lists<T>& lists_;
  std::vector<std::size_t> starts_{0};
};

/// This rank's rows, unsorted, the entries of a row in the order of the lists.
template <Scalar T>
struct Rows {
  Rows() = default;
  Rows(const Layout& layout, const Lists<T>& lists)
      : offsets(static_cast<std::size_t>(layout.local_size()) + 1) {
    const Sequence<T> triplets(lists);
    indices.resize(triplets.size());
    values.resize(triplets.size());
    const ExecutionSpace space;
    const std::size_t parts = kernels::CountingSort::number_of_parts(
        space, static_cast<Offset>(triplets.size()), layout.local_size());
    const GlobalIndex first = layout.first();
    kernels::CountingSort places(
        space, offsets.size() - 1, parts, offsets.data(), [&](std::size_t p, const auto& use) {
          triplets.visit(p, parts, [&](const Triplet<T>& t) { use(t.row - first); });
        });
    places.for_parts(space, [&](std::size_t p, Offset* next) {
      triplets.visit(p, parts, [&](const Triplet<T>& t) {
        const auto place = static_cast<std::size_t>(next[t.row - first]++);
        indices[place] = t.column;
        values[place] = t.value;
      });
    });
  }
  std::vector<Offset> offsets;
  std::vector<GlobalIndex> indices;
  std::vector<T> values;
};

/// Calls `release` when the lists are no longer needed. Each step succeeds on all ranks or on none.
template <Scalar T, class Release>
DistributedMatrix<T> from_lists(const Layout& rows, const Layout& columns, const Lists<T>& lists,
                                KernelPath path, const Release& release) {
  const auto& comm = rows.comm();
  together(comm, [&] { require_within(rows, columns, lists); });
  Rows<T> own;
  if (comm.size() == 1) {
    together(comm, [&] { own = Rows<T>(rows, lists); });
    release();
  } else {
    detail::TripletExchange<T> entries(rows);
    together(comm, [&] { entries.sort(lists); });
    release();
    entries.exchange();
    together(comm, [&] { own = Rows<T>(rows, entries.lists()); });
  }
  return assemble<T>(rows, columns, std::span<const Offset>(own.offsets),
                     std::span<const GlobalIndex>(own.indices), std::span<const T>(own.values),
                     path);
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> from_triplets(const Layout& rows, const Layout& columns,
                                   std::span<const Triplet<T>> triplets, KernelPath path) {
  detail::require_told_alike("from_triplets", rows, columns, path);
  return from_lists<T>(rows, columns, {triplets}, path, [] {});
}

template <Scalar T>
TripletBuilder<T>::TripletBuilder(const Layout& rows, const Layout& columns, std::size_t parts)
    : rows_(rows), columns_(columns), parts_(std::max<std::size_t>(parts, 1)) {}

template <Scalar T>
typename TripletBuilder<T>::Part& TripletBuilder<T>::part(std::size_t k) {
  if (k >= parts_.size()) {
    throw InvalidArgument(
        message("TripletBuilder: there is no part ", k, " of ", parts_.size(), " parts"));
  }
  return parts_[k];
}

template <Scalar T>
DistributedMatrix<T> TripletBuilder<T>::build(KernelPath path) {
  std::vector<Part> parts(parts_.size());
  parts.swap(parts_);
  detail::require_told_alike("TripletBuilder::build", rows_, columns_, path);
  Lists<T> lists;
  for (const auto& part : parts) lists.emplace_back(part.triplets_);
  return from_lists<T>(rows_, columns_, lists, path, [&] { parts = std::vector<Part>(); });
}

template <Scalar T>
DistributedMatrix<T> assemble_elements(
    const Layout& rows, const Layout& columns, GlobalIndex elements,
    const std::function<void(GlobalIndex, typename TripletBuilder<T>::Part&)>& element,
    KernelPath path) {
  detail::require_told_alike("assemble_elements", rows, columns, path);
  // Of a fixed size, so that sums follow the order of the elements.
  constexpr GlobalIndex elements_per_part = 1024;
  const GlobalIndex count = std::max<GlobalIndex>(0, elements);
  const auto parts = static_cast<std::size_t>((count + elements_per_part - 1) / elements_per_part);
  std::optional<TripletBuilder<T>> builder;
  detail::together_with_foreign(rows.comm(), [&] {
    if (!element) throw InvalidArgument("assemble_elements: the function of an element is empty");
    builder.emplace(rows, columns, parts);
    detail::host_loop(parts, true, [&](std::size_t k) {
      const GlobalIndex first = static_cast<GlobalIndex>(k) * elements_per_part;
      const GlobalIndex last = std::min(first + elements_per_part, count);
      detail::call_foreign([&] {
        for (GlobalIndex e = first; e < last; ++e) element(e, builder->part(k));
      });
    });
  });
  return builder->build(path);
}

#define SUAN_INSTANTIATE(T)                                                                    \
  template DistributedMatrix<T> from_triplets(const Layout&, const Layout&,                    \
                                              std::span<const Triplet<T>>, KernelPath);        \
  template DistributedMatrix<T> assemble_elements<T>(                                          \
      const Layout&, const Layout&, GlobalIndex,                                               \
      const std::function<void(GlobalIndex, typename TripletBuilder<T>::Part&)>&, KernelPath); \
  template class TripletBuilder<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
