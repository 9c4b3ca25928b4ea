#include "call/model_calls.h"

#include "call/abilities.h"
#include "call/outcome.h"

namespace aiproject {

ModelCalls::ModelCalls(const ModelRegistry& registry, const Config& config, Log& log, EventLoop& loop)
    : registry_(registry),
      timeouts_(config.timeouts),
      retry_(config.retry),
      breaker_(config.breaker, log),
      log_(log),
      watch_(loop) {
    for (const auto& [name, model] : registry.models())
        lateUses_[&model] = &LateUse::make([&log, name = name, plugin = model.plugin->name()] {
            log.error("model " + name + ": plugin " + plugin +
                      " has used the reply of a call that was over; it reached nobody, and is told once");
        });
}

ModelCalls::~ModelCalls() {
    for (const auto& [model, late] : lateUses_) late->end();
}

// Those that can be called. Throws when there are none.
std::vector<const Model*> ModelCalls::modelsFor(const ModelRequest& request,
                                                const std::vector<std::string>& names) const {
    const Kind kind = request.kind;
    const std::uint64_t needed = abilitiesFor(request);
    std::vector<const Model*> models;
    const Model* quarantined = nullptr;
    for (const auto& name : names) {
        const Model* const model = registry_.find(name);
        if (!model || !model->serves(kind) || !model->hasAll(needed)) continue;
        if (model->isQuarantined())
            quarantined = model;
        else
            models.push_back(model);
    }
    if (models.empty() && quarantined) throw Error(failureOf(kind), "model " + quarantined->name + ": " + kQuarantined);
    if (models.empty())
        throw Error(failureOf(kind), "none of its models is loaded, or serves this kind",
                    "no model is set up for this path");
    return models;
}

void ModelCalls::requireAbilities(const std::vector<std::string>& names, const ModelRequest& request) const {
    const std::uint64_t needed = abilitiesFor(request);
    std::uint64_t lacking = 0;
    for (const std::string& name : names) {
        const Model* const model = registry_.find(name);
        if (!model || !model->serves(request.kind)) continue;
        if (model->hasAll(needed)) return;
        lacking |= needed & ~model->abilities;
    }
    if (lacking != 0) throw refusal(ErrorKind::badRequest, "no model of this path can do: " + namesOf(lacking));
}

void ModelCalls::logFailure(const Model& model, ModelStatus status, Stop stop, const std::string& requestId,
                            const CallReport& report) const {
    LogLine line("model");
    line.field("id", requestId)
        .field("model", model.name)
        .field("status", nameOf(status))
        .field("sid", report.upstreamId)
        .number("frames", std::int64_t(report.frames))
        .field("reason", reasonOf(stop, report));
    if (status == ModelStatus::misconfigured || status == ModelStatus::quotaSpent)
        log_.error(line.str());  // only the operator can fix it
    else
        log_.warning(line.str());
}

}  // namespace aiproject
