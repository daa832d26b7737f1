// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/smoother_registry.hpp"

#include <algorithm>

#include "suan/core/instantiate.hpp"
#include "suan/preconditioners/chebyshev.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/l1_jacobi.hpp"
#include "suan/preconditioners/spai0.hpp"

namespace suan {

namespace {

// A new smoother takes one entry here.
template <Scalar T>
bool add_own(SmootherRegistry<T>& registry) {
  registry.add("l1_jacobi", "Jacobi's iteration, damped by row sums.", L1JacobiOptions::table(),
               [](const DistributedMatrix<T>& a, const OptionNode& node) {
                 return std::make_unique<L1Jacobi<T>>(a, L1JacobiOptions::table().from(node));
               });
  registry.add("spai0", "The diagonal that is nearest to the inverse, damped.",
               Spai0Options::table(), [](const DistributedMatrix<T>& a, const OptionNode& node) {
                 return std::make_unique<Spai0<T>>(a, Spai0Options::table().from(node));
               });
  registry.add("chebyshev", "Chebyshev polynomials; nothing but products, for GPUs.",
               ChebyshevOptions::table(),
               [](const DistributedMatrix<T>& a, const OptionNode& node) {
                 return std::make_unique<Chebyshev<T>>(a, ChebyshevOptions::table().from(node));
               });
  registry.add("gauss_seidel", "Gauss-Seidel in blocks of rows: forward before, backward after.",
               GaussSeidelOptions::table(),
               [](const DistributedMatrix<T>& a, const OptionNode& node) {
                 return std::make_unique<GaussSeidel<T>>(a, GaussSeidelOptions::table().from(node));
               });
  return true;
}

void add_types(std::vector<OptionType>& all, std::vector<OptionType> more) {
  for (auto& type : more) {
    const bool known = std::any_of(all.begin(), all.end(), [&type](const OptionType& other) {
      return other.name == type.name;
    });
    if (!known) all.push_back(std::move(type));
  }
}

}  // namespace

template <Scalar T>
SmootherRegistry<T>& smoother_registry() {
  static SmootherRegistry<T> registry(message("smoother for ", scalar_name<T>()));
  [[maybe_unused]] static const bool has_own = add_own(registry);
  return registry;
}

#define SUAN_INSTANTIATE(T) template SmootherRegistry<T>& smoother_registry();
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

std::vector<OptionType> smoother_types() {
  std::vector<OptionType> all;
#define SUAN_ADD(T) add_types(all, smoother_registry<T>().types());
  SUAN_FOR_EACH_SCALAR(SUAN_ADD)
#undef SUAN_ADD
  return all;
}

}  // namespace suan
