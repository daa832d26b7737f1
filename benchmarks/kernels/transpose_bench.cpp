// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Transposes, from scratch and with known structure, and the conversion to SELL, in units of one
// SpMV of the same matrix. One rank.
#include "../support/in_products.hpp"
#include "suan/kernels/sell.hpp"
#include "suan/kernels/transpose.hpp"

namespace {

using suan::Environment;
using suan::bench::Slot;
using suan::kernels::CsrView;

struct Options {
  std::int64_t size = 96;
  std::string matrix = "7pt,27pt,rmat,road";
  std::string file;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table = suan::bench::matrix_table<Options>().include(&Options::measure);
    return table;
  }
};

struct Problem : suan::bench::MatrixProblem {
  explicit Problem(suan::Csr<double> matrix)
      : MatrixProblem(std::move(matrix)), plan(suan::ExecutionSpace(), a.view()) {}
  suan::kernels::TransposePlan<double> plan;
  CsrView<double> t;
  std::shared_ptr<const suan::kernels::PreparedSpmv<double>> sell;
};

void add_matrix(const Options& options, const suan::bench::MatrixSource& source,
                const Environment& environment, const std::shared_ptr<Slot>& slot) {
  const suan::bench::InProducts<Problem> benchmarks(
      "transpose/" + source.key() + "/float64", options.measure, environment, slot,
      [source] { return Problem(suan::bench::local_matrix<double>(source)); });
  // Of the transpose if there is one, else of the matrix.
  const auto checksum = [](Problem& p) {
    const double sum = suan::bench::ordered_sum(p.t.rows > 0 ? p.t : p.a.view());
    p.t = CsrView<double>();
    p.sell.reset();
    return sum;
  };
  const suan::ExecutionSpace space;
  benchmarks.add(
      "first",
      [space](Problem& p) {
        p.t = CsrView<double>();
        p.t = suan::kernels::transpose(space, p.a.view(), false);
      },
      checksum);
  benchmarks.add(
      "again",
      [space](Problem& p) {
        p.t = CsrView<double>();
        p.t = p.plan.apply(space, p.a.view().values, false);
      },
      checksum);
  benchmarks.add(
      "sell",
      [space](Problem& p) {
        p.sell.reset();
        p.sell = suan::kernels::make_sell(space, p.a.view());
      },
      checksum);
}

void add(const Options& options, const Environment& environment) {
  const auto slot = std::make_shared<Slot>();
  for (const auto& source :
       suan::bench::matrix_sources(options.matrix, options.size, options.file)) {
    add_matrix(options, source, environment, slot);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "Transposes and conversions of sparse matrices, in units of one SpMV.", add);
}
