// `aiproject invite add`, `list`, `revoke`.
#include "auth/invitations.h"
#include "base/utc_text.h"
#include "commands/account_database.h"
#include "commands/display_text.h"
#include "commands/output.h"
#include "commands/table.h"
#include "commands/values.h"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

namespace aiproject {
namespace {

// Money has a column where an invitation grants some: most hosts have no prices, and a line has 80 columns.
void printTable(const std::vector<Invitation>& invitations) {
    const bool hasMoney = std::any_of(invitations.begin(), invitations.end(),
                                      [](const Invitation& invitation) { return invitation.grant.money != 0; });
    std::vector<Column> columns{{"code", Column::Kind::whole},     {"academy"},
                                {"tokens", Column::Kind::number},  {"pictures", Column::Kind::number},
                                {"voice s", Column::Kind::number}, {"used", Column::Kind::number},
                                {"left", Column::Kind::number},    {"until", Column::Kind::whole}};
    if (hasMoney) columns.insert(columns.end() - 3, {"money", Column::Kind::number});
    Table table(columns);
    for (const Invitation& invitation : invitations) {
        std::vector<std::string> row{invitation.code, invitation.academy, balanceText(invitation.grant.tokens),
                                     balanceText(invitation.grant.picTimes), balanceText(invitation.grant.voiceSeconds),
                                     std::to_string(invitation.uses),
                                     invitation.usesLeft < 0 ? "any" : std::to_string(invitation.usesLeft),
                                     // Its end is 0:00 of the day after the last.
                                     invitation.endsMs == 0 ? "" : utcDay(invitation.endsMs - 1)};
        if (hasMoney) row.insert(row.end() - 3, balanceText(invitation.grant.money));
        table.add(row);
    }
    table.print(std::cout);
}

Invitation madeOf(Invitations& invitations, const InvitationTerms& terms) {
    try {
        return invitations.make(terms).front();
    } catch (const Error& e) {
        if (e.member() == "ends") throw NotUnderstood("--ends is over before anybody could use the code");
        if (e.kind() == ErrorKind::registrationRefused) throw NotUnderstood(e.what());
        throw;
    }
}

}  // namespace

int inviteAdd(const CommandLine& line) {
    InvitationTerms terms;
    terms.grant = {balanceOf(line, "tokens", 0), balanceOf(line, "pic-times", 0), balanceOf(line, "voice-seconds", 0),
                   balanceOf(line, "money", 0)};
    terms.academy = line.textOf("academy");
    terms.usesLeft = numberOf(line, "uses", 1, -1);
    terms.beginsMs = dayOf(line, "begins", 0);
    terms.endsMs = dayAfter(line, "ends", 0);
    AccountDatabase accounts(line, DatabaseUse::serve);
    Invitations invitations(accounts.database);
    const Invitation invitation = madeOf(invitations, terms);
    if (line.json)
        printJson(jsonOf(invitation));
    else
        std::cout << invitation.code << "\n";
    if (std::cout.flush()) return EXIT_SUCCESS;
    // Nobody has read it: a code that exists although the command failed would be one more each time it is run again.
    invitations.revoke(invitation.code);
    throw std::runtime_error(
        "standard output cannot be written (is its disk full, or who reads it gone?); the invitation " +
        shortCode(invitation.code) + " was taken back: run it again once there is room");
}

int inviteList(const CommandLine& line) {
    AccountDatabase accounts(line, DatabaseUse::look);
    const std::vector<Invitation> invitations = Invitations(accounts.database).all();
    if (!line.json) return printTable(invitations), EXIT_SUCCESS;
    Poco::JSON::Array all;
    for (const Invitation& invitation : invitations) all.add(jsonOf(invitation));
    printJson(all);
    return EXIT_SUCCESS;
}

int inviteRevoke(const CommandLine& line) {
    AccountDatabase accounts(line, DatabaseUse::serve);
    const std::string& code = line.arguments[0];
    if (!Invitations(accounts.database).revoke(code))
        throw NotFound("there is no invitation '" + safeForTerminal(code) + "'");
    if (line.json) {
        Poco::JSON::Object object = jsonObject();
        object.set("code", code);
        printJson(object);
    } else {
        std::cout << code << ": revoked; what it has granted stays\n";
    }
    return EXIT_SUCCESS;
}

}  // namespace aiproject
