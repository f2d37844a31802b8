package dev.whetstone.kit.time;

import io.quarkus.arc.properties.IfBuildProperty;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import javax.sql.DataSource;

/** Reads PostgreSQL's {@code clock_timestamp()}, which advances within a transaction. */
@ApplicationScoped
@IfBuildProperty(name = "whetstone.database", stringValue = "true")
public class DatabaseLeaseClock implements LeaseClock {
  private final DataSource dataSource;

  public DatabaseLeaseClock(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public Instant now() {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var result = statement.executeQuery("select clock_timestamp()")) {
      result.next();
      return result.getObject(1, OffsetDateTime.class).toInstant();
    } catch (SQLException e) {
      throw new IllegalStateException("cannot read the database's clock", e);
    }
  }
}
