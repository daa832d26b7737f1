// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrices that the benchmarks share with the peers, made when first needed and one at a time.
#pragma once

#include <memory>
#include <string>

#include "suan/core/error.hpp"
#include "suan/gallery/poisson.hpp"

namespace suan::bench {

/// "7pt" or "27pt" on size^3 points.
template <class T>
DistributedMatrix<T> poisson3d_by_name(const std::string& stencil, GlobalIndex size,
                                       const Communicator& comm) {
  if (stencil == "7pt") return poisson3d<T>(size, size, size, comm);
  if (stencil == "27pt") return poisson3d_27pt<T>(size, size, size, comm);
  throw InvalidArgument(message("stencil \"", stencil, "\" is unknown; valid are 7pt and 27pt"));
}

/// Keeps one object alive: the next benchmark's matrix takes the place of the last one's, so that
/// the memory holds one of them and all repetitions of a benchmark share it.
class Slot {
 public:
  template <class Problem, class Make>
  std::shared_ptr<Problem> get(const std::string& key, Make&& make) {
    if (key != key_) {
      held_.reset();
      held_ = std::make_shared<Problem>(make());
      key_ = key;
    }
    return std::static_pointer_cast<Problem>(held_);
  }

 private:
  std::string key_;
  std::shared_ptr<void> held_;
};

}  // namespace suan::bench
