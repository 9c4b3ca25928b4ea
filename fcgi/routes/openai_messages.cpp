#include "routes/openai_messages.h"

#include "base/error.h"
#include "base/utf8.h"
#include "http/base64.h"
#include "routes/openai_members.h"

#include <algorithm>
#include <optional>

namespace aiproject {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

object objectAt(element value, const std::string& path) {
    object members;
    if (value.get(members) != simdjson::SUCCESS) throw refusalOf(path, "'" + path + "' must be an object");
    refuseOtherWritings(members, path);
    return members;
}

element requiredIn(object members, const char* name, const std::string& path) {
    if (const auto member = memberUnlessNull(members, name)) return *member;
    throw refusalOf(path + "." + name, "'" + path + "." + name + "' is missing");
}

std::string_view requiredText(object members, const char* name, const std::string& path) {
    return textOf(requiredIn(members, name, path), path + "." + name);
}

std::string_view optionalText(object members, const char* name, const std::string& path) {
    const auto member = memberUnlessNull(members, name);
    return member ? textOf(*member, path + "." + name) : std::string_view();
}

std::string_view roleOf(std::string_view role, const std::string& path) {
    if (role == "developer") return "system";
    for (const std::string_view known : {"system", "user", "assistant", "tool"})
        if (role == known) return role;
    if (role == "function")
        throw refusalOf(path, "the role 'function' is of an older form, which is not served: use 'tool'",
                        ErrorKind::unsupported);
    throw refusalOf(path, "'" + path + "' must be system, developer, user, assistant or tool");
}

std::string bytesOf(std::string_view base64, const std::string& path) {
    std::optional<std::string> bytes = decodedBase64(base64);
    if (!bytes || bytes->empty()) throw refusalOf(path, "'" + path + "' is not valid base64");
    return *std::move(bytes);
}

// Of a subtype, RFC 6838, 4.2: what stands here may be written into a question to an upstream.
bool isPictureType(std::string_view mediaType) {
    constexpr std::string_view pictures = "image/";
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+";
    return mediaType.size() > pictures.size() && mediaType.substr(0, pictures.size()) == pictures &&
           mediaType.find_first_not_of(letters, pictures.size()) == std::string_view::npos;
}

}  // namespace

OpenAiMessages::OpenAiMessages(array messages) {
    turns_.reserve(messages.size());
    for (const element message : messages) add(message, "messages[" + std::to_string(turns_.size()) + "]");
    if (turns_.empty()) throw refusalOf("messages", "'messages' must have at least one message");
}

std::string OpenAiMessages::begunPath() const {
    if (std::string_view(turns_.back().role) != "assistant") return {};
    return "messages[" + std::to_string(turns_.size() - 1) + "].role";
}

std::string_view OpenAiMessages::kept(std::string text) { return texts_.emplace_back(std::move(text)); }

void OpenAiMessages::add(element message, const std::string& path) {
    const object members = objectAt(message, path);
    Turn turn;
    const std::string_view role = roleOf(requiredText(members, "role", path), path + ".role");
    turn.role = role;
    turn.name = optionalText(members, "name", path);
    const auto content = memberUnlessNull(members, "content");
    const auto calls = memberUnlessNull(members, "tool_calls");
    if (content)
        addContent(turn, *content, path + ".content");
    else if (role != "assistant")
        throw refusalOf(path + ".content", "'" + path + ".content' is missing");
    if (role == "assistant") {
        turn.thought = optionalText(members, "reasoning_content", path);
        if (turn.thought.size == 0) turn.thought = optionalText(members, "reasoning", path);
        if (calls) addToolCalls(turn, *calls, path + ".tool_calls");
    }
    if (role == "tool") {
        turn.toolCallId = requiredText(members, "tool_call_id", path);
        if (toolsPath_.empty()) toolsPath_ = path + ".role";
    }
    turns_.push_back(turn);
}

void OpenAiMessages::addContent(Turn& turn, element content, const std::string& path) {
    std::string_view text;
    array parts;
    if (content.get(text) == simdjson::SUCCESS)
        turn.content = text;
    else if (content.get(parts) == simdjson::SUCCESS)
        addParts(turn, parts, path);
    else
        throw refusalOf(path, "'" + path + "' must be a text or a list of parts");
}

