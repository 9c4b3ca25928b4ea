// The settings of one model, checked.
#pragma once

#include "aiproject/imodel.h"
#include "aiproject/redaction.h"
#include "openai/dialect.h"
#include "upstream/endpoint.h"
#include "upstream/idle_links.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace aiproject::openai {

enum class UserId { none, sent };  // whether the upstream learns an opaque id of the user

// Where and as whom the calls of one model go. Constant after creation, shared by its threads.
struct Upstream {
    outbound::Peer peer;  // its path has no slash at its end
    outbound::IdleSettings warm;
    std::string headLines;  // key and extra headers, each line with its CR LF
    Redaction secrets;
    std::string model;  // its name there
};

// What the operator wants where a client says nothing.
struct ChatDefaults {
    const Dialect* dialect = nullptr;
    std::string maxTokensName;
    std::optional<double> temperature, topP;
    std::optional<std::int64_t> maxTokens;
    UserId userId = UserId::none;
};

constexpr std::size_t kSettingCount = 23;
extern const std::array<Setting, kSettingCount> kSettings;

// Nothing when a setting was rejected; every fault is named at once.
std::optional<Upstream> upstreamOf(const ISettings& settings, const Dialect& dialect);
// Where the answers come from, for people.
std::string originOf(const Upstream& upstream, const Dialect& dialect);
ChatDefaults chatDefaultsOf(const ISettings& settings, const Dialect& dialect);
// Of a model of the kind `text`: a mask of Ability.
std::uint64_t abilitiesOf(const ISettings& settings, const Dialect& dialect);

}  // namespace aiproject::openai
