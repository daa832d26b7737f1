// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "matrix/distributed_pattern.hpp"
#include "matrix/local_rows.hpp"
#include "matrix/shared_rows.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/comm/row_exchange.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan {

namespace {

using kernels::CsrView;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// The global numbers of the columns, which are numbers of some of this rank's rows.
DeviceView<const GlobalIndex> global_columns(const DeviceView<const LocalIndex>& columns,
                                             const DeviceView<const LocalIndex>& row_numbers,
                                             GlobalIndex first) {
  const auto result = detail::allocate<GlobalIndex>("suan::transpose::columns", columns.extent(0));
  Kokkos::parallel_for(
      "suan::transpose_columns", Entries(0, static_cast<std::int64_t>(columns.extent(0))),
      KOKKOS_LAMBDA(std::int64_t k) { result(k) = first + row_numbers(columns(k)); });
  return result;
}

/// Where pieces of rows that arrived go.
struct Pieces {
  DeviceView<const Offset> begins;       // of the pieces in what arrived, and the end
  DeviceView<const Offset> places;       // in the rows
  DeviceView<const Offset> offsets;      // of the rows
  DeviceView<const LocalIndex> numbers;  // of the rows
};

/// The pieces of a row come from ranks whose rows follow each other, so they are put one after the
/// other.
Pieces arrange(const IndexMap& map, const DeviceView<const Offset>& begins) {
  const auto at = detail::on_host<Offset>(begins);
  std::vector<Offset> lengths(static_cast<std::size_t>(map.owned()), 0);
  for (std::size_t s = 0; s < map.shared().size(); ++s) {
    lengths[static_cast<std::size_t>(map.shared()[s])] += at[s + 1] - at[s];
  }
  std::vector<LocalIndex> numbers;
  std::vector<Offset> offsets = {0};
  std::vector<Offset>& next = lengths;  // where the next piece of the row goes
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (lengths[i] == 0) continue;
    numbers.push_back(static_cast<LocalIndex>(i));
    const Offset begin = offsets.back();
    offsets.push_back(begin + lengths[i]);
    next[i] = begin;
  }
  std::vector<Offset> places;
  places.reserve(map.shared().size());
  for (std::size_t s = 0; s < map.shared().size(); ++s) {
    Offset& place = next[static_cast<std::size_t>(map.shared()[s])];
    places.push_back(place);
    place += at[s + 1] - at[s];
  }
  return {begins, detail::on_device<Offset>("suan::transpose::places", places),
          detail::on_device<Offset>("suan::Csr::offsets", offsets),
          detail::on_device<LocalIndex>("suan::transpose::rows", numbers)};
}

/// The entries that arrived, in the order of the rows.
template <class N>
DeviceView<const N> arranged(const Pieces& pieces, const DeviceView<const N>& arrived) {
  const auto result = detail::allocate<N>("suan::transpose::arranged", arrived.extent(0));
  const auto begins = pieces.begins;
  const auto places = pieces.places;
  Kokkos::parallel_for(
      "suan::arrange_pieces", Range(0, static_cast<LocalIndex>(places.extent(0))),
      KOKKOS_LAMBDA(LocalIndex s) {
        const Offset shift = places(s) - begins(s);
        for (Offset e = begins(s); e < begins(s + 1); ++e) result(e + shift) = arrived(e);
      });
  return result;
}

DeviceView<const LocalIndex> places_of_columns(const DeviceView<const GlobalIndex>& columns,
                                               const std::vector<GlobalIndex>& all) {
  const auto numbers = detail::on_device<GlobalIndex>("suan::ghosts", all);
  const auto result = detail::allocate<LocalIndex>("suan::Csr::indices", columns.extent(0));
  Kokkos::parallel_for(
      "suan::number_columns", Entries(0, static_cast<std::int64_t>(columns.extent(0))),
      KOKKOS_LAMBDA(std::int64_t k) { result(k) = detail::place_among(numbers, columns(k)); });
  return result;
}

