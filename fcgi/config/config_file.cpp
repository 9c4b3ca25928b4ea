#include "config/config_file.h"

#include "base/error.h"
#include "config/config_keys.h"
#include "config/database_url.h"
#include "config/name_rule.h"
#include "config/price_keys.h"

#include <Poco/AutoPtr.h>
#include <Poco/NumberParser.h>
#include <Poco/RegularExpression.h>
#include <Poco/String.h>
#include <Poco/Util/LayeredConfiguration.h>
#include <Poco/Util/MapConfiguration.h>
#include <Poco/Util/PropertyFileConfiguration.h>
#include <Poco/Util/SystemConfiguration.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>

namespace aiproject {
namespace {

using Poco::Util::AbstractConfiguration;
using Values = std::map<std::string, std::string>;

// Why Poco could not expand it and left it as it stands. It may be a part of a secret, so nothing of it is
// repeated but the name of a variable.
std::string notExpanded(const std::string& value) {
    static const Poco::RegularExpression variable(R"(\$\{system\.env\.[A-Za-z_][A-Za-z0-9_]*\})");
    std::string name;
    if (variable.extract(value, name) > 0) return name + " is not set";
    return "has a ${ without the name of a key or of a variable that is set, as ${system.env.NAME}; "
           "the two signs cannot stand for themselves";
}

// Of the last line of the file that sets the key, and so counts; 0: none does.
int lineOf(const std::string& key, const std::string& text) {
    std::istringstream lines(text);
    int found = 0, number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (Poco::trim(line.substr(0, line.find_first_of("=:"))) == key) found = number;
    }
    return found;
}

bool begins(const std::string& text, const std::string& with) { return text.compare(0, with.size(), with) == 0; }

bool isUsed(const std::string& key, ConfigUse use) {
    switch (use) {
        case ConfigUse::all: return true;
        case ConfigUse::accounts: return begins(key, "database.") || begins(key, "auth.") || begins(key, "quota.");
        case ConfigUse::manager: return key == "run.dir";
    }
    return true;
}

// A key can be a value and the stem of others at once: pool.x and pool.x.socket.
void collectKeys(const AbstractConfiguration& source, const std::string& stem, std::set<std::string>& keys) {
    AbstractConfiguration::Keys below;
    source.keys(stem, below);
    for (const auto& word : below) {
        const std::string key = stem.empty() ? word : stem + "." + word;
        if (key.empty() || source.hasProperty(key)) keys.insert(key);
        if (key.empty()) continue;  // "= x" or ".a = x"; the stem of all keys, so it would go on for ever
        collectKeys(source, key, keys);
    }
}

class Reader {
public:
    Reader(const ConfigSource& source, ConfigUse use) : use_(use) { read(source); }

    ConfigReading reading;

private:
    void read(const ConfigSource& source) {
        const bool isDefault = source.file.empty();
        if (!isDefault || std::filesystem::exists(kDefaultConfigFile))
            reading.config.source = isDefault ? kDefaultConfigFile : source.file;
        const Values values = load(source);
        makePools(values);
        apply(values);
        if (values.count("pool.media.models") == 0) giveMediaItsModels();
        check();
    }

    std::string where(const std::string& key) const {
        return (overridden_.count(key) ? "-D" : reading.config.source + ": ") + key;
    }

    void fail(const std::string& key, const std::string& reason) {
        if (use_ == ConfigUse::manager && !isUsed(key, use_)) return;
        reading.errors.push_back(where(key) + ": " + reason);
    }

    Values load(const ConfigSource& source) {
        Poco::AutoPtr<Poco::Util::MapConfiguration> overrides(new Poco::Util::MapConfiguration);
        for (const auto& entry : source.overrides) takeOverride(entry, *overrides);
        Poco::AutoPtr<AbstractConfiguration> file = openFile(source.copy);

        std::set<std::string> keys;
        collectKeys(*overrides, "", keys);
        collectKeys(*file, "", keys);
        if (keys.erase("") > 0) fail("", "a key is empty, or begins with a dot");

        Poco::AutoPtr<Poco::Util::SystemConfiguration> system(new Poco::Util::SystemConfiguration);
        Poco::AutoPtr<Poco::Util::LayeredConfiguration> layers(new Poco::Util::LayeredConfiguration);
        layers->add(overrides, 0);
        layers->add(file, 1);
        layers->add(system, 2);
        return expanded(*layers, keys);
    }

    void takeOverride(const std::string& entry, Poco::Util::MapConfiguration& overrides) {
        const auto equals = entry.find('=');
        const std::string key = Poco::trim(entry.substr(0, equals));
        if (equals == std::string::npos || key.empty()) {
            // Only its beginning is repeated: the rest may be a secret.
            const auto end = std::find_if_not(entry.begin(), entry.end(), [](unsigned char c) {
                return std::isalnum(c) || c == '_' || c == '-' || c == '.';
            });
            reading.errors.push_back("-D" + std::string(entry.begin(), end) + ": write it as -Dkey=value");
            return;
        }
        overridden_.insert(key);
        if (entry.find('\n') != std::string::npos) return fail(key, "has a line break");  // overrides.h has one a line
        overrides.setString(key, Poco::trim(entry.substr(equals + 1)));
    }

