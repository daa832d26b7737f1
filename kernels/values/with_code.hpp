// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From the name of a storage to the type of its codes.
#pragma once

#include <memory>

#include "kernels/values/value_codes.hpp"
#include "suan/kernels/value_storage.hpp"

namespace suan::kernels {

template <Scalar T>
bool has_storage(ValueStorage storage) {
  if (!is_complex<T>) return true;
  return storage != ValueStorage::bfloat16 && storage != ValueStorage::float16;
}

/// Calls use.operator()<Code>() with the type in which `storage` keeps values of type T; T must
/// have that storage.
template <Scalar T, class Use>
auto with_code(ValueStorage storage, const Use& use) {
  if (storage == ValueStorage::dictionary) return use.template operator()<DictionaryCode>();
  if constexpr (is_complex<T>) {
    if (storage == ValueStorage::float32) return use.template operator()<ComplexFloat>();
  } else {
    if (storage == ValueStorage::bfloat16) return use.template operator()<BFloat16>();
    if (storage == ValueStorage::float16) return use.template operator()<Float16>();
    if constexpr (std::same_as<T, double>) {
      if (storage == ValueStorage::float32) return use.template operator()<float>();
    }
  }
  return use.template operator()<T>();
}

/// Calls macro(T, Code) for all of them.
#define SUAN_FOR_CODES(macro)                                                                   \
  macro(float, float) macro(float, BFloat16) macro(float, Float16) macro(float, DictionaryCode) \
      macro(double, double) macro(double, float) macro(double, BFloat16) macro(double, Float16) \
          macro(double, DictionaryCode) macro(Complex, Complex) macro(Complex, ComplexFloat)    \
              macro(Complex, DictionaryCode) macro(ComplexFloat, ComplexFloat)                  \
                  macro(ComplexFloat, DictionaryCode)

template <class Code, Scalar T>
Codec<T, Code> codec_for(const ValueFacts<T>& facts) {
  Codec<T, Code> codec;
  if constexpr (std::same_as<Code, DictionaryCode>) codec.table = facts.dictionary();
  return codec;
}

/// The facts about the values that this storage needs.
template <Scalar T>
std::shared_ptr<const ValueFacts<T>> facts_about(const ExecutionSpace& space, const CsrView<T>& a,
                                                 ValueStorage storage) {
  if (storage == ValueStorage::same) return std::make_shared<const ValueFacts<T>>();
  return std::make_shared<const ValueFacts<T>>(space, a, storage);
}

/// How to store other values of the same matrix, if the described ones are stored as `chosen`.
template <Scalar T>
ValueStorage storage_again(const ValueFacts<T>& facts, ValueStorage chosen) {
  return facts.wanted() == ValueStorage::lossless ? ValueStorage::lossless : chosen;
}

}  // namespace suan::kernels
