// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// y = A x and A A for the matrices of a folder, compared with MKL in the same process. The
// contestants take turns of several calls, so that each finds its arrays in the caches, as in a
// solver's loop, and all run under the same load of the machine.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>

#include "mkl_library.hpp"
#include "suan/comm/environment.hpp"
#include "suan/core/options.hpp"
#include "suan/core/timer.hpp"
#include "suan/io/matrix_market.hpp"
#include "suan/kernels/spgemm.hpp"
#include "suan/matrix/optimize.hpp"

namespace {

using suan::Complex;
using suan::bench::MklCsr;
using suan::bench::MklLibrary;

struct Options {
  std::string folder = "../shared/matrices";
  std::string mkl = ".deps/venv/lib/libmkl_rt.so.3";
  std::string only;
  double least_entries = 2e4;
  double most_entries = 1e6;
  std::int64_t rounds = 21;
  double milliseconds = 2;
  suan::OptimizeOptions optimize;
  std::string operations = "all";
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .value("folder", &Options::folder, "Folder with *.mtx and *.mtx.gz.")
            .value("mkl", &Options::mkl, "MKL's libmkl_rt; without it Suan is measured alone.")
            .value("only", &Options::only, "Only matrices in whose name this occurs.")
            .number("least_entries", &Options::least_entries, 0, 1e12,
                    "Matrices with fewer entries are left out.")
            .number("most_entries", &Options::most_entries, 0, 1e12,
                    "Matrices with more entries are left out.")
            .number("rounds", &Options::rounds, 1, 10000, "Turns of each contestant.")
            .number("milliseconds", &Options::milliseconds, 0, 1e6, "Time of a turn, about.")
            .choice("operations", &Options::operations, {"all", "vector", "square"},
                    "Products with a vector, squares, or both.")
            .include(&Options::optimize);
    return table;
  }
};

/// One of the contestants, and the seconds per call of each of its turns.
struct Contestant {
  std::string name;
  std::function<void()> call;
  std::vector<double> seconds = {};

