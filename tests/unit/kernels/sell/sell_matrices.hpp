// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by the tests of compact SELL.
#pragma once

#include "suan/kernels/sell.hpp"
#include "unit/kernels/prepared_products.hpp"

namespace suan::test {

template <class T>
Csr<T> as_sell(const Csr<T>& a, kernels::ValueStorage storage = kernels::ValueStorage::lossless) {
  return with_products(a, kernels::make_sell(ExecutionSpace(), a.view(), storage));
}

/// Products with `a` in the format are correct, and converting back gives `a`.
template <class T>
void expect_sell(const HostMatrix<T>& a) {
  const auto csr = a.csr();
  expect_products(a, as_sell(csr));
  const ExecutionSpace space;
  expect_entries(a, kernels::make_sell(space, csr.view())->csr(space));
}

/// Rows of one length, with an entry in each third column from the diagonal on.
template <class T>
HostMatrix<T> band(LocalIndex rows, LocalIndex columns, LocalIndex length, const T& value) {
  HostMatrix<T> a{rows, columns, {0}, {}, {}};
  for (LocalIndex i = 0; i < rows; ++i) {
    for (LocalIndex k = 0; k < length; ++k) {
      a.indices.push_back(i + 3 * k);
      a.values.push_back(value);
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

/// Without each entry whose number, counted from 1, is a multiple of `every`.
template <class T>
HostMatrix<T> without_every(std::size_t every, const HostMatrix<T>& a) {
  HostMatrix<T> result{a.rows, a.columns, {0}, {}, {}};
  for (std::size_t i = 0; i + 1 < a.offsets.size(); ++i) {
    for (auto k = static_cast<std::size_t>(a.offsets[i]);
         k < static_cast<std::size_t>(a.offsets[i + 1]); ++k) {
      if ((k + 1) % every == 0) continue;
      result.indices.push_back(a.indices[k]);
      result.values.push_back(a.values[k]);
    }
    result.offsets.push_back(static_cast<Offset>(result.indices.size()));
  }
  return result;
}

}  // namespace suan::test
