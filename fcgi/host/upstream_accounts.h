// The accounts that one model has at its upstream: `model.NAME.accounts = a, b`, each with settings of its own as
// model.NAME.account.a.SETTING; what it does not set, it has from model.NAME.SETTING. Each is a model by itself to the
// host, under one name for clients. Pure.
#pragma once

#include "host/finding.h"

#include <map>
#include <string>
#include <vector>

namespace aiproject {

using WrittenSettings = std::map<std::string, std::string>;

struct UpstreamAccount {
    std::string name;  // empty: the model has no accounts, and this is the model itself
    int weight = 1;    // its share of the calls, to the others'
    WrittenSettings settings = {};

    // "NAME", "NAME/account": of its row on the board, and in the log.
    std::string labelOf(const std::string& model) const { return name.empty() ? model : model + "/" + name; }
    // How the operator writes its settings.
    std::string keyPrefixOf(const std::string& model) const;
};

struct UpstreamAccounts {
    std::vector<UpstreamAccount> all;  // at least one, unless there are errors
    Findings errors;
};

UpstreamAccounts accountsIn(const std::string& model, const WrittenSettings& written);

// The plugin's name for a setting of an account, as "api_key" for "account.a.api_key"; any other as it is.
std::string_view settingIn(std::string_view written) noexcept;

}  // namespace aiproject
