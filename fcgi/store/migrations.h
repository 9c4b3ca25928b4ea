// Brings a database to the state that sql/DIALECT/NNN_name.sql describe: applied in order, each once, in
// one transaction together with its row in schema_migrations. On MySQL, which commits each CREATE and ALTER by itself,
// the row comes last, and a file that was cut in its middle is applied again.
//
// ERRORS   Error(internal), one sentence: a landed file that changed, a gap, a database newer than the
//          files, a statement that fails. What was applied before it stays applied.
// THREADS  Several processes, threads and hosts may apply at once: each step is done by one of them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace Poco::Data {
class Session;
}

namespace aiproject {

class Database;

class Migrations {
public:
    using Progress = std::function<void(const std::string& appliedFile)>;

    // Reads the files. `folder` has one sub-folder per dialect; empty: the installed one.
    Migrations(Database& database, const std::filesystem::path& folder);

    void apply(const Progress& progress) const;

    // Names of the files that the database lacks, in order. Changes nothing.
    std::vector<std::string> pending() const;
    bool isCurrent() const { return pending().empty(); }
    bool hasFile(const std::string& name) const;  // among those read; a folder may be that of an older release

private:
    struct File {
        int version;
        std::string name;  // 001_users.sql
        std::string sql;
        std::string checksum;  // SHA-256, hex
    };

    static std::vector<File> readFiles(const std::filesystem::path& folder);

    // How many files were applied, once it is certain that they are the first of ours.
    std::size_t checkedCount(Poco::Data::Session& session) const;
    std::string leftBehind() const;  // for the error of a file that failed in its middle
    bool applyIfMissing(Poco::Data::Session& session, const File& file) const;

    Database& database_;
    const std::vector<File> files_;  // constant after construction; files_[n] has version n + 1
};

}  // namespace aiproject
