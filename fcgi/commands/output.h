// What commands print: for people, or as JSON.
//
// JSON: of accounts as auth/account_json.h has it; everywhere members keep their names and may become more.
#pragma once

#include "auth/account_json.h"
#include "auth/audit.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

#include <cstdint>
#include <string>

namespace aiproject {

// An Object whose members stay in their order.
Poco::JSON::Object jsonObject();

void printJson(const Poco::Dynamic::Var& json);

// The end of a command that has opened plugins: their destructors are nobody's wish, and some would end it otherwise.
[[noreturn]] void endWithoutPlugins(int code);

std::string balanceText(std::int64_t left);  // "unlimited", "1000"

void printTable(const std::vector<AuditEntry>& entries);

}  // namespace aiproject
