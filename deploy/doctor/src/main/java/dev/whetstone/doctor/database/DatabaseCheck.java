package dev.whetstone.doctor.database;

import dev.whetstone.doctor.database.SchemaFaultRule.SchemaFault;
import dev.whetstone.doctor.database.SchemaFaultRule.SchemaState;
import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.ServiceSettings;
import dev.whetstone.kit.readiness.ClockSkewRule;
import dev.whetstone.kit.start.StartFault;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks the database of one service: login, rights, clock and tables. */
public final class DatabaseCheck {
  private static final String QUESTION =
      """
      select current_setting('server_version'), pg_is_in_recovery(),
        coalesce(has_schema_privilege(current_schema(), 'create'), false), clock_timestamp()
      """;
  private static final String MOST_SKEW = "whetstone.clock.most-skew";

  private final ServiceSettings service;
  private final DatabaseLogin login;
  private final Clock clock;
  private final Duration limit;

  public DatabaseCheck(ServiceSettings service, Clock clock, Duration limit) {
    this.service = service;
    this.login = DatabaseLogin.of(service);
    this.clock = clock;
    this.limit = limit;
  }

  public CheckSubject subject() {
    return subject(CheckName.DATABASE, "database of ");
  }

  private CheckSubject subject(CheckName name, String thing) {
    return new CheckSubject(name, thing + service.service().id(), login.place());
  }

  public List<CheckResult> find() {
    List<CheckResult> results = new ArrayList<>();
    try (Connection connection = login.connect(limit);
        Statement statement = connection.createStatement()) {
      Instant before = clock.instant();
      try (ResultSet row = statement.executeQuery(QUESTION)) {
        row.next();
        results.add(server(row));
        results.add(clock(row.getObject(4, OffsetDateTime.class).toInstant(), before));
      }
    } catch (SQLException e) {
      StartFault fault = StartFault.of(e);
      return List.of(
          subject().fault(fault.reason(), fault.remedy()),
          subject(CheckName.DATABASE_SCHEMA, "tables of ")
              .notChecked("the database cannot be used"));
    }
    results.add(schema());
    return results;
  }

  private CheckResult server(ResultSet row) throws SQLException {
    if (row.getBoolean(2)) {
      return subject()
          .fault(
              "it is a standby, which cannot be written",
              "name the primary server in WHETSTONE_DB_URL");
    }
    if (!row.getBoolean(3)) {
      return subject()
          .fault(
              "user '%s' may not create tables in it".formatted(login.user()),
              "make the user the owner of its database");
    }
    return subject().ok("PostgreSQL %s, user '%s'".formatted(row.getString(1), login.user()));
  }

  private CheckResult clock(Instant theirs, Instant before) {
    Duration skew = Duration.between(theirs, before);
    CheckSubject subject = subject(CheckName.CLOCK, "clock of the database of ");
    return ClockSkewRule.fault(skew, service.duration(MOST_SKEW), "the database's")
        .map(subject::fault)
        .orElseGet(() -> subject.ok("differs by %d ms".formatted(skew.abs().toMillis())));
  }

  private CheckResult schema() {
    CheckSubject subject = subject(CheckName.DATABASE_SCHEMA, "tables of ");
    SchemaState state = SchemaReader.read(login, service.service());
    Optional<SchemaFault> fault = SchemaFaultRule.fault(state, service.service().id());
    return fault
        .map(found -> subject.fault(found.detail(), found.remedy()))
        .orElseGet(
            () ->
                subject.ok(
                    "migrations: %d, the last is %s"
                        .formatted(state.applied().size(), state.applied().getLast())));
  }
}