    Poco::AutoPtr<AbstractConfiguration> openFile(int copy) {
        if (reading.config.source.empty()) return {new Poco::Util::MapConfiguration};
        try {
            const std::string copied = "/proc/self/fd/" + std::to_string(copy);
            std::ifstream file(copy < 0 ? reading.config.source : copied);
            // Poco's own message for what is no file, or may not be read.
            if (!file || file.peek() == std::ifstream::traits_type::eof())
                return {new Poco::Util::PropertyFileConfiguration(copy < 0 ? reading.config.source : copied)};
            text_.assign(std::istreambuf_iterator<char>(file), {});
            std::istringstream text(text_);
            return {new Poco::Util::PropertyFileConfiguration(text)};
        } catch (const std::exception& e) {
            reading.errors.push_back(reading.config.source + ": cannot be read: " + describe(e));
            return {new Poco::Util::MapConfiguration};
        }
    }

    Values expanded(const AbstractConfiguration& layers, const std::set<std::string>& keys) {
        Values values;
        std::map<std::string, std::string> keysByReason;  // or a variable would be told as often as it is used
        for (const auto& key : keys) {
            try {
                values[key] = layers.getString(key);
            } catch (const std::exception& e) {
                fail(key, describe(e));
                continue;
            }
            // Poco leaves what it cannot expand as it stands.
            if (values[key].find("${") == std::string::npos) continue;
            if (isUsed(key, use_)) {
                std::string& keysOfIt = keysByReason[notExpanded(values[key])];
                keysOfIt += (keysOfIt.empty() ? "" : ", ") + lineOfFile(key) + key;
            }
            noteUnread(key);
            values.erase(key);
        }
        for (const auto& [reason, which] : keysByReason) reading.errors.push_back(which + ": " + reason);
        return values;
    }

    // As compilers name a place: FILE:LINE: KEY.
    std::string lineOfFile(const std::string& key) const {
        if (overridden_.count(key) > 0) return "-D";
        const int line = lineOf(key, text_);
        return reading.config.source + (line > 0 ? ":" + std::to_string(line) : "") + ": ";
    }

    // A model that lacks it is not blamed as well.
    void noteUnread(const std::string& key) {
        const auto dot = key.find('.', 6);
        if (key.compare(0, 6, "model.") != 0 || dot == std::string::npos || !isName(key.substr(6, dot - 6))) return;
        reading.config.models[key.substr(6, dot - 6)].unread.insert(key.substr(dot + 1));
    }

    void makePools(const Values& values) {
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
        for (const auto& entry : values) {
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

    void apply(const Values& values) {
        std::map<std::string, Key> known;
        for (auto& key : keysOf(reading.config)) known.emplace(key.name, key);
        for (const auto& [key, value] : values) {
            const auto found = known.find(key);
            if (found != known.end()) {
                if (!found->second.set(value)) fail(key, "'" + value + "' is not " + found->second.allowed);
            } else if (key.compare(0, 6, "model.") == 0) {
                takeModelSetting(key, value);
            } else {
                fail(key, "there is no such key; `aiproject check --print-config` lists them all");
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

    void check() {
        for (auto& [name, pool] : reading.config.pools)
            if (pool.socket.empty()) pool.socket = reading.config.runDir + "/" + name + ".sock";
        for (const auto& [name, pool] : reading.config.pools)
            if (pool.socket.size() > 107)  // sockaddr_un::sun_path
                fail("pool." + name + ".socket", pool.socket + " is longer than 107 bytes");
        const TimeoutConfig& timeouts = reading.config.timeouts;
        if (timeouts.total < timeouts.firstFrame || timeouts.total < timeouts.idleFrame)
            reading.warnings.push_back(where("timeout.total_ms") + ": shorter than first_frame_ms or idle_frame_ms");
        warnOfReaders();
    }

    // The file may hold upstream keys, or a password.
    void warnOfReaders() {
        struct stat status {};
        const std::string& file = reading.config.source;
        const bool hasModels = !reading.config.models.empty();
        if (!hasModels && !hasPassword(reading.config.database.url)) return;
        if (file.empty() || stat(file.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return;
        reading.warnings.push_back(file + ": every user can read it, and it has " +
                                   (hasModels ? "model settings" : "the password of a database") + "; chmod 640 it");
    }

    const ConfigUse use_;
    std::string text_;  // of the file
    std::set<std::string> overridden_;
};

}  // namespace

ConfigReading readConfig(const ConfigSource& source, ConfigUse use) { return std::move(Reader(source, use).reading); }

Config loadConfig(const ConfigSource& source, ConfigUse use) {
    ConfigReading reading = readConfig(source, use);
    if (reading.errors.empty()) return std::move(reading.config);
    throw std::runtime_error(Poco::cat(std::string("\n"), reading.errors.begin(), reading.errors.end()));
}

}  // namespace aiproject
