#include "billing/settlement.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <rapidjson/allocators.h>
#include <rapidjson/writer.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace aiproject {
namespace {

using Poco::JSON::Object;

// Gives each member its name, once for both directions.
template <class Step, class Record>
void forEachMember(Record& record, Step&& step) {
    step("call_id", record.callId);
    step("user_id", record.userId);
    step("held", record.hold.isMade);
    step("held_tokens", record.hold.amounts.tokens);
    step("held_pictures", record.hold.amounts.pictures);
    step("held_voice_seconds", record.hold.amounts.voiceSeconds);
    step("held_calls", record.hold.calls);
    step("charged", record.isCharged);
    step("user_name", record.userName);
    step("model", record.model);
    step("route", record.route);
    step("kind", record.kind);
    step("outcome", record.outcome);
    step("basis", record.basis);
    step("request_id", record.requestId);
    step("upstream_id", record.upstreamId);
    step("at_ms", record.atMs);
    step("milliseconds", record.milliseconds);
    step("tokens_in", record.tokensIn);
    step("tokens_out", record.tokensOut);
    step("tokens", record.used.tokens);
    step("pictures", record.used.pictures);
    step("voice_seconds", record.used.voiceSeconds);
}

// Those that most calls lack, and so did programs from before keys and prices: what is 0 is not written.
template <class Step, class Record>
void forEachRareMember(Record& record, Step&& step) {
    step("key_id", record.keyId);
    step("key_charged", record.isKeyCharged);
    step("held_key_id", record.hold.keyId);
    step("held_key_tokens", record.hold.keyTokens);
    step("held_key_money", record.hold.keyMoney);
    step("money_charged", record.isMoneyCharged);
    step("held_money", record.hold.amounts.money);
    step("tokens_cached", record.tokensCached);
    step("tokens_reasoning", record.tokensReasoning);
    step("cost", record.used.money);
}

// Each call is written once at least: a tree of Poco's would take ten times as long and 140 allocations, rapidjson's
// way into a buffer of its own, and from there into the text, six.
struct Output {
    using Ch = char;
    std::string& text;
    void Put(char byte) const { text += byte; }  // NOLINT(readability-identifier-naming): rapidjson's names
    void Flush() const {}                        // NOLINT(readability-identifier-naming)
};
using Memory = rapidjson::MemoryPoolAllocator<>;
using Writer = rapidjson::Writer<Output, rapidjson::UTF8<>, rapidjson::UTF8<>, Memory>;
void write(Writer& writer, const std::string& text) { writer.String(text.data(), rapidjson::SizeType(text.size())); }
void write(Writer& writer, std::int64_t number) { writer.Int64(number); }
void write(Writer& writer, bool isTrue) { writer.Bool(isTrue); }

}  // namespace

std::string jsonOf(const Settlement& settlement) {
    constexpr std::size_t most = 1024;  // bytes, of nearly all; its names alone have 330
    std::string json;
    json.reserve(most);
    Output output{json};
    alignas(std::max_align_t) std::array<char, 256> room{};  // for how deep it is
    Memory memory(room.data(), room.size());
    Writer writer(output, &memory, 1);
    const auto add = [&](const char* name, const auto& value) {
        writer.Key(name);
        write(writer, value);
    };
    writer.StartObject();
    forEachMember(settlement, add);
    forEachRareMember(settlement, [&](const char* name, auto value) {
        if (value != decltype(value)()) add(name, value);
    });
    writer.EndObject();
    return json;
}

Settlement settlementIn(const std::string& json) {
    const auto object = Poco::JSON::Parser().parse(json).extract<Object::Ptr>();
    Settlement settlement;
    forEachMember(settlement, [&](const char* name, auto& value) {
        value = object->getValue<std::decay_t<decltype(value)>>(name);
    });
    forEachRareMember(settlement, [&](const char* name, auto& value) {
        if (object->has(name)) value = object->getValue<std::decay_t<decltype(value)>>(name);
    });
    if (settlement.callId.empty()) throw std::runtime_error("it has no call_id");
    return settlement;
}

}  // namespace aiproject