  void turn(double wanted) {
    call();  // brings its arrays back to the caches
    int calls = 0;
    const suan::Timer timer;
    do {
      call();
      ++calls;
    } while (timer.seconds() < wanted);
    seconds.push_back(timer.seconds() / calls);
  }
  double median() const {
    auto sorted = seconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

/// The median over the rounds of the other's time divided by this one's.
double advantage(const Contestant& one, const Contestant& other) {
  std::vector<double> ratios;
  for (std::size_t r = 0; r < one.seconds.size(); ++r) {
    ratios.push_back(other.seconds[r] / one.seconds[r]);
  }
  std::sort(ratios.begin(), ratios.end());
  return ratios[ratios.size() / 2];
}

class GeometricMean {
 public:
  void add(double ratio) {
    sum_ += std::log(ratio);
    ++count_;
  }
  double value() const { return std::exp(sum_ / std::max(count_, 1)); }

 private:
  double sum_ = 0;
  int count_ = 0;
};

/// MKL's speed is 1.
struct Means {
  GeometricMean csr;
  GeometricMean optimised;
  GeometricMean square;
};

void measure(std::vector<Contestant>& contestants, const Options& options) {
  for (std::int64_t r = 0; r < options.rounds; ++r) {
    for (auto& contestant : contestants) contestant.turn(1e-3 * options.milliseconds);
  }
}

/// Prints everyone's microseconds and, with MKL, the ratios, which are added to `means`.
void print(const char* operation, const std::vector<Contestant>& contestants,
           const std::vector<GeometricMean*>& means) {
  std::printf("  %-8s", operation);
  for (const auto& c : contestants) std::printf("  %s %.1f us", c.name.c_str(), 1e6 * c.median());
  const auto& last = contestants.back();
  for (std::size_t k = 0; k < means.size() && last.name == "MKL"; ++k) {
    const double ratio = advantage(contestants[k], last);
    means[k]->add(ratio);
    std::printf("  MKL / %s %.2f", contestants[k].name.c_str(), ratio);
  }
  std::printf("\n");
  std::fflush(stdout);
}

template <suan::Scalar T>
void require_close(const T* one, const T* other, suan::LocalIndex n, const std::string& name) {
  double difference = 0;
  double size = 0;
  for (suan::LocalIndex i = 0; i < n; ++i) {
    difference = std::max(difference, static_cast<double>(Kokkos::abs(one[i] - other[i])));
    size = std::max(size, static_cast<double>(Kokkos::abs(one[i])));
  }
  if (difference > 1e-9 * size) {
    throw suan::InternalError("the products with " + name + " differ");
  }
}

template <suan::Scalar T>
void compare(const std::string& path, const std::string& name, const Options& options,
             const std::optional<MklLibrary>& mkl, Means& means) {
  const auto plain = suan::read_matrix_market<T>(path);
  const auto entries = static_cast<double>(plain.global_entries());
  if (entries < options.least_entries || entries > options.most_entries) return;
  const auto& a = plain.local();
  suan::FormatChoice choice;
  const auto optimised = suan::optimize(plain, options.optimize, &choice);
  std::printf("%s: %d x %d, %.0f entries%s, %s\n", name.c_str(), a.rows(), a.columns(), entries,
              suan::is_complex<T> ? ", complex" : "", choice.options.format.c_str());

  const suan::ExecutionSpace space;
  const auto x = suan::generate<T>(plain.column_layout(), [](suan::GlobalIndex i) {
    return T(1.0 + static_cast<double>(i % 17) / 16.0);
  });
  suan::Vector<T> y(plain.row_layout());
  suan::Vector<T> y_mkl(plain.row_layout());
  std::optional<MklCsr<T>> peer;
  if (mkl) peer.emplace(*mkl, a.view());

  std::vector<Contestant> products;
  products.push_back({"csr", [&] { plain.apply(x, y); }});
  products.push_back({"optimised", [&] { optimised.apply(x, y); }});
  if (peer) {
    products.push_back({"MKL", [&] { peer->multiply(x.view().data(), y_mkl.view().data()); }});
  }
  if (options.operations != "square") {
    measure(products, options);
    if (peer) require_close(y.view().data(), y_mkl.view().data(), a.rows(), name);
    print("A x", products, {&means.csr, &means.optimised});
  }

  if (a.rows() != a.columns() || options.operations == "vector") return;
  suan::kernels::CsrView<T> c;
  std::vector<Contestant> squares;
  squares.push_back({"Suan", [&] {
                       c = {};
                       c = suan::kernels::spgemm(space, a.view(), a.view());
                     }});
  if (peer) squares.push_back({"MKL", [&] { peer->square(); }});
  measure(squares, options);
  if (peer && peer->entries_of_square() != c.entries()) {
    throw suan::InternalError("the squares of " + name + " have different numbers of entries");
  }
  print("A A", squares, {&means.square});
}

int run(const Options& options) {
  namespace fs = std::filesystem;
  if (!fs::is_directory(options.folder)) {
    std::printf("There is no folder %s: nothing was measured. --folder names another one.\n",
                options.folder.c_str());
    return 0;
  }
  std::optional<MklLibrary> mkl;
  try {
    mkl.emplace(options.mkl);
  } catch (const suan::NotSupported& error) {
    std::printf("%s\n(./dev bench --peers installs it; --mkl names another one). Suan alone:\n",
                error.what());
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(options.folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".mtx") && !name.ends_with(".mtx.gz")) continue;
    if (name.find(options.only) != std::string::npos) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Means means;
  for (const auto& file : files) {
    const auto field = suan::read_matrix_market_header(file.string()).field;
    const auto use =
        field == suan::MatrixMarketHeader::Field::complex ? compare<Complex> : compare<double>;
    use(file.string(), file.filename().string(), options, mkl, means);
  }
  if (mkl) {
    std::printf(
        "Geometric means, %d threads, MKL / Suan: A x, csr %.3f, optimised %.3f; A A %.3f\n",
        suan::ExecutionSpace().concurrency(), means.csr.value(), means.optimised.value(),
        means.square.value());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  const suan::Environment environment(argc, argv);
  Options options;
  for (int k = 1; k < argc; k += 2) {
    const std::string name = argv[k];
    if (!name.starts_with("--") || k + 1 == argc) {
      throw suan::InvalidArgument("options are --name value");
    }
    Options::table().parse(options, name.substr(2), argv[k + 1]);
  }
  return run(options);
} catch (const std::exception& error) {
  std::fprintf(stderr, "benchmark_collection: error: %s\n", error.what());
  return 1;
}
