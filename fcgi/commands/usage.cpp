#include "commands/account_database.h"
#include "commands/csv.h"
#include "commands/display_text.h"
#include "commands/output.h"
#include "commands/table.h"
#include "commands/usage_report.h"
#include "commands/values.h"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <limits>

namespace aiproject {
namespace {

struct Figure {
    const char* name;   // in JSON and CSV
    const char* title;  // in the table; nullptr: there is no room
    std::int64_t UsageSum::*number;
};

constexpr Figure kFigures[] = {
    {"calls", "calls", &UsageSum::calls},
    {"complete", "complete", &UsageSum::complete},
    {"estimated", "estim.", &UsageSum::estimated},
    {"tokens_in", nullptr, &UsageSum::tokensIn},
    {"tokens_out", nullptr, &UsageSum::tokensOut},
    {"tokens", "tokens", &UsageSum::tokens},
    {"pictures", "pictures", &UsageSum::pictures},
    {"voice_seconds", "voice s", &UsageSum::voiceSeconds},
    {"charged_tokens", "charged", &UsageSum::chargedTokens},
    {"charged_pictures", nullptr, &UsageSum::chargedPictures},
    {"charged_voice_seconds", nullptr, &UsageSum::chargedVoiceSeconds},
    {"tokens_cached", nullptr, &UsageSum::tokensCached},
    {"tokens_reasoning", nullptr, &UsageSum::tokensReasoning},
    {"cost", "cost", &UsageSum::cost},
    {"charged_money", nullptr, &UsageSum::chargedMoney},
};

UsageBy groupingOf(const std::string& by) {
    if (by == "user") return UsageBy::user;
    if (by == "model") return UsageBy::model;
    if (by == "key") return UsageBy::key;
    if (by == "day") return UsageBy::day;
    throw NotUnderstood("--by cannot be '" + safeForTerminal(by) + "'; write user, model, key or day");
}

bool hasId(const std::string& by) { return by == "user" || by == "key"; }

// A key that has no name, or one of several of that name, is told by its id.
std::string shownSubject(const UsageSum& sum, const std::string& by) {
    if (by == "key" && sum.id != 0) return std::to_string(sum.id) + (sum.subject.empty() ? "" : " " + sum.subject);
    return sum.subject.empty() ? "-" : sum.subject;
}

void printAsJson(const std::vector<UsageSum>& sums, const std::string& by) {
    Poco::JSON::Array all;
    for (const UsageSum& sum : sums) {
        Poco::JSON::Object object = jsonObject();
        object.set(by, sum.subject);
        if (hasId(by)) object.set(by + "_id", sum.id);
        for (const Figure& figure : kFigures) object.set(figure.name, sum.*figure.number);
        all.add(object);
    }
    printJson(all);
}

void printAsCsv(const std::vector<UsageSum>& sums, const std::string& by) {
    std::vector<std::string> titles{by};
    if (hasId(by)) titles.emplace_back(by + "_id");
    for (const Figure& figure : kFigures) titles.emplace_back(figure.name);
    std::cout << csvLine(titles);
    for (const UsageSum& sum : sums) {
        std::vector<std::string> fields{csvText(safeForTerminal(sum.subject))};
        if (hasId(by)) fields.push_back(std::to_string(sum.id));
        for (const Figure& figure : kFigures) fields.push_back(std::to_string(sum.*figure.number));
        std::cout << csvLine(fields);
    }
}

void printAsTable(const std::vector<UsageSum>& sums, const std::string& by) {
    // Without prices there is nothing to see of money.
    const bool hasCost = std::any_of(sums.begin(), sums.end(), [](const UsageSum& sum) { return sum.cost != 0; });
    std::vector<Figure> figures;
    std::copy_if(std::begin(kFigures), std::end(kFigures), std::back_inserter(figures),
                 [&](const Figure& figure) { return figure.title && (hasCost || figure.number != &UsageSum::cost); });
    std::vector<Column> columns{{by}};
    columns.reserve(figures.size() + 1);
    for (const Figure& figure : figures) columns.push_back({figure.title, Column::Kind::number});
    Table table(std::move(columns));
    for (const UsageSum& sum : sums) {
        std::vector<std::string> cells{shownSubject(sum, by)};
        cells.reserve(figures.size() + 1);
        for (const Figure& figure : figures) cells.push_back(std::to_string(sum.*figure.number));
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
    if (question.untilMs <= question.sinceMs) throw NotUnderstood("--until lies before --since");
    if (line.json && line.has("csv")) throw NotUnderstood("--json and --csv exclude each other");
    AccountDatabase accounts(line, DatabaseUse::look);
    const std::vector<UsageSum> sums = sumsOf(accounts.database, question);
    (line.json ? printAsJson : line.has("csv") ? printAsCsv : printAsTable)(sums, by);
    return EXIT_SUCCESS;
}

}  // namespace aiproject
