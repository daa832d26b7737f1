// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Values of ghosts, in arrays that have those of owned elements first.
#pragma once

#include "suan/comm/exchange.hpp"

namespace suan::detail {

/// Brings the values of owned elements, which come first in `values`, to the ghosts after them.
/// Collective.
template <class N>
void refresh(const Exchange& exchange, const DeviceView<N>& values) {
  const auto& map = *exchange.map();
  if (map.comm().size() == 1) return;
  const auto owned = static_cast<std::size_t>(map.owned());
  auto pending = exchange.forward<N>(DeviceView<const N>(values.data(), owned));
  pending.finish(
      RowMajor<N>(values.data() + owned, static_cast<std::size_t>(map.ghosts()), std::size_t(1)));
}

/// The same for rows of several values.
template <class N>
void refresh(const Exchange& exchange, const RowMajor<N>& values) {
  const auto& map = *exchange.map();
  if (map.comm().size() == 1) return;
  const auto owned = static_cast<std::size_t>(map.owned());
  auto pending = exchange.forward<N>(RowMajor<const N>(values.data(), owned, values.extent(1)));
  pending.finish(RowMajor<N>(values.data() + owned * values.extent(1),
                             static_cast<std::size_t>(map.ghosts()), values.extent(1)));
}

}  // namespace suan::detail
