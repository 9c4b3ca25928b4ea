#include "commands/output.h"

#include "commands/display_text.h"
#include "commands/table.h"
#include "commands/values.h"

#include <Poco/JSON/Stringifier.h>

#include <unistd.h>

#include <iostream>
#include <sstream>

namespace aiproject {

using Poco::JSON::Object;

Object jsonObject() { return Object(Poco::JSON_PRESERVE_KEY_ORDER); }

Poco::Dynamic::Var jsonTime(std::int64_t unixMs) {
    return unixMs == 0 ? Poco::Dynamic::Var() : Poco::Dynamic::Var(utcTime(unixMs));
}

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

Object jsonOf(const AccountView& account) {
    Object object = jsonObject();
    object.set("id", account.id);
    object.set("name", account.name);
    object.set("email", account.email);
    object.set("academy", account.academy);
    object.set("disabled", account.disabled);
    object.set("created_at", account.createdAt);
    object.set("last_login", jsonTime(account.lastLoginMs));
    object.set("tokens", account.tokens);
    object.set("pic_times", account.picTimes);
    object.set("voice_seconds", account.voiceSeconds);
    object.set("tokens_held", account.tokensHeld);
    object.set("pic_times_held", account.picTimesHeld);
    object.set("voice_seconds_held", account.voiceSecondsHeld);
    object.set("calls_held", account.callsHeld);
    object.set("money", account.money);
    object.set("money_held", account.moneyHeld);
    return object;
}

Object jsonOf(const AuditEntry& entry) {
    Object object = jsonObject();
    object.set("at", jsonTime(entry.atMs));
    object.set("event", entry.event);
    object.set("user", entry.userName);
    object.set("address", entry.origin.address);
    object.set("request_id", entry.origin.requestId);
    object.set("detail", entry.detail);
    return object;
}

void printTable(const std::vector<AuditEntry>& entries) {
    Table table({{"time (UTC)", Column::Kind::whole}, {"event"}, {"user"}, {"from"}, {"detail"}});
    for (const AuditEntry& entry : entries) {
        const std::string from = entry.origin.address.empty() ? "command line" : entry.origin.address;
        std::string time = utcTime(entry.atMs).substr(0, 19);
        time[10] = ' ';
        table.add({time, entry.event, entry.userName, from, entry.detail});
    }
    table.print(std::cout);
}

}  // namespace aiproject
