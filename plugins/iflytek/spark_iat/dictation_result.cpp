#include "iflytek/spark_iat/dictation_result.h"

#include "iflytek/core/encoding.h"
#include "iflytek/core/error_codes.h"
#include "iflytek/core/json_reading.h"

namespace aiproject::iflytek {
namespace {

using Poco::JSON::Object;

constexpr std::int64_t kLast = 2;

// The best candidate of each word.
std::string wordsOf(const Object::Ptr& result) {
    const auto words = memberArray(result, "ws");
    std::string text;
    if (words.isNull()) return text;
    for (unsigned i = 0; i < words->size(); ++i) {
        const auto candidates = memberArray(words->getObject(i), "cw");
        if (!candidates.isNull()) text += memberText(candidates->getObject(0), "w");
    }
    return text;
}

std::optional<Span> spanOf(const Object::Ptr& result) {
    if (memberText(result, "pgs") != "rpl") return std::nullopt;
    const auto range = memberArray(result, "rg");
    const auto first = elementInteger(range, 0);
    const auto last = elementInteger(range, 1);
    if (!first || !last) return std::nullopt;
    return Span{*first, *last};
}

std::optional<Sentence> sentenceOf(const Object::Ptr& result) {
    if (result.isNull()) return std::nullopt;
    return Sentence{memberInteger(result, "sn").value_or(0), wordsOf(result), spanOf(result)};
}

DictationResult readClassic(const Object::Ptr& root) {
    const auto code = memberInteger(root, "code");
    if (!code) throw CallFailure(ModelStatus::failed, "a message of the upstream has no code");
    const auto data = memberObject(root, "data");
    return {{*code, memberText(root, "message"), memberText(root, "sid")},
            memberInteger(data, "status") == kLast,
            sentenceOf(memberObject(data, "result"))};
}

Object::Ptr decodedResult(const Object::Ptr& result) {
    const std::string text = memberText(result, "text");
    if (text.empty()) return nullptr;
    const auto json = fromBase64(text);
    if (!json || !isUtf8(*json))
        throw CallFailure(ModelStatus::failed, "a result of the upstream is no Base64 of UTF-8");
    return objectOf(*json);
}

DictationResult readLarge(const Object::Ptr& root) {
    const auto header = memberObject(root, "header");
    const auto code = memberInteger(header, "code");
    if (!code) throw CallFailure(ModelStatus::failed, "a message of the upstream has no header.code");
    const auto result = memberObject(memberObject(root, "payload"), "result");
    return {{*code, memberText(header, "message"), memberText(header, "sid")},
            memberInteger(header, "status") == kLast || memberInteger(result, "status") == kLast,
            sentenceOf(decodedResult(result))};
}

}  // namespace

DictationResult readDictationResult(Variant variant, const std::string& json) {
    const auto root = objectOf(json);
    return variant == Variant::large ? readLarge(root) : readClassic(root);
}

}  // namespace aiproject::iflytek
