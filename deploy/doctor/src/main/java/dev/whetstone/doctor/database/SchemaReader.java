package dev.whetstone.doctor.database;

import dev.whetstone.doctor.database.SchemaFaultRule.SchemaState;
import dev.whetstone.doctor.settings.ServiceName;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;

/** Reads which migrations a database has. */
final class SchemaReader {
  private SchemaReader() {}

  static SchemaState read(DatabaseLogin login, ServiceName service) {
    Flyway flyway =
        Flyway.configure(SchemaReader.class.getClassLoader())
            .dataSource(login.url(), login.user(), login.password())
            .locations(
                "classpath:db/kit", "classpath:services/%s/db/migration".formatted(service.id()))
            .load();
    List<String> applied = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    List<String> pending = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (MigrationInfo migration : flyway.info().all()) {
      if (migration.getVersion() == null) {
        continue;
      }
      String version = migration.getVersion().getVersion();
      if (migration.getState().isFailed()) {
        failed.add(version);
      } else if (!migration.getState().isApplied()) {
        pending.add(version);
      } else if (!migration.getState().isResolved()) {
        unknown.add(version);
      } else {
        applied.add(version);
        if (!migration.isChecksumMatching()) {
          changed.add(version);
        }
      }
    }
    return new SchemaState(applied, failed, pending, unknown, changed);
  }
}
