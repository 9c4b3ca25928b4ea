// The plot, read as any viewer would read it.
#include "bench/driver/svg_plot.h"

#include "support/spec.h"

#include <Poco/AutoPtr.h>
#include <Poco/DOM/DOMParser.h>
#include <Poco/DOM/Document.h>
#include <Poco/DOM/Element.h>
#include <Poco/DOM/NodeList.h>

#include <sstream>
#include <stdexcept>
#include <vector>

using namespace aiproject::bench;

namespace {

using Points = std::vector<std::pair<double, double>>;

struct BenchPlot : CppUnit::TestCase {
    Poco::AutoPtr<Poco::XML::Document> document;

    void draw(const std::vector<Series>& panels) {
        Poco::XML::DOMParser parser;
        document = parser.parseString(svgPlot("a <title> & more", "streams", panels));
    }
    // Of the first panel's curve, as drawn.
    Points drawn() const {
        const Poco::AutoPtr<Poco::XML::NodeList> lines = document->getElementsByTagName("polyline");
        std::istringstream words(dynamic_cast<const Poco::XML::Element*>(lines->item(0))->getAttribute("points"));
        Points points;
        char comma = 0;
        for (double x = 0, y = 0; words >> x >> comma >> y;) points.emplace_back(x, y);
        return points;
    }
    bool shows(const std::string& text) const {
        const Poco::AutoPtr<Poco::XML::NodeList> texts = document->getElementsByTagName("text");
        for (unsigned long i = 0; i < texts->length(); ++i)
            if (texts->item(i)->innerText() == text) return true;
        return false;
    }
};

}  // namespace

SPEC(BenchPlot, puts_powers_of_ten_at_equal_distances) {
    draw({{"µs", {{100, 10}, {1'000, 10}, {10'000, 10}}}});
    const Points points = drawn();
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), points.size());
    CPPUNIT_ASSERT_DOUBLES_EQUAL(points[1].first - points[0].first, points[2].first - points[1].first, 0.2);
    CPPUNIT_ASSERT_EQUAL(points[0].second, points[2].second);
}

SPEC(BenchPlot, draws_what_is_twice_as_much_twice_as_high) {
    draw({{"µs", {{1, 0}, {10, 7}, {100, 14}}}});
    const Points points = drawn();
    CPPUNIT_ASSERT_DOUBLES_EQUAL(2 * (points[0].second - points[1].second), points[0].second - points[2].second, 0.2);
    CPPUNIT_ASSERT(points[0].second > points[2].second);
}

SPEC(BenchPlot, says_title_names_and_values) {
    draw({{"µs per frame", {{100, 12.3}, {1'000, 4}}}, {"µs per stream", {{100, 250}}}});
    for (const char* text : {"a <title> & more", "streams", "µs per frame", "µs per stream", "12.3", "250", "1000"})
        CPPUNIT_ASSERT_MESSAGE(text, shows(text));
}

SPEC(BenchPlot, refuses_what_a_logarithm_does_not_have) {
    CPPUNIT_ASSERT_THROW(draw({{"µs", {{0, 1}}}}), std::invalid_argument);
    CPPUNIT_ASSERT_THROW(draw({{"µs", {{1, -1}}}}), std::invalid_argument);
    CPPUNIT_ASSERT_THROW(draw({{"µs", {}}}), std::invalid_argument);
}
