#include "api/half_characters.h"

#include "base/json_tokens.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace aiproject {
namespace {

constexpr std::uint32_t kMark = 0xfdd0;    // is no character, so texts have none; then a letter that says which half
constexpr std::uint32_t kMarked = 0x1000;  // of U+D800
constexpr std::string_view kMarkBytes = "\uFDD0", kReplacement = "\uFFFD";
constexpr std::size_t kLetter = 3;  // bytes of it in UTF-8

void addEscape(std::string& json, std::uint32_t unit) {
    constexpr std::string_view digits = "0123456789abcdef";
    json += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) json += digits[unit >> unsigned(shift) & 15U];
}

void addUtf8(std::string& text, std::uint32_t first, std::uint32_t second) {
    const std::uint32_t code = 0x10000 + ((first - kFirstHalves) << 10U) + (second - kSecondHalves);
    text += {char(0xf0U | code >> 18U), char(0x80U | (code >> 12U & 63U)), char(0x80U | (code >> 6U & 63U)),
             char(0x80U | (code & 63U))};
}

// The half that the mark in front of `text` stands for.
std::optional<std::uint32_t> halfIn(std::string_view text) {
    if (text.substr(0, kMarkBytes.size()) != kMarkBytes || text.size() < kMarkBytes.size() + kLetter)
        return std::nullopt;
    const auto bits = [&](std::size_t at) { return std::uint32_t(text[kMarkBytes.size() + at]) & 63U; };
    const std::uint32_t letter = 0x1000U | (bits(1) << 6U) | bits(2);  // E1 begins U+1000 to U+1FFF
    return text[kMarkBytes.size()] == '\xE1' ? std::optional(letter - kMarked + kFirstHalves) : std::nullopt;
}

// What a frame's views point into from now on, beside what they did.
struct JoinedTexts {
    std::shared_ptr<const void> before;
    std::deque<std::string> texts;
};

}  // namespace

std::string withMarkedHalves(std::string_view json) {
    std::string marked;
    marked.reserve(json.size() + 64);
    for (std::size_t at = 0; at < json.size();) {
        const std::size_t escape = std::min(json.find('\\', at), json.size());
        marked.append(json, at, escape - at);
        const auto unit = escapedUnit(json, escape);
        const bool isPair =
            unit && isFirstHalf(*unit) && isSecondHalf(escapedUnit(json, escape + kJsonEscape).value_or(0));
        const std::size_t size = isPair ? 2 * kJsonEscape : unit ? kJsonEscape : 2;
        if (unit && !isPair && (isFirstHalf(*unit) || isSecondHalf(*unit))) {
            addEscape(marked, kMark);
            addEscape(marked, *unit - kFirstHalves + kMarked);
        } else {
            marked.append(json.substr(std::min(escape, json.size()), size));
        }
        at = escape + size;
    }
    return marked;
}

std::string HalfCharacters::joined(const Place& place, std::string_view piece) {
    std::string text;
    while (!piece.empty()) {
        const auto half = halfIn(piece);
        if (const std::uint32_t first = std::exchange(first_, 0); half && first != 0 && isSecondHalf(*half))
            addUtf8(text, first, *half);
        else if (first != 0 || (half && isSecondHalf(*half)))
            text += kReplacement;
        if (half && isFirstHalf(*half)) {
            first_ = *half;
            place_ = place;
        }
        const std::size_t next = half ? kMarkBytes.size() + kLetter : 1;
        if (!half) text += piece.front();
        piece.remove_prefix(next);
    }
    return text;
}

std::string HalfCharacters::joinedAlone(std::string_view text) {
    HalfCharacters halves;
    std::string joined = halves.joined({std::nullopt, 0}, text);
    if (halves.isOpen()) joined += kReplacement;
    return joined;
}

void HalfCharacters::join(FrameLook& look) {
    const bool isLast = look.isEnd || look.seen == Seen::last;
    if (!look.hasHalves && look.pieces.empty() && look.toolPieces.empty() && !isLast) return;
    const auto joined = std::make_shared<JoinedTexts>(JoinedTexts{std::move(look.memory), {}});
    std::vector<AnswerPiece> pieces;
    std::vector<ToolPiece> toolPieces;
    const auto close = [&] {
        if (std::exchange(first_, 0) == 0) return;
        ToolPiece tool;
        tool.index = place_.index;
        tool.arguments = kReplacement;
        if (!place_.of) return toolPieces.push_back(tool);
        pieces.push_back({*place_.of, kReplacement});
    };
    const auto textAt = [&](const Place& place, std::string_view text) -> std::string_view {
        if (!(place == place_)) close();
        return joined->texts.emplace_back(this->joined(place, text));
    };
    for (const AnswerPiece& piece : look.pieces) {
        if (const std::string_view text = textAt({piece.kind, 0}, piece.text); !text.empty())
            pieces.push_back({piece.kind, text});
    }
    for (ToolPiece tool : look.toolPieces) {
        tool.arguments = textAt({std::nullopt, tool.index}, tool.arguments);
        toolPieces.push_back(tool);
    }
    if (isLast) close();
    look.pieces = std::move(pieces);
    look.toolPieces = std::move(toolPieces);
    look.memory = joined;
    look.isWhole = false;
    look.completed.clear();
}

}  // namespace aiproject
