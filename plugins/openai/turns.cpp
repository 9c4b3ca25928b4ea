#include "openai/turns.h"

#include "upstream/json_members.h"
#include "upstream/json_reading.h"
#include "upstream/text.h"

#include <utility>

namespace aiproject::openai {
namespace {

using outbound::addQuoted;

void addMember(std::string& json, const char* name, std::string_view value) {
    json.append(",\"").append(name).append("\":");
    addQuoted(json, value);
}

// OpenAI's names of the two formats that it takes.
std::string_view audioFormatOf(std::string_view format) {
    return format.find("mpeg") != std::string_view::npos || format.find("mp3") != std::string_view::npos ? "mp3"
                                                                                                         : "wav";
}

void addPicture(std::string& json, const Part& part) {
    json += R"({"type":"image_url","image_url":{"url":)";
    if (part.bytes.size > 0)
        addDataUrl(json, part.format, part.bytes);
    else
        addQuoted(json, part.url);
    if (part.detail.size > 0) addMember(json, "detail", part.detail);
    json += "}}";
}

void addPart(std::string& json, const Part& part) {
    switch (part.kind) {
        case PartKind::picture: return addPicture(json, part);
        case PartKind::audio:
            json += R"({"type":"input_audio","input_audio":{"data":")";
            json.append(outbound::base64(part.bytes)).append(R"(","format":")").append(audioFormatOf(part.format));
            json += "\"}}";
            return;
        default: break;
    }
    json += R"({"type":"text","text":)";
    addQuoted(json, part.text);
    json += '}';
}

bool hasOtherThanText(const Turn& turn) {
    for (std::uint64_t i = 0; i < turn.parts.count; ++i)
        if (turn.parts[i].kind != PartKind::text) return true;
    return false;
}

void addContent(std::string& json, const Turn& turn) {
    json += R"(,"content":)";
    if (turn.toolCalls.count > 0 && turn.content.size == 0) {
        json += "null";
    } else if (!hasOtherThanText(turn)) {
        addQuoted(json, turn.content);
    } else {
        for (std::uint64_t i = 0; i < turn.parts.count; ++i) {
            json += i == 0 ? '[' : ',';
            addPart(json, turn.parts[i]);
        }
        json += ']';
    }
}

void addToolCalls(std::string& json, const Turn& turn) {
    if (turn.toolCalls.count == 0) return;
    json += R"(,"tool_calls":[)";
    for (std::uint64_t i = 0; i < turn.toolCalls.count; ++i) {
        const ToolCall call = turn.toolCalls[i];
        json += i == 0 ? R"({"id":)" : R"(,{"id":)";
        addQuoted(json, call.id);
        json += R"(,"type":"function","function":{"name":)";
        addQuoted(json, call.name);
        addMember(json, "arguments", call.arguments);
        json += "}}";
    }
    json += ']';
}

bool isDeveloper(const outbound::JsonMember& member) {
    return member.name == "role" && member.value.find("\"developer\"") != std::string_view::npos;
}

bool addMessage(std::string& json, const Dialect& dialect, std::string_view message) {
    const auto members = outbound::membersOf(message);
    if (!members) return false;
    char before = '{';
    for (const outbound::JsonMember& member : *members) {
        if (dialect.names == Does::no && member.name == "name") continue;
        json += std::exchange(before, ',');
        if (dialect.developerRole == Does::no && isDeveloper(member))
            json += R"("role":"system")";
        else
            json += member.whole;
    }
    json += '}';
    return before == ',';
}

}  // namespace

std::optional<std::string> messagesFor(const Dialect& dialect, std::string_view messages) {
    const auto elements = outbound::elementsOf(messages);
    if (!elements) return std::nullopt;
    std::string json;
    for (const std::string_view message : *elements) {
        json += json.empty() ? '[' : ',';
        if (!addMessage(json, dialect, message)) return std::nullopt;
    }
    return json + ']';
}

void addDataUrl(std::string& json, std::string_view format, std::string_view bytes) {
    addQuoted(json, "data:" + std::string(format) + ";base64,");  // the format may be a client's words
    json.pop_back();
    json.append(outbound::base64(bytes)).append("\"");
}

void addTurns(const ModelRequest& request, const Dialect& dialect, std::string& json) {
    json += '[';
    for (std::uint64_t i = 0; i < request.turns.count; ++i) {
        const Turn turn = request.turns[i];
        json += i == 0 ? R"({"role":)" : R"(,{"role":)";
        addQuoted(json, turn.role);
        addContent(json, turn);
        if (turn.thought.size > 0) addMember(json, dialect.thought, turn.thought);
        if (turn.name.size > 0 && dialect.names == Does::yes) addMember(json, "name", turn.name);
        if (turn.toolCallId.size > 0) addMember(json, "tool_call_id", turn.toolCallId);
        addToolCalls(json, turn);
        json += '}';
    }
    json += ']';
}

}  // namespace aiproject::openai
