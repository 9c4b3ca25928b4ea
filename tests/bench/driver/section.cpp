#include "bench/driver/section.h"

#include <Poco/JSON/Array.h>

namespace aiproject::bench {

Poco::JSON::Object Section::json() const {
    Poco::JSON::Array texts, curves;
    for (const auto& line : lines) texts.add(line);
    for (const auto& series : plot) {
        Poco::JSON::Array points;
        for (const auto& [x, y] : series.points) {
            Poco::JSON::Array point;
            point.add(x);
            point.add(y);
            points.add(point);
        }
        Poco::JSON::Object curve;
        curve.set("name", series.name);
        curve.set("points", points);
        curves.add(curve);
    }
    Poco::JSON::Object section;
    section.set("title", title);
    section.set("lines", texts);
    section.set("plot", curves);
    if (table) section.set("table", table->json());
    return section;
}

}  // namespace aiproject::bench
