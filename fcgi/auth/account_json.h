// Accounts, keys, invitations, sessions and the audit log as JSON: the same of `--json` and of /admin/*. Times are
// "2026-11-22T10:00:00.123Z" or null for never, balances numbers where -1 is unlimited; members keep their names and
// order, and may become more. Texts are as they are stored: who sends or prints them sees to what is no UTF-8.
#pragma once

#include "auth/api_keys.h"
#include "auth/audit.h"
#include "auth/browser_sessions.h"
#include "auth/invitations.h"
#include "auth/user_directory.h"

#include <Poco/JSON/Object.h>

namespace aiproject {

Poco::JSON::Object jsonOf(const AccountView& account);
Poco::JSON::Object jsonOf(const AuditEntry& entry);
Poco::JSON::Object jsonOf(const ApiKey& key);
Poco::JSON::Object jsonOf(const Invitation& invitation);
Poco::JSON::Object jsonOf(const BrowserSession& session);

}  // namespace aiproject
