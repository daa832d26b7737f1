// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/level_bytes.hpp"

#include "multigrid/array_bytes.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

template <class View>
double view_bytes(const View& view) {
  return static_cast<double>(view.size() * sizeof(typename View::value_type));
}

}  // namespace

template <Scalar T>
double kept_bytes(const Level<T>& level, bool is_finest) {
  const auto& structure = level.structure;
  const auto& t = structure.tentative;
  double bytes = static_cast<double>(level.p.memory_bytes() + level.r.memory_bytes() +
                                     structure.graph.bytes());
  if (!is_finest) bytes += static_cast<double>(level.a.memory_bytes());
  bytes += view_bytes(t.of) + view_bytes(t.first) + view_bytes(t.rank) + view_bytes(t.factors) +
           view_bytes(t.pivots) + view_bytes(t.first_rows) + view_bytes(t.near_null.view()) +
           view_bytes(structure.aggregates.roots) + view_bytes(structure.splitting.numbers) +
           view_bytes(structure.second_splitting.numbers);
  const auto& plan = level.a.local().plan();
  if (plan.copies_values()) bytes += static_cast<double>(plan.bytes());
  const double rows = level.a.row_layout().local_size();
  if (level.smoother) {
    bytes += smoother_bytes<T>(level.smoother->name(), rows,
                               static_cast<double>(level.a.local_entries()));
  }
  const auto& vectors = level.vectors;
  for (const auto* x : {&vectors.b, &vectors.x, &vectors.residual}) bytes += view_bytes(x->view());
  for (const auto& x : vectors.more) bytes += view_bytes(x.view());
  return bytes;
}

template <Scalar T>
double factor_bytes(double rows, bool hermitian) {
  using Wide = std::conditional_t<is_complex<T>, Complex, double>;
  return sizeof(Wide) * rows * rows * (hermitian ? 2 : 1);
}

#define SUAN_INSTANTIATE(T)                          \
  template double kept_bytes(const Level<T>&, bool); \
  template double factor_bytes<T>(double, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
