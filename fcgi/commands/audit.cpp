#include "auth/audit.h"

#include "auth/text_forms.h"
#include "commands/account_database.h"
#include "commands/output.h"
#include "commands/values.h"

namespace aiproject {
namespace {

// In the first Unicode form of the name that has any.
std::vector<AuditEntry> newestOf(Database& database, const std::string& typed, int limit) {
    std::vector<AuditEntry> entries;
    for (const std::string& form : storedForms(typed)) {
        entries = Audit(database).newest(form, limit);
        if (!entries.empty()) break;
    }
    return entries;
}

}  // namespace

int audit(const CommandLine& line) {
    const int limit = int(std::min<std::int64_t>(1'000'000, numberOf(line, "limit", 1, 50)));
    AccountDatabase accounts(line, DatabaseUse::look);
    const std::string typed = line.arguments.empty() ? std::string() : line.arguments[0];
    const auto entries = newestOf(accounts.database, typed, limit);
    if (!line.json) return printTable(entries), EXIT_SUCCESS;
    Poco::JSON::Array all;
    for (const AuditEntry& entry : entries) all.add(jsonOf(entry));
    printJson(all);
    return EXIT_SUCCESS;
}

}  // namespace aiproject
