// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/amg_file.hpp"

#include <algorithm>
#include <optional>

#include "multigrid/level_file.hpp"
#include "multigrid/near_null_rows.hpp"
#include "multigrid/rounded_amg.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/vector/cast.hpp"

namespace suan {

namespace multigrid {

namespace {

constexpr std::int64_t file_version = 1;
constexpr const char* read_note =
    "read from a file: the seconds are those of the set-up before it was written";

/// The text "header" of a hierarchy in a file.
struct AmgFileHeader {
  std::int64_t version = file_version;
  std::string scalar;         // of the vectors
  std::string levels_scalar;  // of the levels
  std::int64_t exponent = 0;  // of the power of two by which the finest level was divided
  std::int64_t rows = 0;
  std::string checksum;                // of the finest level
  std::int64_t near_null_vectors = 0;  // those that were given
  double seconds = 0;
  StoredLevels levels;

  static const OptionTable<AmgFileHeader>& table() {
    static const auto table =
        OptionTable<AmgFileHeader>()
            .number("version", &AmgFileHeader::version, 1, file_version, "")
            .value("scalar", &AmgFileHeader::scalar, "")
            .value("levels_scalar", &AmgFileHeader::levels_scalar, "")
            .number("exponent", &AmgFileHeader::exponent, -1000, 1000, "")
            .number("rows", &AmgFileHeader::rows, 0, 9007199254740992.0, "")
            .value("checksum", &AmgFileHeader::checksum, "")
            .number("near_null_vectors", &AmgFileHeader::near_null_vectors, 0, Nodes::most_rows, "")
            .number("seconds", &AmgFileHeader::seconds, 0, 1e300, "")
            .include(&AmgFileHeader::levels);
    return table;
  }
};

/// The texts of a hierarchy in a file, and what they say.
struct AmgFileTexts {
  AmgFileHeader header;
  AmgOptions options;
  std::string notes;
  std::string choice;
  std::string way_note;
  std::string precision_note;
  std::string all;  // for comparison with other ranks
};

/// @throws IoError before the rest of the header is read, which a newer version may change.
void require_version(const FilePlace& from, const std::string& header) {
  for (const auto& [name, value] : split_option_lines(header)) {
    if (name != "version" || value == std::to_string(file_version)) continue;
    from.fail("header", message("is of version ", value, " of the format of hierarchies, but this ",
                                "library reads version ", file_version,
                                " only; use a newer library, or write the file again"));
  }
}

AmgFileHeader read_header(const FilePlace& from) {
  return read_part(from, "header", [&](const std::string& text) {
    require_version(from, text);
    return AmgFileHeader::table().read(text);
  });
}

/// Not collective.
AmgFileTexts read_texts(const FilePlace& from) {
  AmgFileTexts texts;
  texts.header = read_header(from);
  const auto keep = [&](const std::string& text) {
    texts.all += text + "\n";
    return text;
  };
  texts.all = AmgFileHeader::table().write(texts.header);
  texts.options = read_part(from, "options", [&](const std::string& text) {
    return AmgOptions::table().read(keep(text));
  });
  texts.notes = read_part(from, "notes", keep);
  texts.choice = read_part(from, "choice", keep);
  texts.way_note = read_part(from, "way", keep);
  texts.precision_note = read_part(from, "precision", keep);
  return texts;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

/// Whole nodes on each rank.
Layout even_in_nodes(GlobalIndex rows, GlobalIndex block, const Communicator& comm) {
  if (rows % block != 0) return Layout::even(rows, comm);
  return Layout::from_local_size(Layout::even(rows / block, comm).local_size() * block, comm);
}

template <Scalar T>
std::string checksum_text(const DistributedMatrix<T>& a) {
  return std::to_string(hdf5_checksum(a));
}

[[noreturn]] void refuse_matrix(const FilePlace& from) {
  throw InvalidArgument(message(
      from.path, ": '", from.name, "' is a hierarchy of another matrix of this size: their ",
      "checksums differ; read it without a matrix and call update(), or make a new one"));
}

}  // namespace

/// What reads and writes the private parts of an Amg. All functions are collective.
template <Scalar T>
class AmgFile {
 public:
  static void write(Hdf5Writer& file, const std::string& name, const Amg<T>& amg) {
    AmgFileHeader header;
    header.scalar = scalar_name<T>();
    header.levels_scalar = amg.scalar();
    header.rows = amg.row_layout().global_size();
    header.near_null_vectors = amg.near_null_.columns();
    if constexpr (!std::same_as<T, Low<T>>) {
      if (amg.rounded_) {
        header.exponent = amg.rounded_->exponent();
        AmgFile<Low<T>>::write_hierarchy(file, name, amg.rounded_->inner(), header);
      }
    }
    if (!amg.rounded_) write_hierarchy(file, name, amg, header);
    write_vectors(file, name + "/near_null_space", amg.near_null_);
    file.write_text(name + "/options", AmgOptions::table().write(amg.options_));
    file.write_text(name + "/choice", text_of(amg.choice_));
    file.write_text(name + "/way", amg.way_note_);
    file.write_text(name + "/precision", amg.precision_note_);
    file.write_text(name + "/header", AmgFileHeader::table().write(header));
  }

