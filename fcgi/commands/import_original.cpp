#include "auth/credential.h"
#include "base/utf8.h"
#include "commands/account_database.h"
#include "commands/display_text.h"
#include "commands/output.h"
#include "moving/importer.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace aiproject {
namespace {

constexpr const char* kPasswordVariable = "AIPROJECT_IMPORT_PASSWORD";
constexpr std::size_t kShownBytes = 200;  // of what is no more than 50 characters when it is sound
constexpr int kSomeSkipped = 4;

std::string shortened(const OriginalUser::Field& field) { return printable(field.value_or("").substr(0, kShownBytes)); }

// A line for each row that is not taken as it is. For people as they come: an import may take hours. JSON as a whole
// at the end, or not at all.
class ImportReport {
public:
    ImportReport(bool json, ImportMode mode) : json_(json), applies_(mode == ImportMode::apply) {}

    void row(const OriginalUser& row, RowResult result, const std::string& reason) {
        const std::string what = result == RowResult::skipped ? "skipped" : "changed";
        if (!json_) {
            const std::string line = what + " " + shortened(row.id) + " \"" + shortened(row.name) + "\": " + reason;
            std::cout << safeForTerminal(line) << "\n";
            return;
        }
        Poco::JSON::Object object = jsonObject();
        object.set("result", what);
        object.set("id", shortened(row.id));
        object.set("name", shortened(row.name));
        object.set("reason", reason);
        rows_.add(object);
    }

    void end(const ImportCounts& counts) const {
        if (json_) return printAsJson(counts);
        std::cout << (applies_ ? "imported " : "would import ") << counts.imported << ", already there "
                  << counts.alreadyThere << ", skipped " << counts.skipped << "\n";
        if (!applies_) std::cout << "this was a dry run, nothing is written; --apply imports\n";
    }

private:
    void printAsJson(const ImportCounts& counts) const {
        Poco::JSON::Object object = jsonObject();
        object.set("applied", applies_);
        object.set("rows", rows_);
        object.set("imported", counts.imported);
        object.set("already_there", counts.alreadyThere);
        object.set("skipped", counts.skipped);
        printJson(object);
    }

    const bool json_, applies_;
    Poco::JSON::Array rows_;
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

}  // namespace

int importOriginal(const CommandLine& line) {
    const ImportMode mode = line.has("apply") ? ImportMode::apply : ImportMode::dryRun;
    const std::string from = line.textOf("from");
    if (from.empty()) throw NotUnderstood("--from is missing: FILE.sql or mysql://USER@HOST:PORT/DATABASE");
    if (line.has("apply") && line.has("dry-run"))
        throw NotUnderstood("--apply and --dry-run cannot be used together; write one of them");
    warnOfPassword(from);
    const char* const password = std::getenv(kPasswordVariable);
    const OriginalUsers users = originalUsersFrom(from, password ? password : "");

    AccountDatabase accounts(line, mode == ImportMode::apply ? DatabaseUse::serve : DatabaseUse::look);
    ImportReport report(line.json, mode);
    Progress progress;
    ImportSettings settings;
    settings.mode = mode;
    settings.voiceSeconds = accounts.config.auth.newVoiceSeconds;
    settings.money = accounts.config.auth.newMoney;
    settings.refill = accounts.config.quota.refill;
    settings.threads = int(std::thread::hardware_concurrency());
    if (mode == ImportMode::apply) settings.key = loadKey(accounts.config.auth.keyFile);
    Importer importer(
        accounts.database, settings,
        {[&](const OriginalUser& row, RowResult result, const std::string& reason) { report.row(row, result, reason); },
         [&](std::uint64_t done, std::uint64_t all) { progress(done, all); }});
    const ImportCounts counts = importer.run(users);
    report.end(counts);
    return counts.skipped == 0 ? EXIT_SUCCESS : kSomeSkipped;
}

}  // namespace aiproject
