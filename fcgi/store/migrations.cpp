#include "store/migrations.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>
#include <Poco/Exception.h>
#include <Poco/RegularExpression.h>
#include <Poco/SHA2Engine.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/error.h"
#include "config/install_layout.h"
#include "store/database.h"

namespace aiproject {

using Poco::Data::Session;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;
using Poco::Data::Keywords::now;

namespace {

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) throw internalError("migration " + file.string() + " cannot be read");
    return content;
}

std::string checksumOf(const std::string& content) {
    Poco::SHA2Engine engine(Poco::SHA2Engine::SHA_256);
    engine.update(content);
    return Poco::DigestEngine::digestToHex(engine.digest());
}

struct Applied {
    std::vector<std::int64_t> versions;
    std::vector<std::string> names;
    std::vector<std::string> checksums;
};

Applied appliedIn(Session& session, const Dialect& dialect) {
    int tables = 0;
    session << dialect.countMigrationTables(), into(tables), now;
    Applied applied;
    if (tables == 0) return applied;
    session << "SELECT version, name, checksum FROM schema_migrations ORDER BY version", into(applied.versions),
        into(applied.names), into(applied.checksums), now;
    return applied;
}

}  // namespace

std::vector<Migrations::File> Migrations::readFiles(const std::filesystem::path& folder) {
    static const Poco::RegularExpression form(R"(\A\d{3}_[a-z0-9_]+\.sql\z)");
    std::vector<File> files;
    std::error_code failure;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failure)) {
        if (entry.path().extension() != ".sql") continue;
        const std::string name = entry.path().filename();
        if (!form.match(name))
            throw internalError("migration " + entry.path().string() + " must be named NNN_name.sql, as 001_users.sql");
        const std::string sql = contentOf(entry.path());
        files.push_back({std::stoi(name.substr(0, 3)), name, sql, checksumOf(sql)});
    }
    if (failure) throw internalError("database.migrations " + folder.string() + ": " + failure.message());
    if (files.empty()) throw internalError("database.migrations " + folder.string() + " has no NNN_name.sql");

    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.name < b.name; });
    int expected = 0;
    for (const File& file : files) {
        if (file.version == ++expected) continue;
        throw internalError("database.migrations " + folder.string() + ": number " + std::to_string(expected) +
                            " was expected where " + file.name +
                            " stands; numbers start at 1, with no gap and none twice");
    }
    return files;
}

Migrations::Migrations(Database& database, const std::filesystem::path& folder)
    : database_(database),
      files_(readFiles((folder.empty() ? installedSqlDir() : folder) / database.dialect().name())) {}

std::size_t Migrations::checkedCount(Session& session) const {
    const Applied applied = appliedIn(session, database_.dialect());
    const std::size_t count = applied.versions.size();
    for (std::size_t at = 0; at < count; ++at) {
        const std::string& name = applied.names[at];
        if (applied.versions[at] != std::int64_t(at) + 1)
            throw internalError("the database lacks migration " + std::to_string(at + 1) + " but has " + name +
                                ": restore it from a backup");
        if (at >= files_.size())
            throw internalError("the database is newer than this release (it has " + name + ", the last file is " +
                                files_.back().name + "): install the release that it was migrated with");
        if (applied.names[at] != files_[at].name || applied.checksums[at] != files_[at].checksum)
            throw internalError(
                "migration " + files_[at].name + " is not the " + name +
                " that was applied to this database: restore that file and put the change in a new one");
    }
    return count;
}

void Migrations::apply(const Progress& progress) const {
    if (isCurrent()) return;
    for (const File& file : files_) {
        bool applied = false;
        database_.migrate([&](Session& session) { applied = applyIfMissing(session, file); });
        if (applied) progress(file.name);
    }
}

std::string Migrations::leftBehind() const {
    if (database_.dialect().rollsBackTables()) return {};
    return "; what its earlier statements made is still there, and it can be applied again as soon as the cause is "
           "gone";
}

bool Migrations::applyIfMissing(Session& session, const File& file) const {
    if (checkedCount(session) >= std::size_t(file.version)) return false;  // another process was faster
    try {
        Database::execute(session, database_.dialect().createMigrationTable());
        Database::execute(session, file.sql);
    } catch (const Poco::Exception& e) {
        throw internalError("migration " + file.name + " failed: " + e.displayText() + leftBehind());
    }
    session << "INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)", bind(file.version),
        bind(file.name), bind(file.checksum), now;
    return true;
}

bool Migrations::hasFile(const std::string& name) const {
    return std::any_of(files_.begin(), files_.end(), [&name](const File& file) { return file.name == name; });
}

std::vector<std::string> Migrations::pending() const {
    std::vector<std::string> names;
    database_.read([&](Session& session) {
        names.clear();  // it may run again
        for (std::size_t at = checkedCount(session); at < files_.size(); ++at) names.push_back(files_[at].name);
    });
    return names;
}

}  // namespace aiproject
