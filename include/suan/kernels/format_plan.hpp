// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a format would need for a matrix, known before its arrays are allocated.
#pragma once

#include "suan/kernels/spmv_plan.hpp"
#include "suan/kernels/value_storage.hpp"

namespace suan::kernels {

/// A matrix in a format that can be converted back.
template <Scalar T>
class PreparedFormat : public PreparedSpmv<T> {
 public:
  /// The matrix with the values as stored, in its own arrays; the entries of a row keep the order
  /// that they had in the matrix it was made from. Waits for the device.
  virtual CsrView<T> csr(const ExecutionSpace& space) const = 0;
};

/// The layout of a matrix in a format. It shares the arrays of its matrix.
template <Scalar T>
class FormatPlan {
 public:
  virtual ~FormatPlan() = default;
  /// Bytes of the arrays with this storage of values; -1 when it would lose something, or T has no
  /// such storage. `storage` is not lossless.
  virtual std::int64_t bytes(ValueStorage storage) const = 0;
  /// @throws as ValueFacts::require().
  virtual std::shared_ptr<const PreparedFormat<T>> make(const ExecutionSpace& space,
                                                        ValueStorage storage) const = 0;
  /// The number of values stored, fill-in included.
  virtual Offset stored_values() const = 0;
  virtual const ValueFacts<T>& facts() const = 0;

  /// Whether a dictionary is decoded fast enough here to gain from its fewer bytes.
  virtual bool suits_dictionary() const = 0;

  /// Bytes of the vectors of a product.
  virtual std::int64_t vector_bytes() const = 0;

  /// Bytes with a storage that loses nothing and is worth choosing; else -1. A dictionary only
  /// replaces values of 8 bytes and more: looking values up one by one takes longer than reading 2
  /// or 4 bytes of each (docs/performance.md). On a GPU narrower values must save a fifth of a
  /// product's bytes: where rows share values there are few of them, and decoding takes longer
  /// (docs/cuda.md).
  std::int64_t lossless_bytes(ValueStorage storage) const {
    if (!facts().keeps(storage)) return -1;
    if (storage == ValueStorage::dictionary &&
        (!facts().suits_dictionary() || !suits_dictionary())) {
      return -1;
    }
    const std::int64_t needed = bytes(storage);
    if (SUAN_HAVE_CUDA != 0 && storage != ValueStorage::same && needed >= 0 &&
        5 * (needed + vector_bytes()) > 4 * (bytes(ValueStorage::same) + vector_bytes())) {
      return -1;
    }
    return needed;
  }
  /// The lossless storage that needs the fewest bytes; among equals the fastest to decode.
  ValueStorage lossless() const {
    auto best = ValueStorage::same;
    std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
    for (const auto storage : {ValueStorage::bfloat16, ValueStorage::float16, ValueStorage::same,
                               ValueStorage::float32, ValueStorage::dictionary}) {
      const std::int64_t needed = lossless_bytes(storage);
      if (needed < 0 || needed >= fewest) continue;
      fewest = needed;
      best = storage;
    }
    return best;
  }
};

}  // namespace suan::kernels
