// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/comm/communicator.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan::detail {

/// together(); but body() alone within the body of another one, which speaks for all that is thrown
/// in it and in which no rank may wait for others. Vectors are made in such places, too.
template <class Body>
void together_once(const Communicator& comm, const Body& body) {
  if (together_depth > 0 || in_host_loop) {
    body();
  } else {
    together(comm, body);
  }
}

}  // namespace suan::detail
