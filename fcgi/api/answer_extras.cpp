#include "api/answer_extras.h"

#include "api/frame_json.h"
#include "api/half_characters.h"
#include "base/json_text.h"

#include <algorithm>
#include <initializer_list>

namespace aiproject {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using Kind = PiecedJson::Kind;

// What the answer's other parts say.
bool isShownElsewhere(std::string_view name) {
    const std::initializer_list<std::string_view> shown{
        "role", "content", "refusal", "reasoning", "reasoning_content", "tool_calls", "function_call"};
    return std::find(shown.begin(), shown.end(), name) != shown.end();
}

// Said again, not continued.
bool isSaidAgain(std::string_view name) {
    const std::initializer_list<std::string_view> again{"id", "type", "object", "index"};
    return std::find(again.begin(), again.end(), name) != again.end();
}

void addJson(std::string& json, const PiecedJson& value) {
    switch (value.kind) {
        case Kind::none: json += "null"; return;
        case Kind::text: addJsonText(json, value.text); return;
        case Kind::other: json += value.text; return;
        case Kind::list:
        case Kind::object: break;
    }
    const bool isObject = value.kind == Kind::object;
    json += isObject ? '{' : '[';
    const std::size_t begin = json.size();
    for (const PiecedJson& part : value.parts) {
        if (json.size() > begin) json += ',';
        if (isObject) {
            addJsonText(json, part.name);
            json += ':';
        }
        addJson(json, part);
    }
    if (!value.text.empty() && json.size() > begin) json += ',';
    json += value.text;
    json += isObject ? '}' : ']';
}

// Puts values together, and counts what they take, until that is too much.
class Joiner {
public:
    Joiner(bool hasHalves, std::size_t most) : hasHalves_(hasHalves), most_(most) {}

    std::size_t bytes() const { return bytes_; }

    void addMember(PiecedJson& into, std::string_view name, const element& value) {
        if (bytes_ > most_) return;
        into.kind = Kind::object;
        auto found = std::find_if(into.parts.begin(), into.parts.end(),
                                  [&](const PiecedJson& part) { return part.name == name; });
        if (found == into.parts.end()) found = into.parts.insert(found, fresh(std::string(name)));
        add(*found, value);
    }

private:
    PiecedJson fresh(std::string name = {}) {
        bytes_ += sizeof(PiecedJson) + name.size();
        PiecedJson part;
        part.name = std::move(name);
        return part;
    }

    // Nothing is left of what is of another kind.
    static void begin(PiecedJson& into, Kind kind) {
        if (into.kind == kind) return;
        into.kind = kind;
        into.text.clear();
        into.parts.clear();
    }

    void addText(PiecedJson& into, std::string_view text) {
        bytes_ += text.size();
        if (hasHalves_)
            into.text += HalfCharacters::joinedAlone(text);
        else
            into.text += text;
    }

    void add(PiecedJson& into, const element& value) {
        std::string_view text;
        simdjson::dom::array list;
        object members;
        if (value.get(text) == simdjson::SUCCESS) {
            begin(into, Kind::text);
            if (isSaidAgain(into.name)) into.text.clear();
            addText(into, text);
        } else if (value.get(list) == simdjson::SUCCESS) {
            begin(into, Kind::list);
            for (const element entry : list) addEntry(into, entry);
        } else if (value.get(members) == simdjson::SUCCESS) {
            begin(into, Kind::object);
            addMembers(into, members);
        } else if (!value.is_null() || into.kind == Kind::none) {
            begin(into, Kind::other);
            into.text.clear();
            addText(into, simdjson::minify(value));
        }
    }

    void addMembers(PiecedJson& into, const object& members) {
        for (const auto& [name, value] : members)
            if (!value.is_null()) addMember(into, name, value);
    }

    void addEntry(PiecedJson& list, const element& entry) {
        object members;
        std::uint64_t index = 0;
        const bool isNumbered = entry.get(members) == simdjson::SUCCESS && list.text.empty() &&
                                members["index"].get(index) == simdjson::SUCCESS && index <= list.parts.size();
        if (!isNumbered) {
            if (!list.text.empty()) list.text += ',';
            return addText(list, simdjson::minify(entry));
        }
        if (index == list.parts.size()) list.parts.push_back(fresh());
        PiecedJson& part = list.parts[index];
        begin(part, Kind::object);
        addMembers(part, members);
    }

    const bool hasHalves_;
    const std::size_t most_;
    std::size_t bytes_ = 0;
};

}  // namespace

std::size_t AnswerExtras::add(std::string_view frame, std::size_t most) {
    const FrameJson json = readFrameApart(frame);
    simdjson::dom::array choices;
    object choice, members;
    if (!json.object || (*json.object)["choices"].get(choices) != simdjson::SUCCESS ||
        choices.at(0).get(choice) != simdjson::SUCCESS)
        return 0;
    Joiner joiner(json.hasHalves, most);
    if (choice["logprobs"].get(members) == simdjson::SUCCESS)
        for (const auto& [name, value] : members) joiner.addMember(logprobs_, name, value);
    const bool isChunk = choice["delta"].get(members) == simdjson::SUCCESS;
    if (isChunk || choice["message"].get(members) == simdjson::SUCCESS)
        for (const auto& [name, value] : members)
            if (!value.is_null() && !isShownElsewhere(name)) joiner.addMember(message_, name, value);
    return joiner.bytes();
}

std::string AnswerExtras::ofMessage() const {
    std::string json;
    for (const PiecedJson& member : message_.parts) {
        json += ',';
        addJsonText(json, member.name);
        json += ':';
        addJson(json, member);
    }
    return json;
}

std::string AnswerExtras::logprobs() const {
    std::string json;
    addJson(json, logprobs_);
    return json;
}

}  // namespace aiproject
