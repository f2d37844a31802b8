package dev.whetstone.doctor.database;

import dev.whetstone.doctor.settings.ServiceSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/**
 * How a service logs in to its database.
 *
 * @param url without user and password
 */
public record DatabaseLogin(String url, String user, String password) {
  private static final String SOURCE = "quarkus.datasource.";

  /**
   * @throws java.util.NoSuchElementException naming the setting that is missing
   */
  public static DatabaseLogin of(ServiceSettings service) {
    return new DatabaseLogin(
        service.config().getValue(SOURCE + "jdbc.url", String.class),
        service.config().getValue(SOURCE + "username", String.class),
        service.config().getValue(SOURCE + "password", String.class));
  }

  /** Host, port and database, as reports name it. */
  public String place() {
    return url.replaceFirst("^jdbc:postgresql:(//)?", "").replaceFirst("\\?.*$", "");
  }

  /** Host and port. */
  String server() {
    return place().replaceFirst("/[^/]*$", "");
  }

  Connection connect(Duration limit) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    String seconds = Long.toString(Math.max(1, limit.toSeconds()));
    properties.setProperty("connectTimeout", seconds);
    properties.setProperty("loginTimeout", seconds);
    properties.setProperty("socketTimeout", seconds);
    properties.setProperty("readOnly", "true");
    properties.setProperty("ApplicationName", "whetstone-doctor");
    return DriverManager.getConnection(url, properties);
  }

  @Override
  public String toString() {
    return place() + " as " + user;
  }
}
