#include "upstream/program_options.h"

#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/NumberParser.h>
#include <Poco/Util/PropertyFileConfiguration.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>

namespace aiproject::upstream {

namespace {

using std::chrono::milliseconds;
using Values = std::map<std::string, std::string>;

struct FaultName {
    const char* name;
    FaultKind kind;
};

constexpr FaultName kFaults[] = {
    {"none", FaultKind::none},
    {"refuse_connect", FaultKind::refuseConnect},
    {"hang_before_upgrade", FaultKind::hangBeforeUpgrade},
    {"http_status", FaultKind::httpStatus},
    {"wrong_signature", FaultKind::wrongSignature},
    {"skewed_clock", FaultKind::skewedClock},
    {"speak_unasked", FaultKind::speakUnasked},
    {"close_idle", FaultKind::closeIdle},
    {"drop_before_frame", FaultKind::dropBeforeFrame},
    {"hang_before_frame", FaultKind::hangBeforeFrame},
    {"hang_mid_answer", FaultKind::hangMidAnswer},
    {"drop_mid_answer", FaultKind::dropMidAnswer},
    {"close_mid_answer", FaultKind::closeMidAnswer},
    {"error_frame", FaultKind::errorFrame},
    {"error_mid_answer", FaultKind::errorMidAnswer},
    {"sensitive_at_end", FaultKind::sensitiveAtEnd},
    {"malformed_json", FaultKind::malformedJson},
    {"not_json_object", FaultKind::notJsonObject},
    {"fragmented", FaultKind::fragmented},
    {"ping_flood", FaultKind::pingFlood},
    {"lone_ping", FaultKind::lonePing},
    {"empty_frames", FaultKind::emptyFrames},
    {"huge_frame", FaultKind::hugeFrame},
    {"slow", FaultKind::slow},
    {"dripping", FaultKind::dripping},
    {"binary_frame", FaultKind::binaryFrame},
    {"late", FaultKind::late},
    {"cut_at_byte", FaultKind::cutAtByte},
    {"end_at_byte", FaultKind::endAtByte},
    {"no_usage", FaultKind::noUsage},
    {"usage_twice", FaultKind::usageTwice},
    {"no_finish", FaultKind::noFinish},
    {"no_done", FaultKind::noDone},
    {"loose_lines", FaultKind::looseLines},
    {"gzipped", FaultKind::gzipped},
};

std::string faultNames() {
    std::string names;
    for (const auto& fault : kFaults) names += (names.empty() ? "" : "|") + std::string(fault.name);
    return names;
}

bool setFault(ProgramOptions& options, const std::string& value) {
    const auto* found =
        std::find_if(std::begin(kFaults), std::end(kFaults), [&](const FaultName& one) { return value == one.name; });
    if (found == std::end(kFaults)) return false;
    options.simulator.fault.kind = found->kind;
    return true;
}

bool setTransport(ProgramOptions& options, const std::string& value) {
    options.simulator.transport = value == "tls" ? Transport::tls : Transport::plain;
    return value == "tls" || value == "plain";
}

template <class Number>
bool setNumber(Number& number, const std::string& value, int least, int most) {
    int parsed = 0;
    if (!Poco::NumberParser::tryParse(value, parsed) || parsed < least || parsed > most) return false;
    number = static_cast<Number>(parsed);
    return true;
}

constexpr int kMost = std::numeric_limits<int>::max();

struct Key {
    const char* name;
    const char* standard;
    std::string allowed;
    bool (*set)(ProgramOptions& options, const std::string& value);
};

bool notEmpty(std::string& text, const std::string& value) {
    text = value;
    return !value.empty();
}

std::vector<Key> keys() {
    using P = ProgramOptions;
    using S = const std::string;
    const std::string number = "0 to 2147483647";
    return {
        {"port", "0", "0 to 65535; 0: a free one", [](P& o, S& v) { return setNumber(o.simulator.port, v, 0, 65535); }},
        {"transport", "plain", "plain|tls", setTransport},
        {"ca_directory", "none", "a folder, for tls; ca.pem in it is the file to trust",
         [](P& o, S& v) { return notEmpty(o.simulator.caDirectory, v); }},
        {"app_id", "5f5e1000", "any text", [](P& o, S& v) { return notEmpty(o.simulator.appId, v); }},
        {"api_key", "0123456789abcdef0123456789abcdef", "any text",
         [](P& o, S& v) { return notEmpty(o.simulator.apiKey, v); }},
        {"api_secret", "c2ltdWxhdG9yLXNlY3JldC1ub3QtcmVhbA", "any text",
         [](P& o, S& v) { return notEmpty(o.simulator.apiSecret, v); }},
        {"openai_key", "sk-simulator-not-real", "any text; empty: none is asked for",
         [](P& o, S& v) {
             o.simulator.openAiKey = v;
             return true;
         }},
        {"answer_frames", "6", "1 to 10000",
         [](P& o, S& v) { return setNumber(o.simulator.answerFrames, v, 1, 10000); }},
        {"frame_gap_ms", "40", number, [](P& o, S& v) { return setNumber(o.simulator.frameGap, v, 0, kMost); }},
        {"fault", "none", faultNames(), setFault},
        {"fault.code", "0", number + "; 0: what fits the fault",
         [](P& o, S& v) { return setNumber(o.simulator.fault.code, v, 0, kMost); }},
        {"fault.text", "", "any text",
         [](P& o, S& v) {
             o.simulator.fault.text = v;
             return true;
         }},
        {"fault.header", "none", "a header line, for OpenAI's face: Retry-After: 2",
         [](P& o, S& v) {
             o.simulator.fault.header = v;
             return v.find(':') != std::string::npos;
         }},
        {"fault.pause_ms", "0", number, [](P& o, S& v) { return setNumber(o.simulator.fault.pause, v, 0, kMost); }},
        {"fault.times", "-1", "-1 to 2147483647; -1: always",
         [](P& o, S& v) { return setNumber(o.simulator.fault.times, v, -1, kMost); }},
        {"ready_file", "none", "a file; the port is written to it",
         [](P& o, S& v) { return notEmpty(o.readyFile, v); }},
    };
}

void addKeysBelow(const Poco::Util::AbstractConfiguration& file, const std::string& parent, Values& values) {
    Poco::Util::AbstractConfiguration::Keys children;
    file.keys(parent, children);
    for (const auto& child : children) {
        std::string key = parent;
        key.append(parent.empty() ? "" : ".").append(child);
        if (file.hasProperty(key)) values[key] = file.getString(key);
        addKeysBelow(file, key, values);
    }
}

Values readFile(const std::string& path) {
    Values values;
    try {
        const Poco::AutoPtr<Poco::Util::PropertyFileConfiguration> file(
            new Poco::Util::PropertyFileConfiguration(path));
        addKeysBelow(*file, "", values);
    } catch (const Poco::Exception& e) {
        throw std::invalid_argument("-c " + path + ": " + e.displayText());
    }
    return values;
}

[[noreturn]] void refuseKey(const std::string& name, const std::vector<Key>& known) {
    std::string names;
    for (const auto& one : known) names.append(names.empty() ? "" : ", ").append(one.name);
    throw std::invalid_argument(name + ": unknown key; allowed are " + names);
}

[[noreturn]] void refuseValue(const std::string& value, const Key& key) {
    throw std::invalid_argument(std::string(key.name) + ": '" + value + "' is not allowed; allowed is " + key.allowed);
}

void applyValues(const Values& values, ProgramOptions& options) {
    const auto known = keys();
    for (const auto& [name, value] : values) {
        const auto& wanted = name;
        const auto key = std::find_if(known.begin(), known.end(), [&](const Key& one) { return wanted == one.name; });
        if (key == known.end()) refuseKey(name, known);
        if (!key->set(options, value)) refuseValue(value, *key);
    }
    if (options.simulator.transport == Transport::tls && options.simulator.caDirectory.empty())
        throw std::invalid_argument("ca_directory: missing; transport = tls needs a folder");
}

}  // namespace

ProgramOptions readProgramOptions(const std::vector<std::string>& arguments) {
    ProgramOptions options;
    options.simulator.frameGap = milliseconds(40);  // so that a person sees the stream
    Values fromFile;
    Values defined;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& argument = arguments[i];
        const auto equals = argument.find('=');
        if (argument == "--help") {
            options.help = true;
            return options;
        }
        if (argument == "-c" && i + 1 < arguments.size())
            fromFile = readFile(arguments[++i]);
        else if (argument.compare(0, 2, "-D") == 0 && equals != std::string::npos)
            defined[argument.substr(2, equals - 2)] = argument.substr(equals + 1);
        else
            throw std::invalid_argument(argument + ": unknown argument; allowed are -c FILE, -Dkey=value, --help");
    }
    defined.merge(fromFile);
    applyValues(defined, options);
    return options;
}

std::string programHelp() {
    std::string text =
        "usage: upstream-simulator [-c FILE] [-Dkey=value ...]\n"
        "A stand-in for iFlytek's WebSocket services and for OpenAI's HTTP service (/v1), on 127.0.0.1, for tests and "
        "trials.\n"
        "FILE has key = value lines; -D wins over it.\n\n";
    for (const auto& key : keys())
        text += std::string(key.name) + " (default " + (*key.standard == '\0' ? "empty" : key.standard) + ")\n    " +
                key.allowed + "\n";
    return text;
}

}  // namespace aiproject::upstream