  static Amg<T> read(const FilePlace& from, const Communicator& comm,
                     const DistributedMatrix<T>* a) {
    require_agreement(comm, message("read_hdf5_amg<", scalar_name<T>(), ">"),
                      message("path = ", from.path, "\nname = ", from.name, "\n"));
    AmgFileTexts texts;
    together(comm, [&] { texts = read_texts(from); });
    require_agreement(comm, "read_hdf5_amg, in what the file holds", texts.all);
    const auto& header = texts.header;
    if (header.scalar != scalar_name<T>()) {
      throw InvalidArgument(message(from.path, ": '", from.name, "' is a hierarchy for vectors of ",
                                    header.scalar, ", and cannot be read for ", scalar_name<T>()));
    }
    const Layout layout =
        a != nullptr ? a->row_layout() : even_in_nodes(header.rows, texts.options.block_size, comm);
    if (header.rows != layout.global_size()) {
      throw DimensionMismatch(message(from.path, ": '", from.name, "' is a hierarchy for ",
                                      header.rows, " rows, but the matrix has ",
                                      to_string(layout)));
    }
    MultiVector<T> near_null;
    if (header.near_null_vectors > 0) {
      near_null = read_vectors<T>(from, "near_null_space", header.near_null_vectors, layout);
    }
    if (header.levels_scalar == header.scalar) {
      return with_hierarchy(from, texts, layout, std::move(near_null), a);
    }
    if constexpr (!std::same_as<T, Low<T>>) {
      if (header.levels_scalar == scalar_name<Low<T>>()) {
        return with_rounded(from, texts, layout, std::move(near_null), a);
      }
    }
    from.fail("header", message("says that the levels are of type '", header.levels_scalar,
                                "', which those for ", header.scalar, " are not"));
  }

 private:
  template <Scalar Other>
  friend class AmgFile;

  static void write_hierarchy(Hdf5Writer& file, const std::string& name, const Amg<T>& amg,
                              AmgFileHeader& header) {
    const Hierarchy<T>& hierarchy = *amg.hierarchy_;
    header.levels = write_levels(file, name, hierarchy);
    header.checksum = checksum_text(hierarchy.matrix());
    header.seconds = hierarchy.report().seconds;
    file.write_text(name + "/notes", text_of(hierarchy.report().notes));
  }

  static Amg<T> with_hierarchy(const FilePlace& from, const AmgFileTexts& texts,
                               const Layout& layout, MultiVector<T> near_null,
                               const DistributedMatrix<T>* a) {
    const auto& header = texts.header;
    if (a != nullptr && checksum_text(*a) != header.checksum) refuse_matrix(from);
    Amg<T> amg(layout, texts.options, std::move(near_null));
    AmgReport report;
    report.seconds = header.seconds;
    report.notes = lines_of(texts.notes);
    const auto& notes = report.notes;
    if (std::find(notes.begin(), notes.end(), read_note) == notes.end()) {
      report.notes.emplace_back(read_note);
    }
    auto levels = read_levels<T>(from, header.levels, texts.options, layout, a, report.levels);
    amg.hierarchy_ = std::make_unique<Hierarchy<T>>(std::move(levels), texts.options,
                                                    header.levels.is_hermitian, std::move(report));
    // Else this is the inner one of a hierarchy in single precision, which tells nothing itself.
    if (scalar_name<T>() == header.scalar) {
      tell(texts, amg);
    } else {
      amg.take_report("");
    }
    return amg;
  }

  static Amg<T> with_rounded(const FilePlace& from, const AmgFileTexts& texts, const Layout& layout,
                             MultiVector<T> near_null, const DistributedMatrix<T>* a) {
    std::optional<RoundedMatrix<T>> low;
    if (a != nullptr) {
      low = rounded(*a);
      if (low->exponent != texts.header.exponent) refuse_matrix(from);
    }
    MultiVector<Low<T>> low_near_null;
    if (near_null.columns() > 0) low_near_null = scaled_near_null(cast<Low<T>>(near_null));
    Amg<T> amg(layout, texts.options, std::move(near_null));
    amg.rounded_ = make_rounded<T>(
        AmgFile<Low<T>>::with_hierarchy(from, texts, layout, std::move(low_near_null),
                                        low ? &low->matrix : nullptr),
        static_cast<int>(texts.header.exponent));
    tell(texts, amg);
    return amg;
  }

  static void tell(const AmgFileTexts& texts, Amg<T>& amg) {
    amg.choice_ = lines_of(texts.choice);
    amg.way_note_ = texts.way_note;
    amg.take_report(texts.precision_note);
  }
};

}  // namespace multigrid

template <Scalar T>
void write_hdf5_amg(Hdf5Writer& file, const std::string& name, const Amg<T>& amg) {
  multigrid::AmgFile<T>::write(file, name, amg);
}

template <Scalar T>
Amg<T> read_hdf5_amg(const std::string& path, const Operator<T>& a, const std::string& name,
                     const Hdf5ReadOptions& options) {
  const auto matrix = detail::require_matrix("amg", a);
  return multigrid::AmgFile<T>::read({path, name, options}, a.comm(), &matrix);
}

template <Scalar T>
Amg<T> read_hdf5_amg(const std::string& path, const Communicator& comm, const std::string& name,
                     const Hdf5ReadOptions& options) {
  return multigrid::AmgFile<T>::read({path, name, options}, comm, nullptr);
}

std::string hdf5_amg_scalar(const std::string& path, const std::string& name) {
  return multigrid::read_header({path, name}).scalar;
}

#define SUAN_INSTANTIATE(T)                                                                  \
  template void write_hdf5_amg(Hdf5Writer&, const std::string&, const Amg<T>&);              \
  template Amg<T> read_hdf5_amg(const std::string&, const Operator<T>&, const std::string&,  \
                                const Hdf5ReadOptions&);                                     \
  template Amg<T> read_hdf5_amg(const std::string&, const Communicator&, const std::string&, \
                                const Hdf5ReadOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
