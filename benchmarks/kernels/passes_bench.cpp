// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// All passes over vectors of CG and GMRES, compared with the memory bandwidth measured at the same
// time. Bytes are those that a pass must read and write; what is written does not count as read
// before, so a pass that writes compares with the triad, and one that only reads with the reads.
#include "../support/bandwidth.hpp"
#include "../support/harness.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/kernels/detail/cg_update.hpp"
#include "suan/kernels/detail/krylov_basis.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;
using suan::Environment;
using suan::ExecutionSpace;
using suan::MultiVector;
using suan::Vector;

struct Options {
  std::int64_t elements = std::int64_t{1} << 22;
  std::string scalar = "float64";
  std::int64_t columns = 16;
  std::int64_t vectors = 4;
  std::int64_t stream_elements = std::int64_t{1} << 25;
  suan::bench::MeasureOptions measure;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .number("elements", &Options::elements, 1, 1e9, "Elements of each vector and rank.")
            .choice("scalar", &Options::scalar, {"float32", "float64", "complex64", "complex128"},
                    "Type of the elements.")
            .number("columns", &Options::columns, 1, 1000, "Vectors of the basis of gmres.")
            .number("vectors", &Options::vectors, 1, 64, "Number of vectors.")
            .number("stream_elements", &Options::stream_elements, 1, 1e9,
                    "Elements per array and rank when the bandwidth is measured.")
            .include(&Options::measure);
    return table;
  }
};

struct Meters {
  Meters(const Communicator& comm, std::int64_t elements)
      : read(comm, elements), triad(comm, elements) {}
  suan::bench::ReadMeter read;
  suan::bench::TriadMeter triad;
};

/// Registers passes over vectors of T.
template <suan::Scalar T>
class Passes {
 public:
  Passes(const Options& options, const Communicator& comm)
      : options_(options),
        comm_(comm),
        meters_(std::make_shared<Meters>(comm, options.stream_elements)) {}

  /// A pass that reads and writes this many values per element.
  void add(const std::string& name, double values, const std::function<void()>& body) const {
    const double bytes = values * sizeof(T) * static_cast<double>(options_.elements) *
                         static_cast<double>(comm_.size());
    const auto calls = suan::bench::calls_per_result(options_.measure);
    for (std::int64_t i = 0; i < options_.measure.warm_up; ++i) body();
    auto* benchmark = benchmark::RegisterBenchmark(
        name.c_str(), [=, comm = comm_, meters = meters_](benchmark::State& state) {
          const double read = meters->read.median();
          const double triad = meters->triad.median();
          const double rate = bytes / suan::bench::measure(state, comm, calls, body) * 1e-9;
          state.counters["bytes"] = bytes;
          state.counters["gigabytes_per_second"] = rate;
          state.counters["fraction_of_read"] = rate / read;
          state.counters["fraction_of_triad"] = rate / triad;
        });
    suan::bench::configure(benchmark, options_.measure.repetitions);
  }

 private:
  Options options_;
  Communicator comm_;
  std::shared_ptr<Meters> meters_;
};

// The coefficients below keep all elements bounded, however often a pass runs.

template <suan::Scalar T>
void add_level1(const Passes<T>& passes, const suan::Layout& layout) {
  const auto x = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  const auto y = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  const auto d = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  passes.add("level1/dot", 2, [=] { benchmark::DoNotOptimize(suan::dot(*x, *y)); });
  passes.add("level1/norm2", 1, [=] { benchmark::DoNotOptimize(suan::norm2(*x)); });
  passes.add("level1/norm_inf", 1, [=] { benchmark::DoNotOptimize(suan::norm_inf(*x)); });
  passes.add("level1/copy", 2, [=] { suan::copy(*x, *y); });
  passes.add("level1/fill", 1, [=] { suan::fill(*y, T(1)); });
  passes.add("level1/scale", 2, [=] { suan::scale(T(1), *y); });
  passes.add("level1/axpy", 3, [=] { suan::axpy(T(0.5), *x, *y); });
  passes.add("level1/axpby", 3, [=] { suan::axpby(T(0.5), *x, T(0.5), *y); });
  passes.add("level1/multiply", 3, [=] {
    suan::kernels::multiply<T>(ExecutionSpace(), T(1), std::as_const(*d).view(),
                               std::as_const(*x).view(), T(0), y->view());
  });
}