/// The entries in columns of other ranks, which become theirs.
template <Scalar T>
class RemotePart {
 public:
  RemotePart() = default;
  /// Collective.
  explicit RemotePart(const DistributedMatrix<T>& a) {
    const auto& remote = a.remote();
    const Communicator& comm = a.comm();
    CsrView<T> sent;
    DeviceView<const GlobalIndex> columns;
    together(comm, [&] {
      const ExecutionSpace space;
      transpose_ = kernels::TransposePlan<T>(space, remote.matrix.view());
      sent = transpose_.apply(space, remote.matrix.view().values, false);
      if (sent.rows == 0) sent.offsets = DeviceView<Offset>("suan::transpose::offsets", 1);
      columns = global_columns(sent.indices, remote.row_numbers, a.row_layout().first());
    });
    exchange_ = RowExchange(a.exchange(), Direction::to_owners, sent.offsets);
    const detail::ArrivedRows<GlobalIndex> rows(comm, exchange_, columns);
    const auto& arrived = rows.received;
    CsrView<T> ghost;
    std::vector<GlobalIndex> ghosts;
    together(comm, [&] {
      pieces_ = arrange(*a.exchange().map(), exchange_.offsets());
      ghosts = detail::united(detail::on_host<GlobalIndex>(arrived), {});
      ghost = {static_cast<LocalIndex>(pieces_.numbers.extent(0)),
               static_cast<LocalIndex>(ghosts.size()),
               pieces_.offsets,
               places_of_columns(arranged(pieces_, arrived), ghosts),
               {}};
    });
    result_ =
        detail::ResultParts<T>(a.column_layout(), a.row_layout(), ghost, pieces_.numbers, ghosts);
  }

  /// The transpose of `a`, whose part in this rank's columns is transposed already. Collective.
  DistributedMatrix<T> finish(const DistributedMatrix<T>& a, const CsrView<T>& own,
                              bool conjugated) const {
    CsrView<T> sent;
    together(a.comm(), [&] {
      sent = transpose_.apply(ExecutionSpace(), a.remote().matrix.view().values, conjugated);
    });
    const detail::ArrivedRows<T> rows(a.comm(), exchange_, sent.values);
    const auto& arrived = rows.received;
    DeviceView<const T> values;
    together(a.comm(), [&] { values = arranged(pieces_, arrived); });
    return result_.with(own, values);
  }

 private:
  kernels::TransposePlan<T> transpose_;
  RowExchange exchange_;
  Pieces pieces_;
  detail::ResultParts<T> result_;
};

template <Scalar T>
DistributedMatrix<T> transposed(const DistributedMatrix<T>& a, bool conjugated) try {
  if (a.comm().size() == 1) {
    return DistributedMatrix<T>(a.column_layout(), a.row_layout(),
                                conjugated ? conjugate_transpose(a.local()) : transpose(a.local()),
                                {});
  }
  require_agreement(a.comm(), conjugated ? "conjugate_transpose" : "transpose");
  CsrView<T> own;
  together(a.comm(),
           [&] { own = kernels::transpose(ExecutionSpace(), a.local().view(), conjugated); });
  return RemotePart<T>(a).finish(a, own, conjugated);
} catch (...) {
  rethrow_typed();
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> transpose(const DistributedMatrix<T>& a) {
  return transposed(a, false);
}

template <Scalar T>
DistributedMatrix<T> conjugate_transpose(const DistributedMatrix<T>& a) {
  return transposed(a, true);
}

template <Scalar T>
struct detail::DistributedTransposePlan {
  DistributedPattern<T> pattern;
  kernels::TransposePlan<T> own;
  std::optional<RemotePart<T>> remote;  // none on one rank

  explicit DistributedTransposePlan(const DistributedMatrix<T>& a)
      : pattern(distributed_pattern_of(a)) {
    together(a.comm(), [&] { own = {ExecutionSpace(), a.local().view()}; });
    if (a.comm().size() > 1) remote.emplace(a);
  }

  DistributedMatrix<T> apply(const DistributedMatrix<T>& a, bool conjugated) const {
    require_pattern("DistributedTransposition", "A", pattern, a);
    CsrView<T> result;
    together(a.comm(),
             [&] { result = own.apply(ExecutionSpace(), a.local().view().values, conjugated); });
    if (remote) return remote->finish(a, result, conjugated);
    return DistributedMatrix<T>(pattern.columns, pattern.rows, to_csr(result), {});
  }
};

template <Scalar T>
DistributedTransposition<T>::DistributedTransposition(const DistributedMatrix<T>& a) try {
  require_agreement(a.comm(), "DistributedTransposition");
  plan_ = std::make_shared<const detail::DistributedTransposePlan<T>>(a);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> DistributedTransposition<T>::transpose(const DistributedMatrix<T>& a) const
    try {
  return plan_->apply(a, false);
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
DistributedMatrix<T> DistributedTransposition<T>::conjugate_transpose(
    const DistributedMatrix<T>& a) const try {
  return plan_->apply(a, true);
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T)                                                       \
  template DistributedMatrix<T> transpose(const DistributedMatrix<T>&);           \
  template DistributedMatrix<T> conjugate_transpose(const DistributedMatrix<T>&); \
  template class DistributedTransposition<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
