// What /metrics says, as a monitor reads it.
#pragma once

#include "support/fastcgi_client.h"

#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

namespace aiproject::test {

class Scrape {
public:
    explicit Scrape(std::string metrics) : text(std::move(metrics)) {
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            const auto space = line.rfind(' ');
            if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
            samples_[line.substr(0, space)] = std::strtod(line.c_str() + space, nullptr);
        }
    }

    // Of a sample with its labels, as it is written; 0 where it is absent.
    double operator[](const std::string& sample) const {
        const auto found = samples_.find(sample);
        return found == samples_.end() ? 0 : found->second;
    }
    bool has(const std::string& sample) const { return samples_.count(sample) > 0; }
    // Of all samples of that name that have `label` among their labels: 'code="0"'. Empty: of all.
    double sum(const std::string& name, const std::string& label = {}) const {
        double all = 0;
        for (const auto& [sample, value] : samples_)
            if (sample.substr(0, sample.find('{')) == name && sample.find(label) != std::string::npos) all += value;
        return all;
    }
    const std::map<std::string, double>& samples() const noexcept { return samples_; }

    const std::string text;

private:
    std::map<std::string, double> samples_;
};

// From the socket of a manager.
inline Scrape scrape(const std::string& statusSocket) {
    return Scrape(ask(statusSocket, {"GET", "/metrics", "", {}}).body);
}

}  // namespace aiproject::test
