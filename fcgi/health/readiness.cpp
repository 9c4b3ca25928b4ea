#include "health/readiness.h"

#include <algorithm>
#include <iterator>

namespace aiproject {

std::vector<std::string> Readiness::reasonsAgainst() const {
    std::vector<std::string> reasons;
    checkRoute("route.text", routes_.text, Kind::text, reasons);
    checkRoute("route.voice", routes_.voice, Kind::voice, reasons);
    checkRoute("route.picture", routes_.picture, Kind::picture, reasons);
    checkRoute("route.speech", routes_.speech, Kind::speech, reasons);
    try {
        if (!migrations_.isCurrent()) reasons.emplace_back("the database is not migrated: run aiproject migrate");
    } catch (const std::exception&) {
        reasons.emplace_back("the database does not answer");
    }
    return reasons;
}

bool Readiness::isWanted(const std::string& model) const {
    return std::any_of(wanted_.begin(), wanted_.end(),
                       [&](const std::string& one) { return one == "*" || one == model; });
}

void Readiness::checkRoute(const std::string& name, const std::vector<std::string>& models, Kind kind,
                           std::vector<std::string>& reasons) const {
    const auto serves = [&](const std::string& model) {
        const Model* found = models_.find(model);
        return found && found->serves(kind) && !found->isQuarantined();
    };
    std::vector<std::string> ours;
    std::copy_if(models.begin(), models.end(), std::back_inserter(ours),
                 [&](const std::string& model) { return isWanted(model); });
    // None: switched off by the operator, or served by another pool.
    if (ours.empty() || std::any_of(ours.begin(), ours.end(), serves)) return;
    for (const std::string& model : ours) {
        const Model* found = models_.find(model);
        if (found && found->isQuarantined()) return reasons.push_back(name + ": " + found->whyQuarantined());
    }
    reasons.push_back(name + ": no model of it is loaded; aiproject check says why");
}

}  // namespace aiproject