void OpenAiMessages::addParts(Turn& turn, array elements, const std::string& path) {
    std::vector<Part> parts;
    parts.reserve(elements.size());
    for (const element each : elements) {
        const std::string place = path + "[" + std::to_string(parts.size()) + "]";
        parts.push_back(partOf(each, turn.role, place));
        if (parts.back().kind != PartKind::text) media_.push_back({parts.back(), place});
    }
    const auto isText = [](const Part& part) { return part.kind == PartKind::text; };
    const auto texts = std::count_if(parts.begin(), parts.end(), isText);
    if (texts == 1) {
        turn.content = std::find_if(parts.begin(), parts.end(), isText)->text;
    } else if (texts > 1) {
        std::string all;
        for (const Part& part : parts)
            if (isText(part)) all.append(all.empty() ? "" : "\n").append(part.text);
        turn.content = kept(std::move(all));
    }
    if (std::size_t(texts) == parts.size()) return;
    const std::vector<Part>& keptParts = parts_.emplace_back(std::move(parts));
    turn.parts = {keptParts.data(), keptParts.size()};
}

Part OpenAiMessages::partOf(element value, std::string_view role, const std::string& path) {
    const object members = objectAt(value, path);
    const std::string_view type = requiredText(members, "type", path);
    Part part;
    if (type == "text") {
        part.text = requiredText(members, "text", path);
        return part;
    }
    if (type == "refusal" && role == "assistant") {
        part.text = requiredText(members, "refusal", path);
        return part;
    }
    if (type == "image_url" && role == "user") return picturePart(members, path);
    if (type == "input_audio" && role == "user") return audioPart(members, path);
    throw refusalOf(
        path + ".type",
        "parts of the type '" + quotable(type, 64) + "' are not served in a message of the role " + std::string(role),
        ErrorKind::unsupported);
}

// A URL of the web would be a door to where this server can reach and the client cannot.
Part OpenAiMessages::picturePart(object members, const std::string& path) {
    const element picture = requiredIn(members, "image_url", path);
    std::string place = path + ".image_url";
    Part part;
    part.kind = PartKind::picture;
    std::string_view url;
    if (picture.get(url) != simdjson::SUCCESS) {  // some clients write the bare text
        const object inner = objectAt(picture, place);
        part.detail = optionalText(inner, "detail", place);
        place += ".url";
        url = requiredText(inner, "url", path + ".image_url");
    }
    constexpr std::string_view scheme = "data:", encoding = ";base64,";
    const auto comma = url.substr(0, 256).find(encoding);
    if (url.substr(0, scheme.size()) != scheme)
        throw refusalOf(place, "only data: URLs are taken; this server fetches nothing");
    if (comma == std::string_view::npos || !isPictureType(url.substr(scheme.size(), comma - scheme.size())))
        throw refusalOf(place, "the data: URL must begin as data:image/jpeg;base64, does");
    part.format = url.substr(scheme.size(), comma - scheme.size());
    part.bytes = kept(bytesOf(url.substr(comma + encoding.size()), place));
    return part;
}

Part OpenAiMessages::audioPart(object members, const std::string& path) {
    const std::string place = path + ".input_audio";
    const object audio = objectAt(requiredIn(members, "input_audio", path), place);
    const std::string_view format = requiredText(audio, "format", place);
    if (format != "wav" && format != "mp3")
        throw refusalOf(place + ".format", "'" + place + ".format' must be wav or mp3");
    Part part;
    part.kind = PartKind::audio;
    part.format = format == "wav" ? "audio/wav" : "audio/mpeg";
    part.bytes = kept(bytesOf(requiredText(audio, "data", place), place + ".data"));
    return part;
}

void OpenAiMessages::addToolCalls(Turn& turn, element value, const std::string& path) {
    array elements;
    if (value.get(elements) != simdjson::SUCCESS) throw refusalOf(path, "'" + path + "' must be a list");
    std::vector<ToolCall>& calls = toolCalls_.emplace_back();
    calls.reserve(elements.size());
    for (const element each : elements) {
        const std::string place = path + "[" + std::to_string(calls.size()) + "]";
        const object members = objectAt(each, place);
        const object function = objectAt(requiredIn(members, "function", place), place + ".function");
        ToolCall call;
        call.id = requiredText(members, "id", place);
        call.name = requiredText(function, "name", place + ".function");
        call.arguments = optionalText(function, "arguments", place + ".function");
        calls.push_back(call);
    }
    turn.toolCalls = {calls.data(), calls.size()};
    if (!calls.empty() && toolsPath_.empty()) toolsPath_ = path;
}

}  // namespace aiproject
