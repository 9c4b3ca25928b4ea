#include "auth/password_hash.h"
#include "base/json_text.h"
#include "base/utf8.h"
#include "commands/command_line.h"
#include "moving/importer.h"
#include "store/database.h"
#include "store/migrations.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace aiproject {
namespace {

constexpr const char* kPasswordVariable = "AIPROJECT_IMPORT_PASSWORD";
constexpr std::size_t kShownBytes = 200;  // of what is no more than 50 characters when it is sound
constexpr int kSomeSkipped = 4;

std::string shown(const OriginalUser::Field& field) { return printable(field.value_or("").substr(0, kShownBytes)); }

// The lines of the report, as they come: there may be as many as there are users.
class ImportReport {
public:
    ImportReport(bool json, ImportMode mode) : json_(json), applies_(mode == ImportMode::apply) {
        if (json_) std::cout << "{\"applied\":" << (applies_ ? "true" : "false") << ",\"rows\":[";
    }

    void row(const OriginalUser& row, RowResult result, const std::string& reason) {
        const char* const what = result == RowResult::skipped ? "skipped" : "changed";
        if (!json_) {
            std::cout << what << " " << shown(row.id) << " \"" << shown(row.name) << "\": " << reason << "\n";
            return;
        }
        std::cout << (rows_++ == 0 ? "" : ",") << "\n{\"result\":\"" << what << "\",\"id\":" << jsonText(shown(row.id))
                  << ",\"name\":" << jsonText(shown(row.name)) << ",\"reason\":" << jsonText(reason) << "}";
    }

    void end(const ImportCounts& counts) const {
        if (json_) {
            std::cout << "],\"imported\":" << counts.imported << ",\"already_there\":" << counts.alreadyThere
                      << ",\"skipped\":" << counts.skipped << "}\n";
            return;
        }
        std::cout << (applies_ ? "imported " : "would import ") << counts.imported << ", already there "
                  << counts.alreadyThere << ", skipped " << counts.skipped << "\n";
        if (!applies_) std::cout << "this was a dry run, nothing is written; --apply imports\n";
    }

private:
    const bool json_, applies_;
    std::size_t rows_ = 0;
};

// On standard error, now and then.
class Progress {
public:
    void operator()(std::uint64_t done, std::uint64_t all) {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_ && !(isShown_ && done == all)) return;
        isShown_ = true;
        next_ = now + std::chrono::seconds(2);
        std::cerr << done << " of " << all << "\n";
    }

private:
    // A second is not long.
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    bool isShown_ = false;
};

void warnOfPassword(const std::string& from) {
    if (originalServerHasPassword(from))
        std::cerr
            << "warning: --from: every user of this machine can read the arguments; leave the password out of the "
               "URL, in the environment as "
            << kPasswordVariable << "\n";
}

void requireMigrated(Database& database, const Config& config) {
    if (!database.exists() || !Migrations(database, config.database.migrations).isCurrent())
        throw std::runtime_error("the database is not there or not up to date; run aiproject migrate first");
}

}  // namespace

int importOriginal(const CommandLine& line) {
    const Config config = loadConfig(line.config);
    const ImportMode mode = line.has("apply") ? ImportMode::apply : ImportMode::dryRun;
    const std::string from = line.textOf("from");
    if (from.empty()) throw std::runtime_error("--from is missing: FILE.sql or mysql://USER@HOST:PORT/DATABASE");
    if (line.has("apply") && line.has("dry-run")) throw std::runtime_error("--apply and --dry-run exclude each other");
    warnOfPassword(from);
    const char* const password = std::getenv(kPasswordVariable);
    const OriginalUsers users = originalUsersFrom(from, password ? password : "");

    Database database(config.database, mode == ImportMode::apply ? DatabaseUse::serve : DatabaseUse::look);
    requireMigrated(database, config);
    ImportReport report(line.json, mode);
    Progress progress;
    ImportSettings settings;
    settings.mode = mode;
    settings.voiceSeconds = config.auth.newVoiceSeconds;
    settings.threads = int(std::thread::hardware_concurrency());
    Importer importer(
        database, settings,
        {[&](const OriginalUser& row, RowResult result, const std::string& reason) { report.row(row, result, reason); },
         [&](std::uint64_t done, std::uint64_t all) { progress(done, all); }});
    const ImportCounts counts = importer.run(users);
    report.end(counts);
    return counts.skipped == 0 ? EXIT_SUCCESS : kSomeSkipped;
}

}  // namespace aiproject
