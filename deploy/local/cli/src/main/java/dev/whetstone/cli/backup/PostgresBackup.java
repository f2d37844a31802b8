package dev.whetstone.cli.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A physical backup of the running server with all its databases at one point, by PostgreSQL's
 * low-level interface: the embedded server has neither {@code pg_dump} nor {@code pg_basebackup}.
 * The restored files recover when a server starts on them.
 */
final class PostgresBackup implements AutoCloseable {
  /** Below which the files lie in the backup. */
  static final String FOLDER = "postgres/";

  /** Names the folders, empty ones included, that the server expects. */
  static final String FOLDERS = "postgres-folders.txt";

  private static final String LABEL = "backup_label";
  private static final Pattern FIRST_SEGMENT =
      Pattern.compile("START WAL LOCATION: [0-9A-F/]+ \\(file ([0-9A-F]{24})\\)");
  private static final Pattern SEGMENT = Pattern.compile("[0-9A-F]{24}");

  /** What a copy must or may leave out, as PostgreSQL's documentation of base backups lists it. */
  private static final Set<String> WITHOUT_CONTENT =
      Set.of(
          "pg_wal",
          "pg_replslot",
          "pg_dynshmem",
          "pg_notify",
          "pg_serial",
          "pg_snapshots",
          "pg_stat_tmp",
          "pg_subtrans");

  private static final Set<String> LEFT_OUT =
      Set.of("postmaster.pid", "postmaster.opts", "backup_label.old", "current_logfiles");

  /** The server's clock, ISO 8601. */
  private static final String NOW =
      """
      to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""";

  private final Connection session;
  private final Path data;
  private final String begunAt;

  private PostgresBackup(Connection session, Path data, String begunAt) {
    this.session = session;
    this.data = data;
    this.begunAt = begunAt;
  }

  /** Begins a backup with a checkpoint. Until it is closed the server keeps its write-ahead log. */
  static PostgresBackup begin(StackPostgres postgres) throws SQLException {
    Connection session = postgres.connect("postgres");
    try (var statement = session.createStatement()) {
      String begunAt = one(statement, "select " + NOW);
      // Temporary: it ends with the session, also when this process is killed.
      statement.execute(
          "select pg_create_physical_replication_slot('whetstone_backup', true, true)");
      statement.execute("select pg_backup_start('whetstone', true)");
      return new PostgresBackup(session, postgres.data(), begunAt);
    } catch (SQLException e) {
      session.close();
      throw e;
    }
  }

  private static String one(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      if (!row.next()) {
        throw new SQLException("no row of: " + query);
      }
      return row.getString(1);
    }
  }

  /** When the backup was begun, by the server's clock. */
  String begunAt() {
    return begunAt;
  }

  /** The major version of the server. */
  String version() throws IOException {
    return Files.readString(data.resolve("PG_VERSION")).strip();
  }

  /** Copies the files of the databases while the server goes on. */
  void copyFiles(BackupWriter backup) throws IOException {
    List<String> folders = new ArrayList<>();
    Files.walkFileTree(data, new FileCopy(backup, folders));
    backup.write(
        FOLDERS, out -> out.write(String.join("\n", folders).getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * What ends the backup.
   *
   * @param label contents of the file with which the server recovers
   * @param lastSegment of the write-ahead log that the recovery needs
   * @param at the time of the state that the recovery gives
   */
  record Point(String label, String lastSegment, String at) {}

  /** Ends the backup: the state of now is the one that a restore gives. Takes milliseconds. */
  Point end() throws SQLException {
    try (var statement = session.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select labelfile, pg_walfile_name(lsn - 1) as last, spcmapfile, %s as at
                from pg_backup_stop(false)
                """
                    .formatted(NOW))) {
      if (!row.next()) {
        throw new SQLException("pg_backup_stop returned no row");
      }
      if (!row.getString("spcmapfile").isBlank()) {
        throw new SQLException("tablespaces outside of the data directory are not supported");
      }
      return new Point(row.getString("labelfile"), row.getString("last"), row.getString("at"));
    }
  }

  /** Copies the write-ahead log of the backup, and its label. */
  void copyLog(Point point, BackupWriter backup) throws IOException {
    Matcher first = FIRST_SEGMENT.matcher(point.label());
    if (!first.find()) {
      throw new IOException("the backup label names no segment:\n" + point.label());
    }
    List<String> segments;
    try (Stream<Path> files = Files.list(data.resolve("pg_wal"))) {
      segments =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> SEGMENT.matcher(name).matches())
              .filter(name -> name.compareTo(first.group(1)) >= 0)
              .filter(name -> name.compareTo(point.lastSegment()) <= 0)
              .sorted()
              .toList();
    }
    if (segments.isEmpty() || !segments.getFirst().equals(first.group(1))) {
      throw new IOException("the server has removed segment " + first.group(1) + " of its log");
    }
    for (String segment : segments) {
      backup.copy(data.resolve("pg_wal").resolve(segment), FOLDER + "pg_wal/" + segment);
    }
    backup.write(FOLDER + LABEL, out -> out.write(point.label().getBytes(StandardCharsets.UTF_8)));
  }

  /** Ends the session, and with it a backup that was not ended. */
  @Override
  public void close() throws SQLException {
    session.close();
  }

  /** Files may vanish while they are copied: the recovery makes or deletes them again. */
  private final class FileCopy extends SimpleFileVisitor<Path> {
    private final BackupWriter backup;
    private final List<String> folders;

    FileCopy(BackupWriter backup, List<String> folders) {
      this.backup = backup;
      this.folders = folders;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      String name = data.relativize(folder).toString();
      if (!name.isEmpty()) {
        folders.add(name);
      }
      return WITHOUT_CONTENT.contains(name)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      String name = file.getFileName().toString();
      if (!LEFT_OUT.contains(name)
          && !name.startsWith("pgsql_tmp")
          && !name.startsWith("pg_internal.init")) {
        try {
          backup.copy(file, FOLDER + data.relativize(file));
        } catch (NoSuchFileException e) {
          return FileVisitResult.CONTINUE;
        }
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw e;
    }
  }
}
