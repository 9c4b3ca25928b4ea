// Speech without an upstream: espeak-ng, in processes of its own.
#include "aiproject/edge.h"
#include "aiproject/imodel.h"
#include "speech_espeak/passages.h"
#include "speech_espeak/sound.h"
#include "speech_espeak/speaker.h"
#include "speech_espeak/voices.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace aiproject;
using namespace aiproject::espeak;

// OpenAI's, which clients send because they must send one: they mean the voice of the settings.
bool isOpenAiVoice(std::string_view name) {
    constexpr std::array<std::string_view, 13> names{"alloy", "ash",  "ballad", "cedar", "coral",   "echo", "fable",
                                                     "marin", "nova", "onyx",   "sage",  "shimmer", "verse"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

struct Pair {  // of voices
    std::string han, other;
};

class Speech final : public IModel {
public:
    Speech(const ISettings& settings, std::string data)
        : program_(settings.text("program").str()),
          data_(std::move(data)),
          voices_(data_),
          wordsPerMinute_(double(settings.integer("words_per_minute"))),
          pitch_(int(settings.integer("pitch"))) {}

    // Empty: both are there. Else the setting that names none.
    std::string choose(const ISettings& settings) {
        const auto other = voices_.find(settings.text("voice")), han = voices_.find(settings.text("han_voice"));
        if (!other) return "voice";
        if (!han) return "han_voice";
        standard_ = {*han, *other};
        return {};
    }
    std::string languages() const { return voices_.languages(); }

    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override {
        return atEdge(reply, [&] { return speak(request, reply); });
    }
    void destroy() noexcept override { delete this; }

private:
    ModelStatus speak(const ModelRequest& request, IReply& reply) const {
        const std::optional<Pair> pair = pairFor(request.voice);
        if (!pair) {
            reply.advise("there is no voice '" + request.voice.str().substr(0, 64) +
                         "'; a voice is one of OpenAI's names, or a language of espeak-ng: " + languages());
            return ModelStatus::badInput;
        }
        if (!Sound::isFormat(request.format)) {
            reply.advise("this model makes wav and pcm");
            return ModelStatus::badInput;
        }
        Sound sound(reply, request.format);
        for (const Passage& passage : passagesOf(request.inputs[0])) {
            const std::string& voice = passage.isHan ? pair->han : pair->other;
            Speaker speaker(passage, {program_, data_, voice, rateFor(request.speed), pitch_}, reply);
            if (!pass(speaker, sound, request.timeouts.idleFrameMs) || reply.stop() != Stop::none)
                return ModelStatus::stopped;
        }
        if (sound.hasBegun()) return sound.finish() ? ModelStatus::ok : ModelStatus::stopped;
        reply.advise("there is nothing in the text that can be spoken");
        return ModelStatus::badInput;
    }

    // To its end. False: nobody takes more.
    static bool pass(Speaker& speaker, Sound& sound, std::uint32_t idleMs) {
        std::vector<std::int16_t> samples(16UL * 1024);
        for (;;) {
            const std::size_t bytes = speaker.read(reinterpret_cast<char*>(samples.data()), samples.size() * 2, idleMs);
            if (bytes == 0) return true;
            if (!sound.send(samples.data(), bytes / 2, speaker.samplesPerSecond())) return false;
        }
    }

    // A voice that reads Chinese speaks the Chinese in a text, any other one the rest.
    std::optional<Pair> pairFor(std::string_view name) const {
        if (name.empty() || isOpenAiVoice(name)) return standard_;
        const std::optional<std::string> voice = voices_.find(name);
        if (!voice) return std::nullopt;
        Pair pair = standard_;
        (readsHan(*voice) ? pair.han : pair.other) = *voice;
        return pair;
    }

    int rateFor(const Optional<double>& speed) const {
        constexpr double slowest = 80, fastest = 1'800;  // of the engine; and four times its fastest setting
        return int(std::lround(std::clamp(wordsPerMinute_ * (speed ? speed.value : 1), slowest, fastest)));
    }

    const std::string program_, data_;
    const Voices voices_;
    const double wordsPerMinute_;
    const int pitch_;
    Pair standard_;
};

constexpr Setting kSettings[] = {
    {"voice", SettingType::text, "en-us", "", 0, 0, "", Secrecy::open,
     "a language of espeak-ng, with a variant as de+f3: for all but Chinese characters"},
    {"han_voice", SettingType::text, "cmn", "", 0, 0, "", Secrecy::open, "the same for Chinese characters"},
    {"words_per_minute", SettingType::integer, "175", "", 80, 450, "", Secrecy::open, "at the speed 1"},
    {"pitch", SettingType::integer, "50", "", 0, 99, "", Secrecy::open, "of the voice"},
    {"program", SettingType::text, "/usr/bin/espeak-ng", "", 0, 0, "", Secrecy::open, "of the package espeak-ng"},
    {"data", SettingType::text, "", "", 0, 0, "", Secrecy::open, "the folder espeak-ng-data; empty: the system's"},
};

IModel* create(const ISettings& settings) noexcept {
    return createAtEdge(settings, "data", [&]() -> IModel* {
        const std::string program = settings.text("program").str(), data = settings.text("data").str();
        if (access(program.c_str(), X_OK) != 0) {
            settings.reject("program", program + " cannot be run; install the package espeak-ng");
            return nullptr;
        }
        auto model = std::make_unique<Speech>(settings, data.empty() ? installedVoices() : data);
        const std::string wrong = model->choose(settings);
        settings.origin("robot voice");
        if (wrong.empty()) return model.release();
        settings.reject(wrong, "'" + settings.text(wrong).str() + "' is no voice; there are: " + model->languages());
        return nullptr;
    });
}

constexpr ModelPlugin kPlugin = {
    kContractMajor,
    kContractMinor,
    "1.0",
    "speech of espeak-ng, a robot voice; needs no upstream",
    std::uint32_t(Kind::speech),
    0,
    {kSettings, std::size(kSettings)},
    &create,
};

}  // namespace

const aiproject::ModelPlugin* aiprojectModelPlugin() noexcept { return &kPlugin; }
