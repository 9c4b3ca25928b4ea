// A model plugin as the host runs it: loaded from its built .so, its settings checked, its calls
// watched by the host's own thread, its answers followed to their end.
#pragma once

#include "aiproject/testing.h"
#include "host/plugin_library.h"
#include "host/plugin_settings.h"
#include "support/hosted_call.h"
#include "support/places.h"

#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace aiproject::test {

constexpr Timeouts kPatientTimeouts{20'000, 20'000, 20'000, 60'000};

using testing::Question;

class PluginUnderTest {
public:
    PluginUnderTest(const std::string& name, const std::map<std::string, std::string>& written)
        : library_(pluginFolder() + "/" + name + ".so"),
          settings_(library_.descriptor(), "model." + name, written),
          model_(settings_.usable() ? library_.descriptor().create(settings_) : nullptr) {
        if (model_) model_->start();
    }
    ~PluginUnderTest() {
        if (model_) model_->destroy();
    }
    PluginUnderTest(const PluginUnderTest&) = delete;
    PluginUnderTest& operator=(const PluginUnderTest&) = delete;

    bool isUsable() const { return model_ != nullptr; }
    std::string findings() const {
        std::string all;
        for (const auto& finding : settings_.findings()) all += finding.text + "\n";
        return all;
    }

    // To the end of the answer, followed or not.
    void generate(const Question& question, const Timeouts& timeouts, HostedCall& host) {
        if (!model_) throw std::runtime_error("no model: " + findings());
        Question asked = question;
        asked.request.timeouts = timeouts;
        ModelRequest request = asked.complete();
        host.run(*model_, request);
    }
    Outcome ask(const Question& question, const Timeouts& timeouts = kPatientTimeouts) {
        HostedCall host(watch, timeouts);
        generate(question, timeouts, host);
        return host.outcome;
    }

    EventLoop loop;
    CallWatch watch{loop};

private:
    PluginLibrary library_;
    PluginSettings settings_;
    IModel* model_;
};

// A call in a thread of its own, so that the test can be the client meanwhile.
class CallInProgress {
public:
    CallInProgress(PluginUnderTest& plugin, const Question& question, const Timeouts& timeouts = kPatientTimeouts)
        : host(plugin.watch, timeouts),
          thread_([this, &plugin, question, timeouts] { plugin.generate(question, timeouts, host); }) {}
    ~CallInProgress() {
        if (thread_.joinable()) thread_.join();
    }
    CallInProgress(const CallInProgress&) = delete;
    CallInProgress& operator=(const CallInProgress&) = delete;

    const Outcome& finished() {
        if (thread_.joinable()) thread_.join();
        return host.outcome;
    }

    HostedCall host;

private:
    std::thread thread_;
};

}  // namespace aiproject::test
