#include "config/config_file.h"

#include "base/near_word.h"
#include "base/utf8.h"
#include "config/config_keys.h"
#include "config/config_values.h"
#include "config/database_url.h"
#include "config/name_rule.h"
#include "config/price_keys.h"

#include <Poco/NumberParser.h>
#include <Poco/String.h>

#include <sys/stat.h>

#include <algorithm>
#include <stdexcept>

namespace aiproject {
namespace {

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

std::vector<std::string> namesOf(const std::map<std::string, Key>& keys) {
    std::vector<std::string> names;
    names.reserve(keys.size());
    for (const auto& [name, key] : keys) names.push_back(name);
    return names;
}

class Reader {
public:
    Reader(const ConfigSource& source, ConfigUse use) : values_(source, use) {
        reading.config.source = values_.file();
        for (const auto& part : values_.parts())
            if (part.first != values_.file()) reading.config.added.push_back(part.first);
        for (const std::string& key : values_.unread()) noteUnread(key);
        makePools();
        apply();
        if (!values_.has("pool.media.models")) giveMediaItsModels();
        check();
        reading.errors = values_.takeErrors();
    }

    ConfigReading reading;

private:
    void fail(const std::string& key, const std::string& reason) { values_.fail(key, reason); }

    // A model that lacks it is not blamed as well.
    void noteUnread(const std::string& key) {
        const auto dot = key.find('.', 6);
        if (key.compare(0, 6, "model.") != 0 || dot == std::string::npos || !isName(key.substr(6, dot - 6))) return;
        reading.config.models[key.substr(6, dot - 6)].unread.insert(key.substr(dot + 1));
    }

