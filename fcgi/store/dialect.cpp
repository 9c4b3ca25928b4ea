#include "store/dialect.h"

#include "base/error.h"
#include "config/database_url.h"
#include "store/sqlite_dialect.h"
#ifdef AIPROJECT_POSTGRESQL
#include "store/postgresql_dialect.h"
#endif
#ifdef AIPROJECT_MYSQL
#include "store/mysql_dialect.h"
#endif

namespace aiproject {

std::unique_ptr<Dialect> makeDialect(const DatabaseConfig& config, DatabaseUse use) {
    const DatabaseUrl url = parsedDatabaseUrl(config.url);
    if (url.dialect == "sqlite") return std::make_unique<SqliteDialect>(url.file, use, config.timeout);
#ifdef AIPROJECT_POSTGRESQL
    if (url.dialect == "postgresql")
        return std::make_unique<PostgresqlDialect>(url, shownDatabaseUrl(config.url), use, config.timeout);
#endif
#ifdef AIPROJECT_MYSQL
    if (url.dialect == "mysql")
        return std::make_unique<MysqlDialect>(url, shownDatabaseUrl(config.url), use, config.timeout);
#endif
    throw Error(ErrorKind::internal, "database.url: this build has no " + url.dialect +
                                         "; build it where Poco's connector for it is installed, or write sqlite:FILE");
}

}  // namespace aiproject
