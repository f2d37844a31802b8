package dev.whetstone.doctor.database;

import dev.whetstone.doctor.report.CheckName;
import dev.whetstone.doctor.report.CheckResult;
import dev.whetstone.doctor.report.CheckSubject;
import dev.whetstone.doctor.settings.ServiceSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** Checks that a server has connections for the pools of all services that use it. */
public final class ConnectionLimitCheck {
  private static final String POOL = "quarkus.datasource.jdbc.max-size";

  /** Connections that no service gets. */
  private static final String QUESTION =
      """
      select current_setting('max_connections')::int,
        current_setting('superuser_reserved_connections')::int
          + coalesce(current_setting('reserved_connections', true)::int, 0)
      """;

  private final DatabaseLogin login;
  private final int pools;
  private final Duration limit;

  /**
   * @param services on one server
   */
  public ConnectionLimitCheck(List<ServiceSettings> services, Duration limit) {
    this.login = DatabaseLogin.of(services.getFirst());
    this.pools = services.stream().mapToInt(service -> service.number(POOL)).sum();
    this.limit = limit;
  }

  /** Services with the same value are on one server. */
  public static String server(ServiceSettings service) {
    return DatabaseLogin.of(service).server();
  }

  public CheckSubject subject() {
    return new CheckSubject(
        CheckName.DATABASE_CONNECTIONS, "connections of PostgreSQL", login.server());
  }

  public List<CheckResult> find() {
    try (Connection connection = login.connect(limit);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUESTION)) {
      row.next();
      return List.of(judge(row.getInt(1), row.getInt(2)));
    } catch (SQLException e) {
      return List.of(subject().notChecked("the database cannot be used"));
    }
  }

  private CheckResult judge(int most, int reserved) {
    int free = most - reserved;
    String counted = "one instance of each checked service takes up to %d".formatted(pools);
    return free < pools
        ? subject()
            .fault(
                "max_connections is %d, %d are reserved, and %s".formatted(most, reserved, counted),
                "set max_connections to %d or more, or lower %s".formatted(pools + reserved, POOL))
        : subject().ok("%d can be used; %s".formatted(free, counted));
  }
}
