// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Choosing the format in which products read a matrix.
#pragma once

#include "suan/core/options.hpp"
#include "suan/kernels/bsr.hpp"
#include "suan/kernels/sell.hpp"
#include "suan/kernels/sell_sorted.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan {

/// The options of optimize().
struct OptimizeOptions {
  std::string format = "auto";       ///< auto, csr, sell, sell_sorted, bsr
  int block = 0;                     ///< block size of bsr, 2 to 8; 0: the best
  std::string storage = "lossless";  ///< of values in sell and bsr: see kernels::ValueStorage
  bool measure = true;               ///< whether to time the candidates, or to count their bytes
  double seconds = 0.05;             ///< the approximate time for measuring
  double memory = 1;                 ///< auto: at most this times the bytes of CSR's arrays
  static const OptionTable<OptimizeOptions>& table();
};

/// What optimize() chose, and why.
struct FormatChoice {
  OptimizeOptions options;     ///< passed to optimize(), they repeat the choice without measuring
  std::string reason;          ///< a sentence or two
  std::int64_t csr_bytes = 0;  ///< moved by all ranks' local products with CSR
  std::int64_t bytes = 0;      ///< the same for the chosen format
  double csr_seconds = 0;      ///< of a local product with CSR, slowest rank; 0: not measured
  double seconds = 0;          ///< the same for the chosen format
};

/// The same matrix with its products in the fastest format: plain CSR, compact SELL or blocks
/// with values in the fewest bits that lose nothing, or SELL with sorted rows. CSR's arrays stay,
/// shared with `a`, because preconditioners need them. All ranks make the same choice. A storage
/// that rounds is used only when `options` name it, and changes the matrix. Collective.
/// @throws InvalidArgument for an unknown name, and when ranks have different options; NotSupported
/// when the storage cannot hold a value.
template <Scalar T>
DistributedMatrix<T> optimize(const DistributedMatrix<T>& a, const OptimizeOptions& options = {},
                              FormatChoice* choice = nullptr);

}  // namespace suan
