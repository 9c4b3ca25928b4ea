// The database of the accounts, for a command that reads or changes it.
#pragma once

#include "commands/command_line.h"
#include "store/database.h"

namespace aiproject {

struct AccountDatabase {
    // Throws std::runtime_error when there is no database or it lacks a migration, and then says what to do; makes
    // none. `look` for what only reads, which may take longer than database.timeout_ms, since that is meant for calls.
    AccountDatabase(const CommandLine& line, DatabaseUse use);

    const Config config;
    Database database;
};

}  // namespace aiproject
