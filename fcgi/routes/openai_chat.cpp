#include "routes/openai_chat.h"

#include "api/openai.h"
#include "base/unix_time.h"
#include "call/abilities.h"
#include "http/wav.h"
#include "routes/openai_members.h"
#include "routes/picture_formats.h"

#include <algorithm>
#include <array>
#include <utility>

namespace aiproject {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

// Schemas of tools are deep and long; a parsed value takes at least 16 bytes.
constexpr JsonLimits kChatLimits{128, 1'000'000};

template <class Number>
void set(Optional<Number>& member, const std::optional<Number>& value) {
    if (value) member = {*value, 1};
}

std::string requiredTextOf(object request, const char* name) {
    if (const auto member = memberUnlessNull(request, name)) return std::string(textOf(*member, name));
    throw refusalOf(name, "'" + std::string(name) + "' is missing");
}

void refuseUnless(bool isDone, const std::string& member, const std::string& what) {
    if (!isDone) throw refusalOf(member, what, ErrorKind::unsupported);
}

}  // namespace

OpenAiChat::OpenAiChat(std::string body)
    : body_(std::move(body)),
      json_(body_, kChatLimits, body_.capacity() - body_.size()),
      created_(unixMilliseconds() / 1'000) {
    const object request = json_.root();
    checkMembers(request);
    model_ = requiredTextOf(request, "model");
    isStreamed_ = flagIn(request, "", "stream");
    if (const auto options = memberUnlessNull(request, "stream_options"))
        includesUsage_ = flagIn(options->get_object().value(), "stream_options.", "include_usage");
    if (const auto choices = integerIn(request, "n", 1))
        refuseUnless(*choices == 1, "n", "'n' must be 1: one choice is all that this server answers");
    const auto messages = memberUnlessNull(request, "messages");
    if (!messages) throw refusalOf("messages", "'messages' is missing");
    messages_ = std::make_unique<OpenAiMessages>(messages->get_array().value());
    readSampling(request);
    readTools(request);
    readStop(request);
}

void OpenAiChat::readSampling(object request) {
    set(sampling_.temperature, numberIn(request, "temperature", 0, 2));
    set(sampling_.topP, numberIn(request, "top_p", 0, 1));
    set(sampling_.presencePenalty, numberIn(request, "presence_penalty", -2, 2));
    set(sampling_.frequencyPenalty, numberIn(request, "frequency_penalty", -2, 2));
    set(sampling_.seed, integerIn(request, "seed", INT64_MIN));
    const auto topK = integerIn(request, "top_k", -1);
    if (topK && *topK > 0) set(sampling_.topK, topK);  // 0 and -1: no limit
    set(sampling_.maxTokens, integerIn(request, "max_tokens", 1));
    set(sampling_.maxTokens, integerIn(request, "max_completion_tokens", 1));  // the newer name wins
    const auto effort = memberUnlessNull(request, "reasoning_effort");
    if (!effort) return;
    constexpr std::array<std::string_view, 7> efforts{"none", "minimal", "low", "medium", "high", "xhigh", "max"};
    const std::string_view word = textOf(*effort, "reasoning_effort");
    if (std::find(efforts.begin(), efforts.end(), word) == efforts.end())
        throw refusalOf("reasoning_effort",
                        "'reasoning_effort' must be none, minimal, low, medium, high, xhigh or max");
    sampling_.reasoningEffort = word;
}

