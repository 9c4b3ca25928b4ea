// `aiproject key add`, `list`, `revoke`.
#include "auth/api_keys.h"
#include "auth/registration.h"
#include "base/near_word.h"
#include "base/utc_text.h"
#include "commands/account_database.h"
#include "commands/command_options.h"
#include "commands/display_text.h"
#include "commands/output.h"
#include "commands/table.h"
#include "commands/values.h"
#include "host/known_models.h"
#include "pool/plugin_snapshot.h"

#include <Poco/StringTokenizer.h>

#include <algorithm>
#include <iostream>
#include <set>

namespace aiproject {
namespace {

class KeyCommand {
public:
    KeyCommand(const CommandLine& line, DatabaseUse use)
        : accounts_(line, use), credential_(loadKey(accounts_.config.auth.keyFile)) {}

    ApiKeys keys() { return {accounts_.database, credential_}; }
    const Config& config() const { return accounts_.config; }

    KeyOwner owner(const std::string& typed) {
        UserDirectory directory(accounts_.database, accounts_.config.quota);
        const auto account = directory.find(directory.meantBy(trimmedText(typed).value_or(std::string())));
        if (!account) throw NotFound("there is no user '" + safeForTerminal(typed) + "'");
        return {account->id, account->name};
    }

private:
    AccountDatabase accounts_;
    const CredentialKey credential_;
};

KeyTerms termsOf(const CommandLine& line) {
    KeyTerms terms;
    terms.name = line.textOf("name");
    const Poco::StringTokenizer models(line.textOf("models"), ",",
                                       Poco::StringTokenizer::TOK_TRIM | Poco::StringTokenizer::TOK_IGNORE_EMPTY);
    terms.models.assign(models.begin(), models.end());
    terms.endsMs = endOf(line, "ends", 0);
    terms.mostTokens = balanceOf(line, "tokens", -1);
    terms.mostMoney = balanceOf(line, "money", -1);
    const std::optional<Refill> refill = refillOf(line.textOf("refill", "none"));
    if (!refill)
        throw NotUnderstood("--refill cannot be " + shownArgument(line.textOf("refill")) +
                            didYouMean(line.textOf("refill"), {"day", "month", "none"}) + "; write day, month or none");
    terms.refill = *refill;
    return terms;
}

// A slip in a name would make a key that nothing lets in, and nobody would say why.
void requireKnownModels(const std::vector<std::string>& names, const Config& config) {
    const std::set<std::string> configured = knownModels(config, {});
    const auto isConfigured = [&](const std::string& name) { return configured.count(name) > 0; };
    // A host that only administers accounts has the configuration, and no plugins.
    if (std::all_of(names.begin(), names.end(), isConfigured)) return;
    requireKnown(names, config, PluginSnapshot::namesIn(config));
}

std::string limitText(std::int64_t used, std::int64_t most) {
    return most < 0 ? "" : std::to_string(used) + "/" + std::to_string(most);
}

void printTable(const std::vector<ApiKey>& keys) {
    Table table({{"id", Column::Kind::number},
                 {"user"},
                 {"name"},
                 {"key", Column::Kind::whole},
                 {"models"},
                 {"tokens", Column::Kind::number},
                 {"money", Column::Kind::number},
                 {"until"},
                 {"used", Column::Kind::whole}});
    for (const ApiKey& key : keys) {
        table.add({std::to_string(key.id), key.userName, key.terms.name, "..." + key.hint,
                   key.terms.models.empty() ? "all" : listOf(key.terms.models),
                   limitText(key.tokensUsed, key.terms.mostTokens), limitText(key.moneyUsed, key.terms.mostMoney),
                   // Where it ends at 0:00, the day before is the last.
                   key.terms.endsMs == 0 ? "" : utcDay(key.terms.endsMs - 1),
                   key.usedMs == 0 ? "never" : utcDay(key.usedMs)});
    }
    table.print(std::cout);
}

}  // namespace

int keyAdd(const CommandLine& line) {
    const KeyTerms terms = termsOf(line);
    KeyCommand command(line, DatabaseUse::serve);
    ApiKeys keys = command.keys();
    const KeyOwner owner = command.owner(line.arguments[0]);
    const NewKey made = [&] {
        try {
            requireKnownModels(terms.models, command.config());
            return keys.add(owner, terms);
        } catch (const Error& e) {
            if (e.kind() == ErrorKind::badRequest) throw NotUnderstood(e.what());
            throw;
        }
    }();
    if (line.json) {
        Poco::JSON::Object object = jsonOf(made.row);
        object.set("key", made.key);
        printJson(object);
    } else {
        std::cout << made.key << "\n";
    }
    if (std::cout.flush()) return EXIT_SUCCESS;
    keys.revoke(made.row.id);  // nobody has read it
    throw std::runtime_error("standard output cannot be written (is its disk full, or who reads it gone?); the key " +
                             std::to_string(made.row.id) + " was taken back: run it again once there is room");
}

int keyList(const CommandLine& line) {
    KeyCommand command(line, DatabaseUse::look);
    const bool isOfOne = !line.arguments.empty();
    const std::vector<ApiKey> keys = command.keys().list(isOfOne ? command.owner(line.arguments[0]).id : 0);
    if (!line.json) return printTable(keys), EXIT_SUCCESS;
    Poco::JSON::Array all;
    for (const ApiKey& key : keys) all.add(jsonOf(key));
    printJson(all);
    return EXIT_SUCCESS;
}

int keyRevoke(const CommandLine& line) {
    const std::string& typed = line.arguments[0];
    KeyCommand command(line, DatabaseUse::serve);
    ApiKeys keys = command.keys();
    const bool isKey = ApiKeys::isForm(typed);
    CommandLine number;
    number.options["id"] = typed;
    const std::int64_t id = isKey ? keys.idOf(typed) : numberOf(number, "id", 1, 0);
    if (id == 0 || !keys.revoke(id))
        throw NotFound(isKey ? "there is no such key" : "there is no key with the id " + std::to_string(id));
    if (line.json) {
        Poco::JSON::Object object = jsonObject();
        object.set("id", id);
        printJson(object);
    } else {
        std::cout << "key " << id << ": revoked\n";
    }
    return EXIT_SUCCESS;
}

}  // namespace aiproject
