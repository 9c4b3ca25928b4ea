#include "base/near_word.h"
#include "billing/usage_report.h"
#include "commands/account_database.h"
#include "commands/command_options.h"
#include "commands/csv.h"
#include "commands/display_text.h"
#include "commands/output.h"
#include "commands/table.h"
#include "commands/values.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>

namespace aiproject {
namespace {

UsageBy groupingOf(const std::string& word) {
    const std::optional<UsageBy> by = usageByOf(word);
    if (by && *by != UsageBy::dayAndModel) return *by;
    throw NotUnderstood("--by cannot be " + shownArgument(word) + didYouMean(word, {"user", "model", "key", "day"}) +
                        "; write user, model, key or day");
}

bool hasId(const std::string& by) { return by == "user" || by == "key"; }

// A key that has no name, or one of several of that name, is told by its id.
std::string shownSubject(const UsageSum& sum, const std::string& by) {
    if (by == "key" && sum.id != 0) return std::to_string(sum.id) + (sum.subject.empty() ? "" : " " + sum.subject);
    return sum.subject.empty() ? "-" : sum.subject;
}

void printAsJson(const std::vector<UsageSum>& sums, const std::string& by) {
    Poco::JSON::Array all;
    for (const UsageSum& sum : sums) all.add(jsonOf(sum, groupingOf(by)));
    printJson(all);
}

void printAsCsv(const std::vector<UsageSum>& sums, const std::string& by) {
    std::vector<std::string> titles{by};
    if (hasId(by)) titles.emplace_back(by + "_id");
    for (const UsageFigure& figure : kUsageFigures) titles.emplace_back(figure.name);
    std::cout << csvLine(titles);
    for (const UsageSum& sum : sums) {
        std::vector<std::string> fields{csvText(safeForTerminal(sum.subject))};
        if (hasId(by)) fields.push_back(std::to_string(sum.id));
        for (const UsageFigure& figure : kUsageFigures) fields.push_back(std::to_string(sum.*figure.number));
        std::cout << csvLine(fields);
    }
}

void printAsTable(const std::vector<UsageSum>& sums, const std::string& by) {
    // Without prices there is nothing to see of money.
    const bool hasCost = std::any_of(sums.begin(), sums.end(), [](const UsageSum& sum) { return sum.cost != 0; });
    std::vector<UsageFigure> figures;
    std::copy_if(
        kUsageFigures.begin(), kUsageFigures.end(), std::back_inserter(figures),
        [&](const UsageFigure& figure) { return figure.title && (hasCost || figure.number != &UsageSum::cost); });
    std::vector<Column> columns{{by}};
    columns.reserve(figures.size() + 1);
    for (const UsageFigure& figure : figures) columns.push_back({figure.title, Column::Kind::number});
    Table table(std::move(columns));
    for (const UsageSum& sum : sums) {
        std::vector<std::string> cells{shownSubject(sum, by)};
        cells.reserve(figures.size() + 1);
        for (const UsageFigure& figure : figures) cells.push_back(std::to_string(sum.*figure.number));
        table.add(cells);
    }
    table.print(std::cout);
}

}  // namespace

int usage(const CommandLine& line) {
    const std::string by = line.textOf("by", "user");
    UsageQuestion question;
    question.by = groupingOf(by);
    question.user = line.textOf("user");
    question.sinceMs = dayOf(line, "since", 0);
    question.untilMs = dayAfter(line, "until", std::numeric_limits<std::int64_t>::max());
    if (question.untilMs <= question.sinceMs) throw NotUnderstood("--until is before --since; write a later day");
    if (line.json && line.has("csv"))
        throw NotUnderstood("--json and --csv cannot be used together; write one of them");
    AccountDatabase accounts(line, DatabaseUse::look);
    const std::vector<UsageSum> sums = sumsOf(accounts.database, question);
    (line.json ? printAsJson : line.has("csv") ? printAsCsv : printAsTable)(sums, by);
    return EXIT_SUCCESS;
}

}  // namespace aiproject
