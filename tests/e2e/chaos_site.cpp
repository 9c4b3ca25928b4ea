#include "e2e/chaos_site.h"

#include "support/model_settings.h"

namespace aiproject::test {
namespace {

// The deadlines are seconds, so that what waits for one ends within the test.
Settings settingsOf(const ChaosSite& site) {
    Settings settings = settingsForAll(*site.upstream);
    const Settings own{{"plugins.dir", site.plugins.path()},
                       {"log.file", site.logDisk.file("aiproject.log")},
                       {"log.level", "info"},
                       {"pool.model.processes", std::to_string(kModelProcesses)},
                       {"pool.model.threads", "400"},
                       {"pool.model.queue_ms", "1000"},
                       {"timeout.connect_ms", "2000"},
                       {"timeout.first_frame_ms", "5000"},
                       {"timeout.idle_frame_ms", "5000"},
                       {"timeout.total_ms", "20000"},
                       {"timeout.client_ms", "10000"},
                       {"timeout.drain_ms", "5000"},
                       {"timeout.reload_drain_ms", "20000"},
                       {"breaker.pause_ms", "500"},
                       {"auth.new_tokens", std::to_string(kGranted)},
                       {"auth.new_pic_times", std::to_string(kGranted)},
                       {"database.timeout_ms", "1000"}};
    for (const auto& [key, value] : own) settings[key] = value;
    return settings;
}

NginxOptions nginxFor(const ManagerUnderTest& manager) {
    NginxOptions options;
    options.socketFolder = manager.installation().dir().file("run");
    return options;
}

std::unique_ptr<upstream::Simulator> startUpstream(const TempDir& plugins) {
    for (const std::string name : {"echo", "spark_chat", "spark_iat", "spark_image"})
        plugins.write(name + ".so", readFile(pluginFolder() + "/" + name + ".so"));
    return std::make_unique<upstream::Simulator>(simulatorOptions());
}

}  // namespace

upstream::Options simulatorOptions() {
    upstream::Options options;
    options.answerFrames = 8;
    options.frameGap = std::chrono::milliseconds(400);  // so that streams are open when something happens
    return options;
}

ChaosSite::ChaosSite() : upstream(startUpstream(plugins)), manager(settingsOf(*this)), nginx(nginxFor(manager)) {}

}  // namespace aiproject::test
