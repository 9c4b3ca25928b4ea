#include "kit/bench.h"

#include "base/error.h"
#include "base/sanitized.h"
#include "host/kind_names.h"

#include <Poco/String.h>

#include <pthread.h>

#include <exception>
#include <stdexcept>

namespace aiproject {
namespace {

// 256 KiB are the plugin's; the host's own frames are below.
constexpr std::size_t kPluginStack = (kIsSanitized ? 2'048UL : 320UL) * 1024;

struct StackWork {
    const std::function<void()>& work;
    std::exception_ptr thrown = {};
};

void* doStackWork(void* argument) {
    StackWork& its = *static_cast<StackWork*>(argument);
    try {
        its.work();
    } catch (...) {
        its.thrown = std::current_exception();
    }
    return nullptr;
}

void require(const PluginSettings& settings, Kind kind) {
    if ((settings.kinds() & std::uint32_t(kind)) != 0) return;
    const std::vector<std::string> kinds = kindNamesOf(settings.kinds());
    throw std::runtime_error(std::string("the model does not serve ") +
                             kKindNames.at(std::size_t(indexOf(kind))).second + "; it serves " +
                             Poco::cat(std::string(", "), kinds.begin(), kinds.end()));
}

}  // namespace

TriedQuestion questionFor(const Asked& asked, const PluginSettings& settings) {
    const bool takesPng = (settings.abilities() & std::uint64_t(Ability::pngPictures)) != 0;
    if (asked.picture) {
        require(settings, Kind::picture);
        return TriedQuestion::ofPicture(*asked.picture, asked.text.value_or(""), takesPng);
    }
    if (asked.voice) return require(settings, Kind::voice), TriedQuestion::ofVoice(*asked.voice);
    if (asked.speech) return require(settings, Kind::speech), TriedQuestion::ofSpeech(*asked.speech);
    if (asked.embed) return require(settings, Kind::embedding), TriedQuestion::ofEmbedding({*asked.embed});
    if (asked.text) return require(settings, Kind::text), TriedQuestion::ofText({{"user", *asked.text}});
    return TriedQuestion::sensible(settings.kinds());
}

void onPluginStack(const std::function<void()>& work) {
    StackWork its{work};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kPluginStack);
    pthread_t thread{};
    const int fault = pthread_create(&thread, &attributes, &doStackWork, &its);
    pthread_attr_destroy(&attributes);
    if (fault != 0) throw std::runtime_error("no thread can be started to call the plugin in");
    pthread_join(thread, nullptr);
    if (its.thrown) std::rethrow_exception(its.thrown);
}

Bench::Bench(const PluginToTry& plugin, const Asked& asked, const Doing& doing)
    : doing_(doing),
      library_((doing("opening it"), plugin.file)),
      settings_(settingsFor(plugin, library_.descriptor())),
      limits_(TryLimits::of(settings_.config)) {
    doing("create()");
    model_ = std::make_unique<TriedModel>(plugin, library_, settings_);
    question_ = questionFor(asked, model_->settings());
    doing("start()");
    model_->start();
    doing("");
}

void Bench::destroy() {
    doing_("destroy()");
    model_->destroy();
    doing_("");
}

TriedResult Bench::call(const TriedQuestion& question, const TryLimits& limits, TriedClient& client, LateUse* late,
                        const std::function<void(TriedCall& call)>& whileRunning) {
    TriedCall call(watch_, question, limits, client, late);
    if (whileRunning) whileRunning(call);
    return call.run(model_->model());
}

}  // namespace aiproject
