#include "host/upstream_accounts.h"

#include "config/name_rule.h"

#include <Poco/NumberParser.h>
#include <Poco/StringTokenizer.h>

#include <algorithm>

namespace aiproject {
namespace {

constexpr std::string_view kList = "accounts", kOne = "account.";
constexpr std::size_t kLongestLabel = 64;  // of a row on the board
constexpr int kMostWeight = 1'000;

class Reader {
public:
    Reader(const std::string& model, const WrittenSettings& written) : key_("model." + model + "."), model_(model) {
        const auto list = written.find(std::string(kList));
        if (list == written.end())
            accounts_.all.push_back({});
        else
            takeNames(list->second);
        for (const auto& [setting, value] : written)
            if (setting != kList && !isOfOne(setting))
                for (UpstreamAccount& account : accounts_.all) account.settings.emplace(setting, value);
        for (const auto& [setting, value] : written)
            if (isOfOne(setting)) takeSetting(setting, value);
    }
    UpstreamAccounts take() { return std::move(accounts_); }

private:
    static bool isOfOne(std::string_view setting) { return setting.compare(0, kOne.size(), kOne) == 0; }

    void fail(std::string_view setting, const std::string& reason) {
        accounts_.errors.push_back({Severity::error, key_ + std::string(setting) + ": " + reason});
    }

    void takeNames(const std::string& list) {
        using Poco::StringTokenizer;
        for (const std::string& name :
             StringTokenizer(list, ",", StringTokenizer::TOK_TRIM | StringTokenizer::TOK_IGNORE_EMPTY)) {
            const UpstreamAccount account{name};
            if (!isName(name))
                fail(kList, "'" + name + "' is not a name; write letters, digits, '_' and '-'");
            else if (account.labelOf(model_).size() > kLongestLabel)
                fail(kList, "the names of model and account '" + name + "' are longer than " +
                                std::to_string(kLongestLabel - 1) + " characters together");
            else if (find(name))
                fail(kList, "'" + name + "' stands there twice");
            else
                accounts_.all.push_back(account);
        }
        if (accounts_.all.empty() && accounts_.errors.empty()) fail(kList, "write at least one name, or remove it");
    }

    UpstreamAccount* find(std::string_view name) {
        const auto found = std::find_if(accounts_.all.begin(), accounts_.all.end(),
                                        [&](const UpstreamAccount& account) { return account.name == name; });
        return found == accounts_.all.end() || name.empty() ? nullptr : &*found;
    }

    void takeSetting(const std::string& written, const std::string& value) {
        const std::string_view rest = std::string_view(written).substr(kOne.size());
        const auto dot = rest.find('.');
        UpstreamAccount* const account = find(rest.substr(0, dot));
        if (dot == std::string_view::npos || dot + 1 == rest.size())
            fail(written, "write it as " + key_ + "account.NAME.SETTING");
        else if (!account)
            fail(written, key_ + std::string(kList) + " does not name '" + std::string(rest.substr(0, dot)) + "'");
        else if (rest.substr(dot + 1) == "weight")
            takeWeight(written, value, *account);
        else
            account->settings[std::string(rest.substr(dot + 1))] = value;
    }

    void takeWeight(const std::string& written, const std::string& value, UpstreamAccount& account) {
        int weight = 0;
        if (Poco::NumberParser::tryParse(value, weight, 0) && weight >= 1 && weight <= kMostWeight)
            account.weight = weight;
        else
            fail(written, "'" + value + "' is not a whole number from 1 to " + std::to_string(kMostWeight));
    }

    const std::string key_, model_;
    UpstreamAccounts accounts_;
};

}  // namespace

std::string UpstreamAccount::keyPrefixOf(const std::string& model) const {
    return "model." + model + (name.empty() ? "" : "." + std::string(kOne) + name);
}

UpstreamAccounts accountsIn(const std::string& model, const WrittenSettings& written) {
    return Reader(model, written).take();
}

std::string_view settingIn(std::string_view written) noexcept {
    if (written.compare(0, kOne.size(), kOne) != 0) return written;
    const auto dot = written.find('.', kOne.size());
    return dot == std::string_view::npos ? written : written.substr(dot + 1);
}

}  // namespace aiproject
