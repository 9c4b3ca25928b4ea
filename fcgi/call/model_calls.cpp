#include "call/model_calls.h"

#include "call/abilities.h"
#include "call/outcome.h"

#include <algorithm>
#include <tuple>

namespace aiproject {
namespace {

constexpr std::chrono::milliseconds kLongTurn{100};
constexpr std::chrono::minutes kBetweenWarnings{1};

}  // namespace

ModelCalls::ModelCalls(const ModelRegistry& registry, const Config& config, Log& log, EventLoop& loop)
    : registry_(registry),
      timeouts_(config.timeouts),
      retry_(config.retry),
      breaker_(config.breaker, log),
      log_(log),
      watch_(loop) {
    for (const auto& [name, model] : registry.models())
        asked_[&model].late = &LateUse::make([&log, name = name, plugin = model.plugin->name()] {
            log.error("model " + name + ": plugin " + plugin +
                      " has used the reply of a call that was over; it reached nobody, and is told once");
        });
}

ModelCalls::~ModelCalls() {
    for (const auto& [model, asked] : asked_) asked.late->end();
}

// Those that can be called. Throws when there are none.
std::vector<const Model*> ModelCalls::modelsFor(const ModelRequest& request,
                                                const std::vector<std::string>& names) const {
    const Kind kind = request.kind;
    const std::uint64_t needed = abilitiesFor(request);
    std::vector<const Model*> models;
    const Model* quarantined = nullptr;
    for (const auto& name : names) {
        const std::size_t begin = models.size();
        for (const Model* const account : registry_.accountsOf(name)) {
            if (!account->serves(kind) || !account->hasAll(needed)) continue;
            if (account->isQuarantined())
                quarantined = account;
            else
                models.push_back(account);
        }
        if (models.size() - begin > 1) arrange(models, begin);
    }
    if (models.empty() && quarantined)
        throw Error(failureOf(kind), "model " + quarantined->label() + ": " + quarantined->whyQuarantined());
    if (models.empty())
        throw Error(failureOf(kind), "none of its models is loaded, or serves this kind",
                    "no model is set up for this path");
    return models;
}

// The least busy for its weight first, and of those the one that was asked least. Those that rest are left out; when
// all of them do, the one whose rest ends first is asked.
void ModelCalls::arrange(std::vector<const Model*>& models, std::size_t begin) const {
    struct Place {
        double busy, asked;
        std::int64_t restsUntil;
    };
    const std::int64_t now = Board::milliseconds();
    std::map<const Model*, Place> places;
    const auto first = models.begin() + std::ptrdiff_t(begin);
    for (auto one = first; one != models.end(); ++one)
        places[*one] = {double(registry_.callsOf(**one)) / (*one)->weight,
                        double(asked_.at(*one).times.load(std::memory_order_relaxed)) / (*one)->weight,
                        (*one)->shared->restsUntil};
    const auto before = [&](const Model* left, const Model* right) {
        const Place &one = places.at(left), &other = places.at(right);
        const std::int64_t rest = std::max(one.restsUntil, now), otherRest = std::max(other.restsUntil, now);
        return std::tie(rest, one.busy, one.asked) < std::tie(otherRest, other.busy, other.asked);
    };
    std::sort(first, models.end(), before);
    const auto rests =
        std::find_if(first + 1, models.end(), [&](const Model* one) { return places.at(one).restsUntil > now; });
    models.erase(rests, models.end());
}

LateUse* ModelCalls::noteAsked(const Model& model) {
    Asked& asked = asked_.at(&model);
    asked.times.fetch_add(1, std::memory_order_relaxed);
    return asked.late;
}

// A turn in the event loop, which has kept all other streams of this worker waiting. One that does not end at all is
// the watchdog's.
void ModelCalls::noteTurn(const Model& model, std::chrono::nanoseconds duration) {
    if (duration <= kLongTurn) return;
    auto& slowAt = asked_.at(&model).slowAt;
    const auto now = std::chrono::steady_clock::now();
    if (slowAt && now - *slowAt < kBetweenWarnings) return;
    slowAt = now;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
    log_.warning("model " + model.label() + ": advance() of plugin " + model.plugin->name() + " took " +
                 std::to_string(ms) +
                 " ms, and all streams of this worker waited; it must not block (told once a minute)");
}

void ModelCalls::requireAbilities(const std::vector<std::string>& names, const ModelRequest& request) const {
    const std::uint64_t needed = abilitiesFor(request);
    std::uint64_t lacking = 0;
    for (const std::string& name : names) {
        for (const Model* const model : registry_.accountsOf(name)) {
            if (!model->serves(request.kind)) continue;
            if (model->hasAll(needed)) return;
            lacking |= needed & ~model->abilities;
        }
    }
    if (lacking != 0) throw refusal(ErrorKind::badRequest, "no model of this path can do: " + namesOf(lacking));
}

void ModelCalls::logFailure(const Model& model, ModelStatus status, Stop stop, const std::string& requestId,
                            const CallReport& report) const {
    LogLine line("model");
    line.field("id", requestId)
        .field("model", model.label())
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
