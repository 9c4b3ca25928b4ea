// Why this worker cannot serve all it should, in words a client may see: the log says more.
#pragma once

#include "config/config.h"
#include "host/model_registry.h"
#include "store/migrations.h"

#include <string>
#include <utility>
#include <vector>

namespace aiproject {

class Readiness {
public:
    // `wanted`: the models of this worker's pool, as PoolConfig has them. A route that has none of them is
    // another pool's matter.
    Readiness(const RouteConfig& routes, std::vector<std::string> wanted, const ModelRegistry& models,
              const Migrations& migrations)
        : routes_(routes), wanted_(std::move(wanted)), models_(models), migrations_(migrations) {}

    std::vector<std::string> reasonsAgainst() const;

private:
    void checkRoute(const std::string& name, const std::vector<std::string>& models, Kind kind,
                    std::vector<std::string>& reasons) const;

    bool isWanted(const std::string& model) const;

    const RouteConfig& routes_;
    const std::vector<std::string> wanted_;
    const ModelRegistry& models_;
    const Migrations& migrations_;
};

}  // namespace aiproject
