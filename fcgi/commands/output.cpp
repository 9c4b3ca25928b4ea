#include "commands/output.h"

#include "base/utc_text.h"
#include "commands/display_text.h"
#include "commands/table.h"

#include <Poco/JSON/Stringifier.h>

#include <unistd.h>

#include <iostream>
#include <sstream>

namespace aiproject {

using Poco::JSON::Object;

Object jsonObject() { return Object(Poco::JSON_PRESERVE_KEY_ORDER); }

void printJson(const Poco::Dynamic::Var& json) {
    std::ostringstream text;
    Poco::JSON::Stringifier::stringify(json, text, 2);
    std::cout << safeJson(text.str()) << "\n";
}

void endWithoutPlugins(int code) {
    std::cout.flush();
    std::cerr.flush();
    _exit(code);
}

std::string balanceText(std::int64_t left) { return left < 0 ? "unlimited" : std::to_string(left); }

void printTable(const std::vector<AuditEntry>& entries) {
    Table table({{"time (UTC)", Column::Kind::whole}, {"event"}, {"user"}, {"from"}, {"detail"}});
    for (const AuditEntry& entry : entries) {
        const std::string place = entry.origin.address.empty() ? "command line" : entry.origin.address;
        const std::string from = entry.origin.actor.empty() ? place : entry.origin.actor + " at " + place;
        std::string time = utcTime(entry.atMs).substr(0, 19);
        time[10] = ' ';
        table.add({time, entry.event, entry.userName, from, entry.detail});
    }
    table.print(std::cout);
}

}  // namespace aiproject
