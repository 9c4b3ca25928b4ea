// What commands print: for people, or as JSON.
//
// JSON: times are "2026-11-22T10:00:00.123Z" or null for never, balances numbers where -1 is unlimited; members keep
// their names and may become more.
#pragma once

#include "auth/audit.h"
#include "auth/user_directory.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cstdint>
#include <string>

namespace aiproject {

// An Object whose members stay in their order.
Poco::JSON::Object jsonObject();
Poco::Dynamic::Var jsonTime(std::int64_t unixMs);  // 0: null

void printJson(const Poco::Dynamic::Var& json);

// The end of a command that has opened plugins: their destructors are nobody's wish, and some would end it otherwise.
[[noreturn]] void endWithoutPlugins(int code);

std::string balanceText(std::int64_t left);  // "unlimited", "1000"

Poco::JSON::Object jsonOf(const AccountView& account);
Poco::JSON::Object jsonOf(const AuditEntry& entry);
void printTable(const std::vector<AuditEntry>& entries);

}  // namespace aiproject