void OpenAiChat::readTools(object request) {
    const auto tools = memberUnlessNull(request, "tools");
    array list;
    if (tools && tools->get(list) == simdjson::SUCCESS && list.size() > 0) {
        std::size_t place = 0;
        for (const element each : list) {
            const std::string path = "tools[" + std::to_string(place++) + "]";
            object tool, function;
            if (each.get(tool) != simdjson::SUCCESS) throw refusalOf(path, "'" + path + "' must be an object");
            refuseOtherWritings(tool, path);
            const auto type = memberUnlessNull(tool, "type");
            refuseUnless(type && type->is_string() && textOf(*type, path) == "function", path + ".type",
                         "'" + path + ".type' must be function");
            const auto inner = memberUnlessNull(tool, "function");
            if (!inner || inner->get(function) != simdjson::SUCCESS)
                throw refusalOf(path + ".function", "'" + path + ".function' must be an object");
            refuseOtherWritings(function, path + ".function");
            const auto name = memberUnlessNull(function, "name");
            if (!name || textOf(*name, path + ".function.name").empty())
                throw refusalOf(path + ".function.name", "'" + path + ".function.name' is missing");
        }
        tools_ = simdjson::minify(*tools);
        if (const auto choice = memberUnlessNull(request, "tool_choice")) toolChoice_ = simdjson::minify(*choice);
    }
    const auto format = memberUnlessNull(request, "response_format");
    if (!format) return;
    const auto type = memberUnlessNull(format->get_object().value(), "type");
    if (!type) throw refusalOf("response_format.type", "'response_format.type' is missing");
    if (textOf(*type, "response_format.type") != "text") responseFormat_ = simdjson::minify(*format);
}

void OpenAiChat::readStop(object request) {
    constexpr std::size_t most = 4;
    const auto stop = memberUnlessNull(request, "stop");
    if (!stop) return;
    array list;
    if (stop->get(list) != simdjson::SUCCESS) {
        stop_.emplace_back(textOf(*stop, "stop"));
    } else {
        if (list.size() > most) throw refusalOf("stop", "'stop' must have at most 4 texts");
        stop_.reserve(list.size());
        for (const element each : list) stop_.emplace_back(textOf(each, "stop[" + std::to_string(stop_.size()) + "]"));
    }
    sampling_.stop = {stop_.data(), stop_.size()};
}

StreamForm OpenAiChat::form(std::chrono::milliseconds comments) const {
    const auto usages = includesUsage_ ? OpenAiWriter::Usages::told : OpenAiWriter::Usages::hidden;
    return {[head = head(), usages](FrameSink& sink) { return std::make_unique<OpenAiWriter>(sink, head, usages); },
            StreamForm::Framing::events, comments};
}

ModelRequest OpenAiChat::requestFor(const std::vector<const Model*>& models) {
    ModelRequest request;
    if (const Kind kind = kindFor(models); kind == Kind::picture)
        request = pictureRequest(models);
    else if (kind == Kind::voice)
        request = voiceRequest();
    else
        request = textRequest();
    request.sampling = &sampling_;
    request.tools = tools_;
    request.toolChoice = toolChoice_;
    request.responseFormat = responseFormat_;
    request.dialect = "openai";
    fit(request, models);
    return request;
}

// Of the first model that takes a chat.
Kind OpenAiChat::kindFor(const std::vector<const Model*>& models) const {
    for (const Model* const model : models)
        for (const Kind kind : {Kind::text, Kind::picture, Kind::voice})
            if (model->serves(kind)) return kind;
    throw refusalOf("model", "the model '" + model_ + "' takes no chat", ErrorKind::unsupported);
}

// Where one of the models can do all, it is asked, and nothing is left out.
void OpenAiChat::fit(const ModelRequest& request, const std::vector<const Model*>& models) {
    const std::uint64_t tools = messages_->toolsPath().empty() ? 0 : std::uint64_t(Ability::tools);
    const std::uint64_t begun = messages_->begunPath().empty() ? 0 : std::uint64_t(Ability::answerBegun);
    const std::uint64_t needed = abilitiesFor(request) | tools | begun;
    const std::uint64_t format = needed & std::uint64_t(Ability::pngPictures);  // cannot be left out
    const Model* first = nullptr;
    for (const Model* const model : models) {
        if (!model->serves(request.kind) || !model->hasAll(format)) continue;
        if (model->hasAll(needed)) return;
        if (!first) first = model;
    }
    if (!first) return;  // kindFor() has found one
    if (request.kind == Kind::text) refuseMediaFor(*first);
    fitTo(*first, needed);
}

void OpenAiChat::refuseMediaFor(const Model& model) const {
    for (const OpenAiMessages::Medium& medium : messages_->media()) {
        const bool isPicture = medium.part.kind == PartKind::picture;
        refuseUnless(model.hasAll(std::uint64_t(isPicture ? Ability::pictureParts : Ability::audioParts)),
                     medium.path + ".type",
                     "the model '" + model_ + "' takes no " + (isPicture ? "pictures" : "audio"));
    }
}

