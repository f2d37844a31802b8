package dev.whetstone.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/**
 * A PostgreSQL server as a child process, on 127.0.0.1, with a persistent data directory and full
 * durability. A server that a killed parent left behind is found through its {@code postmaster.pid}
 * and stopped before a new one starts; the lock beside the data directory tells it apart from a
 * server whose parent is alive.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  public static final String USER = "postgres";
  public static final String PASSWORD = "postgres";
  private static final String LOOPBACK = "127.0.0.1";

  /** Without it connections from other machines are refused, whatever their password. */
  private static final String OTHERS = "host all all all scram-sha-256";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final Duration START = Duration.ofSeconds(60);

  private final io.zonky.test.db.postgres.embedded.EmbeddedPostgres server;
  private final DirectoryLock lock;
  private final Path data;
  private final int port;

  private EmbeddedPostgres(
      io.zonky.test.db.postgres.embedded.EmbeddedPostgres server,
      DirectoryLock lock,
      Path data,
      int port) {
    this.server = server;
    this.lock = lock;
    this.data = data;
    this.port = port;
  }

  /**
   * Starts the server and initialises the data directory on the first start.
   *
   * @param dataDirectory data directory; the binaries are unpacked beside it
   * @param port for clients
   * @throws InfrastructureException naming the directory and port when it does not start
   */
  public static EmbeddedPostgres start(Path dataDirectory, int port) {
    return start(dataDirectory, port, LOOPBACK, PASSWORD);
  }

  /**
   * The same on another address; connections from other machines need the password.
   *
   * @param listen address on which it accepts connections
   */
  public static EmbeddedPostgres start(
      Path dataDirectory, int port, String listen, String password) {
    Path data = dataDirectory.toAbsolutePath();
    DirectoryLock lock = DirectoryLock.take(data.getParent());
    try {
      // The previous lock holder is gone, so a server that still runs is orphaned.
      var directory = new PostgresData(data);
      directory.prepare();
      var server = launch(data, port, listen);
      directory.markServed();
      var started = new EmbeddedPostgres(server, lock, data, port);
      if (!listen.equals(LOOPBACK)) {
        started.admitOthers(password);
      }
      return started;
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw new InfrastructureException(
          "PostgreSQL did not start on %s:%d with data in %s: %s. Free the port, or move the directory away to start without data."
              .formatted(listen, port, data, e.getMessage()),
          e);
    }
  }

  private static io.zonky.test.db.postgres.embedded.EmbeddedPostgres launch(
      Path data, int port, String listen) throws IOException {
    // Otherwise the library creates a folder in the system's temporary directory.
    System.setProperty("ot.epg.working-dir", data.resolveSibling("postgres-work").toString());
    return io.zonky.test.db.postgres.embedded.EmbeddedPostgres.builder()
        .setDataDirectory(data)
        .setCleanDataDirectory(false)
        .setOverrideWorkingDirectory(data.resolveSibling("postgres-binaries").toFile())
        .setPort(port)
        .setServerConfig("listen_addresses", listen)
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("shared_buffers", "32MB")
        .setServerConfig("max_connections", "120")
        .setPGStartupWait(START)
        .start();
  }

  /** Completes when the server has exited, for any reason. */
  public CompletableFuture<Void> onExit() {
    return PostgresProcess.in(data)
        .map(postmaster -> postmaster.process().onExit().<Void>thenApply(process -> null))
        .orElseGet(() -> CompletableFuture.completedFuture(null));
  }

  /** The JDBC URL of a database. */
  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }

  /** Creates the databases that do not exist yet. */
  public void createDatabases(Collection<String> names) {
    createDatabases(jdbcUrl("postgres"), USER, PASSWORD, names);
  }

  /** Creates databases on any server, for example one in a container. */
  public static void createDatabases(
      String jdbcUrl, String user, String password, Collection<String> names) {
    try (var connection = DriverManager.getConnection(jdbcUrl, user, password)) {
      for (String name : names) {
        createDatabase(connection, name);
      }
    } catch (SQLException e) {
      throw new InfrastructureException(
          "cannot create databases %s at %s: %s".formatted(names, jdbcUrl, e.getMessage()), e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } finally {
      lock.close();
    }
  }

  private void admitOthers(String password) throws IOException {
    Path rules = data.resolve("pg_hba.conf");
    if (Files.readAllLines(rules).stream().noneMatch(OTHERS::equals)) {
      Files.writeString(rules, OTHERS + System.lineSeparator(), StandardOpenOption.APPEND);
    }
    try (var connection = DriverManager.getConnection(jdbcUrl("postgres"), USER, PASSWORD);
        var statement = connection.createStatement()) {
      statement.execute(
          "alter role %s password %s".formatted(USER, statement.enquoteLiteral(password)));
      statement.execute("select pg_reload_conf()");
    } catch (SQLException e) {
      throw new InfrastructureException(
          "cannot set the password of PostgreSQL: " + e.getMessage(), e);
    }
  }

  private static void createDatabase(Connection connection, String name) throws SQLException {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "invalid database name '" + name + "': use a-z, 0-9 and '_', starting with a letter");
    }
    try (var query = connection.prepareStatement("select 1 from pg_database where datname = ?")) {
      query.setString(1, name);
      if (query.executeQuery().next()) {
        return;
      }
    }
    try (var create = connection.createStatement()) {
      create.execute("create database " + name);
    }
  }
}
