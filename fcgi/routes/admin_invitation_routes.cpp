// /admin/invitations: what `aiproject invite` does.
#include "auth/account_json.h"
#include "auth/invitations.h"
#include "auth/registration.h"
#include "base/utc_text.h"
#include "base/utf8.h"
#include "routes/admin_answers.h"
#include "routes/routes.h"

#include <Poco/NumberParser.h>

namespace aiproject {
namespace {

// "MILLISECONDS-CODE": when the last one of the page was made, and which of that time it is.
InvitationPage pageIn(const Query& query) {
    InvitationPage page;
    page.limit = query.limit();
    const std::string cursor = query.text("cursor");
    if (cursor.empty()) return page;
    const auto sign = cursor.find('-');
    Poco::Int64 ms = 0;
    if (sign == std::string::npos || !Poco::NumberParser::tryParse64(cursor.substr(0, sign), ms) || ms < 0)
        throw Query::wrongCursor();
    page.beforeMs = ms;
    page.beforeCode = cursor.substr(sign + 1);
    return page;
}

std::int64_t timeIn(const JsonBody& body, const std::string& member,
                    std::optional<std::int64_t> (*read)(std::string_view)) {
    const std::string text = concerning(member, [&] { return body.textOr(member, ""); });
    if (text.empty()) return 0;
    const std::optional<std::int64_t> time = read(text);
    if (!time)
        throw refusalOf(member, "'" + member + "' is neither a day as YYYY-MM-DD nor a time as YYYY-MM-DDTHH:MM:SSZ");
    return *time;
}

Poco::JSON::Array itemsOf(const std::vector<Invitation>& invitations) {
    Poco::JSON::Array items;
    for (const Invitation& invitation : invitations) items.add(jsonOf(invitation));
    return items;
}

}  // namespace

void listInvitations(Context& context) {
    const InvitationPage page = pageIn(Query(context.exchange.request()));
    sendObject(context.exchange, pageOf(
                                     Invitations(context.services.database).page(page), page.limit,
                                     [](const Invitation& invitation) { return jsonOf(invitation); },
                                     [](const Invitation& invitation) {
                                         return std::to_string(invitation.createdMs) + "-" + invitation.code;
                                     }));
}

void makeInvitations(Context& context) {
    const JsonBody body(context.body);
    InvitationTerms terms;
    terms.grant = {unitsIn(body, "tokens", -1, 0), unitsIn(body, "pic_times", -1, 0),
                   unitsIn(body, "voice_seconds", -1, 0), unitsIn(body, "money", -1, 0)};
    terms.academy = concerning("academy", [&] { return checkedAcademy(body.textOr("academy", "")); });
    terms.usesLeft = unitsIn(body, "uses", 1, -1);
    terms.beginsMs = timeIn(body, "begins", &utcTimeIn);
    terms.endsMs = timeIn(body, "ends", &utcEndIn);
    const std::int64_t count = concerning("count", [&] { return body.numberOr("count", 1); });
    Poco::JSON::Object answer;
    answer.set("items", itemsOf(Invitations(context.services.database, adminOriginOf(context)).make(terms, count)));
    sendObject(context.exchange, answer, 201);
}

void revokeInvitation(Context& context) {
    if (!isUtf8(context.part) || hasControlCharacter(context.part) ||
        !Invitations(context.services.database, adminOriginOf(context)).revoke(context.part))
        throw noSuch("invitation");
    Poco::JSON::Object answer;
    answer.set("revoked", context.part);
    sendObject(context.exchange, answer);
}

}  // namespace aiproject