// What the model cannot do, of what clients send without need; the rest is refused.
void OpenAiChat::fitTo(const Model& model, std::uint64_t needed) {
    const auto can = [&model](Ability ability) { return model.hasAll(std::uint64_t(ability)); };
    const auto lacks = [&](Ability ability) { return (needed & std::uint64_t(ability)) != 0 && !can(ability); };
    const std::string who = "the model '" + model_ + "' ";
    const std::string noTools = who + "cannot call tools";
    refuseUnless(tools_.empty() || can(Ability::tools), "tools", noTools);
    refuseUnless(messages_->toolsPath().empty() || can(Ability::tools), messages_->toolsPath(), noTools);
    refuseUnless(!lacks(Ability::anyToolChoice), "tool_choice",
                 who + R"(takes no other tool_choice than "auto"; leave it out)");
    refuseUnless(responseFormat_.empty() || can(Ability::responseFormat), "response_format",
                 who + "cannot answer in a format");
    refuseUnless(!lacks(Ability::jsonSchema), "response_format",
                 who + R"(takes no json_schema; set response_format to {"type":"json_object"})");
    refuseUnless(!lacks(Ability::answerBegun), messages_->begunPath(),
                 who + "begins each answer anew: the last of 'messages' must not be the assistant's");
    refuseUnless(stop_.empty() || can(Ability::stop), "stop", who + "cannot stop at a text");
    if (!can(Ability::sampling)) sampling_.temperature = sampling_.topP = {};
    if (!can(Ability::penalties)) sampling_.presencePenalty = sampling_.frequencyPenalty = {};
    if (!can(Ability::topK)) sampling_.topK = {};
    if (!can(Ability::maxTokens)) sampling_.maxTokens = {};
    if (!can(Ability::seed)) sampling_.seed = {};
    if (!can(Ability::reasoningEffort)) sampling_.reasoningEffort = {};
}

// The models of these two kinds take one picture or recording, and no more.
const OpenAiMessages::Medium& OpenAiChat::onlyMedium(PartKind kind, const std::string& what) const {
    const auto& media = messages_->media();
    if (media.size() != 1 || media.front().part.kind != kind)
        throw refusalOf("messages",
                        "the model '" + model_ + "' takes exactly one part with " + what + " in all messages");
    return media.front();
}

ModelRequest OpenAiChat::textRequest() const {
    ModelRequest request;
    request.turns = {messages_->turns().data(), messages_->turns().size()};
    request.body = withoutByteOrderMark(body_);
    return request;
}

// The picture stands in `media`: in the turns, only a model of texts could read it.
ModelRequest OpenAiChat::pictureRequest(const std::vector<const Model*>& models) {
    const auto& [picture, path] = onlyMedium(PartKind::picture, "a picture (image_url)");
    ModelRequest request;
    request.kind = Kind::picture;
    const PictureFormats formats(models);
    request.format = formats.of(picture.bytes);
    if (request.format.size == 0) throw refusalOf(path + ".image_url", "the picture is not a " + formats.names());
    turnsOfPicture_ = messages_->turns();
    for (Turn& turn : turnsOfPicture_) turn.parts = {};
    request.turns = {turnsOfPicture_.data(), turnsOfPicture_.size()};
    request.media = picture.bytes;
    return request;
}

ModelRequest OpenAiChat::voiceRequest() const {
    const auto& [recording, path] = onlyMedium(PartKind::audio, "audio (input_audio)");
    if (!isWav(recording.bytes))
        throw refusalOf(path + ".input_audio", "the audio is not a WAV file, which is all that this model takes");
    ModelRequest request;
    try {
        const Audio audio = pcmOf(recording.bytes);
        request.media = audio.pcm;
        request.format = audio.sampleRate == 8'000 ? "audio/L16;rate=8000" : "audio/L16;rate=16000";
        request.sampleRate = audio.sampleRate;
    } catch (Error& error) {
        throw error.concerning(path + ".input_audio");
    }
    request.kind = Kind::voice;
    return request;
}

}  // namespace aiproject
