// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/smoother_registry.hpp"

#include "suan/core/instantiate.hpp"
#include "suan/preconditioners/chebyshev.hpp"
#include "suan/preconditioners/gauss_seidel.hpp"
#include "suan/preconditioners/ilu0.hpp"
#include "suan/preconditioners/l1_jacobi.hpp"
#include "suan/preconditioners/multicolor_gauss_seidel.hpp"
#include "suan/preconditioners/spai0.hpp"

namespace suan {

namespace {

template <template <Scalar> class Made, class Options, Scalar T>
void add(SmootherRegistry<T>& registry, const char* name, const char* sentence) {
  registry.add(name, sentence, Options::table(),
               [](const DistributedMatrix<T>& a, const OptionNode& node) {
                 return std::make_unique<Made<T>>(a, Options::table().from(node));
               });
}

// A new smoother takes one entry here.
template <Scalar T>
bool add_own(SmootherRegistry<T>& registry) {
  add<L1Jacobi, L1JacobiOptions>(registry, "l1_jacobi", "Jacobi's iteration, damped by row sums.");
  add<Spai0, Spai0Options>(registry, "spai0",
                           "The diagonal that is nearest to the inverse, damped.");
  add<Chebyshev, ChebyshevOptions>(registry, "chebyshev",
                                   "Chebyshev polynomials; nothing but products, for GPUs.");
  add<GaussSeidel, GaussSeidelOptions>(
      registry, "gauss_seidel", "Gauss-Seidel in blocks of rows: forward before, backward after.");
  registry.add("multicolor_gauss_seidel",
               "Gauss-Seidel colour by colour: the same on any number of ranks; for GPUs.", {},
               [](const DistributedMatrix<T>& a, const OptionNode&) {
                 return std::make_unique<MulticolorGaussSeidel<T>>(a);
               });
  registry.add("ilu0", "Incomplete factors of each rank's block, without fill-in.", {},
               [](const DistributedMatrix<T>& a, const OptionNode&) {
                 return std::make_unique<Ilu0<T>>(a);
               });
  return true;
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

OptionNode suitable_smoother(bool is_hermitian) { return is_hermitian ? "chebyshev" : "l1_jacobi"; }

std::vector<OptionType> smoother_types() {
  std::vector<OptionType> all = {
      {"auto", "chebyshev if the matrix is Hermitian, else l1_jacobi; air has its own.",
       std::make_shared<const OptionSchema>()}};
#define SUAN_ADD(T) detail::add_types(all, smoother_registry<T>().types());
  SUAN_FOR_EACH_SCALAR(SUAN_ADD)
#undef SUAN_ADD
  return all;
}

}  // namespace suan