template <suan::Scalar T>
void add_cg(const Passes<T>& passes, const suan::Layout& layout) {
  const auto r = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  const auto q = std::make_shared<Vector<T>>(layout);
  const auto p = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  const auto x = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  const auto ones = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  for (const bool scaled : {false, true}) {
    const std::string suffix = scaled ? "_scaled" : "";
    const auto d = [=] {
      return scaled ? std::as_const(*ones).view() : suan::DeviceView<const T>();
    };
    passes.add("cg/update_residual" + suffix, scaled ? 4 : 3, [=] {
      benchmark::DoNotOptimize(suan::kernels::cg_update_residual<T>(
          ExecutionSpace(), T(0.5), std::as_const(*q).view(), d(), r->view()));
    });
    passes.add("cg/update_direction" + suffix, scaled ? 6 : 5, [=] {
      suan::kernels::cg_update_direction<T>(ExecutionSpace(), T(0.25), T(0.5), d(),
                                            std::as_const(*q).view(), p->view(), x->view());
    });
  }
}

template <suan::Scalar T>
void add_gmres(const Passes<T>& passes, const suan::Layout& layout, std::size_t columns) {
  const auto v = suan::detail::allocate_view<suan::kernels::Basis<T>>(
      "suan::bench::basis", static_cast<std::size_t>(layout.local_size()), columns);
  Kokkos::deep_copy(v, T(0));
  const auto w = std::make_shared<Vector<T>>(suan::ones<T>(layout));
  const std::string suffix = "/" + std::to_string(columns);
  const auto k = static_cast<double>(columns);
  passes.add("gmres/multi_dot" + suffix, k + 1, [=] {
    std::vector<T> h(columns);
    suan::kernels::multi_dot<T>(ExecutionSpace(), v, std::as_const(*w).view(), h);
    benchmark::DoNotOptimize(h.data());
  });
  passes.add("gmres/multi_axpy" + suffix, k + 2, [=] {
    const std::vector<T> h(columns, T(0.5));
    benchmark::DoNotOptimize(
        suan::kernels::multi_axpy<T>(ExecutionSpace(), v, std::span<const T>(h), w->view()));
  });
}

template <suan::Scalar T>
void add_vectors(const Passes<T>& passes, const suan::Layout& layout, suan::LocalIndex vectors) {
  const auto r = std::make_shared<MultiVector<T>>(layout, vectors);
  const auto q = std::make_shared<MultiVector<T>>(layout, vectors);
  const auto p = std::make_shared<MultiVector<T>>(layout, vectors);
  const auto x = std::make_shared<MultiVector<T>>(layout, vectors);
  const std::vector<T> half(static_cast<std::size_t>(vectors), T(0.5));
  const std::string suffix = "/" + std::to_string(vectors);
  const auto k = static_cast<double>(vectors);
  passes.add("vectors/dot" + suffix, 2 * k,
             [=] { benchmark::DoNotOptimize(suan::dot(*p, *q).data()); });
  passes.add("vectors/update_residual" + suffix, 3 * k, [=] {
    std::vector<suan::kernels::CgSums> sums(half.size());
    suan::kernels::cg_update_residual<T>(ExecutionSpace(), half.data(), std::as_const(*q).view(),
                                         suan::DeviceView<const T>(), r->view(), sums.data());
    benchmark::DoNotOptimize(sums.data());
  });
  passes.add("vectors/update_direction" + suffix, 5 * k, [=] {
    suan::kernels::cg_update_direction<T>(ExecutionSpace(), half.data(), half.data(),
                                          suan::DeviceView<const T>(), std::as_const(*q).view(),
                                          p->view(), x->view());
  });
}

template <suan::Scalar T>
void add_all(const Options& options, const Communicator& comm) {
  const Passes<T> passes(options, comm);
  const auto layout = suan::Layout::from_local_size(options.elements, comm);
  add_level1(passes, layout);
  add_cg(passes, layout);
  add_gmres(passes, layout, static_cast<std::size_t>(options.columns));
  add_vectors(passes, layout, static_cast<suan::LocalIndex>(options.vectors));
}

void add(const Options& options, const Environment& environment) {
  const auto& comm = environment.world();
  if (options.scalar == "float32") add_all<float>(options, comm);
  if (options.scalar == "float64") add_all<double>(options, comm);
  if (options.scalar == "complex64") add_all<suan::ComplexFloat>(options, comm);
  if (options.scalar == "complex128") add_all<suan::Complex>(options, comm);
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "The passes over vectors of CG and GMRES, in fractions of the bandwidth.", add);
}
