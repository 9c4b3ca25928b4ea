#include "auth/audit.h"

#include "commands/account_database.h"
#include "commands/output.h"
#include "commands/values.h"

namespace aiproject {

int audit(const CommandLine& line) {
    const int limit = int(std::min<std::int64_t>(1'000'000, numberOf(line, "limit", 1, 50)));
    AccountDatabase accounts(line, DatabaseUse::look);
    const auto entries =
        Audit(accounts.database).newest(line.arguments.empty() ? std::string() : line.arguments[0], limit);
    if (!line.json) return printTable(entries), EXIT_SUCCESS;
    Poco::JSON::Array all;
    for (const AuditEntry& entry : entries) all.add(jsonOf(entry));
    printJson(all);
    return EXIT_SUCCESS;
}

}  // namespace aiproject