    void makePools() {
        Config& config = reading.config;
        PoolConfig& auth = config.pools["auth"];
        auth.threads = 32;  // most may wait for their turn to hash; auth/hash_queue.h bounds what runs
        auth.queue = std::chrono::milliseconds(1'000);  // a hash takes a good part of it
        auth.nice = 5;  // logins wait for streams, but with 10 one took half a minute on a machine that was fully busy
        auth.models = {};
        config.pools["model"].processes = 2;  // a plugin that crashes takes the streams of one along
        PoolConfig& media = config.pools["media"];
        media.threads = 128;  // a picture of 4 MB takes 30 MB and 20 ms of a core
        media.nice = 10;      // and must not hold the frames of streams
        for (const auto& entry : values_.all()) {
            if (entry.first.compare(0, 5, "pool.") != 0) continue;
            const std::string name = entry.first.substr(5, entry.first.find('.', 5) - 5);
            if (isName(name)) config.pools[name];
        }
    }

    // Those that its paths lead to: the others, with their warm connections, are the pool model's.
    void giveMediaItsModels() {
        Config& config = reading.config;
        std::vector<std::string>& models = config.pools["media"].models;
        models = config.routes.voice;
        models.insert(models.end(), config.routes.picture.begin(), config.routes.picture.end());
    }

    void apply() {
        std::map<std::string, Key> known;
        for (auto& key : keysOf(reading.config)) known.emplace(key.name, key);
        for (const auto& [key, value] : values_.all()) {
            const auto found = known.find(key);
            if (found != known.end()) {
                const std::string shown = found->second.isSecret ? "its value" : "'" + value + "'";
                if (!found->second.set(value)) fail(key, shown + " is not " + found->second.allowed);
            } else if (key.compare(0, 6, "model.") == 0) {
                takeModelSetting(key, value);
            } else {
                fail(key, "there is no such key" + didYouMean(key, namesOf(known)) +
                              "; `aiproject check --print-config` lists them all");
            }
        }
    }

    void takeModelSetting(const std::string& key, const std::string& value) {
        const auto dot = key.find('.', 6);
        const std::string name = key.substr(6, dot - 6);
        if (dot == std::string::npos || !isName(name)) {
            fail(key, "write it as model.NAME.SETTING, NAME of letters, digits, '_' and '-'");
            return;
        }
        ModelConfig& model = reading.config.models[name];
        const std::string setting = key.substr(dot + 1);
        if (setting == "plugin")
            model.plugin = value;
        else if (setting == "calls")
            takeCalls(key, value, model);
        else if (setting == "origin")
            takeOrigin(key, value, model);
        else if (begins(setting, "price."))
            takePrice(key, setting.substr(6), value, model.price);
        else
            model.settings[setting] = value;
    }

    void takeCalls(const std::string& key, const std::string& value, ModelConfig& model) {
        int calls = 0;
        if (Poco::NumberParser::tryParse(value, calls, 0) && calls >= 0 && calls <= kMostCalls)
            model.calls = calls;
        else
            fail(key, "'" + value + "' is not a whole number from 0 to " + std::to_string(kMostCalls));
    }

    // Terminals and clients see it.
    void takeOrigin(const std::string& key, const std::string& value, ModelConfig& model) {
        if (isUtf8(value) && printable(value) == value && value.size() <= kLongestOrigin)
            model.origin = value;
        else
            fail(key,
                 "must be one line of text that can be shown, of at most " + std::to_string(kLongestOrigin) + " bytes");
    }

    void takePrice(const std::string& key, const std::string& name, const std::string& value, PriceConfig& price) {
        const auto* const known = std::find_if(std::begin(kPriceKeys), std::end(kPriceKeys),
                                               [&](const auto& one) { return name == one.name; });
        Poco::Int64 number = 0;
        if (known == std::end(kPriceKeys))
            fail(key, "there is no such price; write prompt, cached, completion, reasoning, picture or second");
        else if (Poco::NumberParser::tryParse64(value, number, 0) && number >= 0 && number <= kHighestPrice)
            price.*known->price = number;
        else
            fail(key, "'" + value + "' is not a whole number from 0 to " + std::to_string(kHighestPrice));
    }

    void checkSocket(const std::string& key, const std::string& path) {
        constexpr std::size_t most = 107;  // sockaddr_un::sun_path
        if (path.size() > most) fail(key, path + " is longer than 107 bytes");
    }

    void check() {
        for (auto& [name, pool] : reading.config.pools)
            if (pool.socket.empty()) pool.socket = reading.config.runDir + "/" + name + ".sock";
        if (reading.config.statusSocket.empty()) reading.config.statusSocket = reading.config.runDir + "/status.sock";
        checkSocket("status.socket", reading.config.statusSocket);
        if (reading.config.statusSocket == reading.config.runDir + "/manager.sock")
            fail("status.socket", reading.config.statusSocket + " is the manager's own; set it to another");
        for (const auto& [name, pool] : reading.config.pools) {
            checkSocket("pool." + name + ".socket", pool.socket);
            if (pool.socket == reading.config.statusSocket)
                fail("pool." + name + ".socket", pool.socket + " is status.socket as well; set one of them to another");
        }
        const TimeoutConfig& timeouts = reading.config.timeouts;
        if (timeouts.total < timeouts.firstFrame || timeouts.total < timeouts.idleFrame)
            reading.warnings.push_back(values_.where("timeout.total_ms") +
                                       ": shorter than first_frame_ms or idle_frame_ms");
        warnOfReaders();
    }

    // A file may hold upstream keys, or a password.
    void warnOfReaders() {
        for (const auto& [file, keys] : values_.parts()) {
            struct stat status {};
            if (stat(file.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) continue;
            const bool hasModels =
                std::any_of(keys.begin(), keys.end(), [](const auto& key) { return begins(key, "model."); });
            const bool hasDatabase = keys.count("database.url") > 0 && hasPassword(reading.config.database.url);
            const bool hasHeaders = keys.count(kCollectorHeaders) > 0 && !reading.config.trace.otlpHeaders.empty();
            if (!hasModels && !hasDatabase && !hasHeaders) continue;
            reading.warnings.push_back(file + ": every user can read it, and it has " +
                                       (hasModels     ? "model settings"
                                        : hasDatabase ? "the password of a database"
                                                      : kCollectorHeaders) +
                                       "; chmod 640 it");
        }
    }

    ConfigValues values_;
};

}  // namespace

ConfigReading readConfig(const ConfigSource& source, ConfigUse use) { return std::move(Reader(source, use).reading); }

Config loadConfig(const ConfigSource& source, ConfigUse use) {
    ConfigReading reading = readConfig(source, use);
    if (reading.errors.empty()) return std::move(reading.config);
    throw std::runtime_error(Poco::cat(std::string("\n"), reading.errors.begin(), reading.errors.end()));
}

}  // namespace aiproject
