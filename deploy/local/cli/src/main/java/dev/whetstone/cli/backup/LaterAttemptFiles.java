package dev.whetstone.cli.backup;

import dev.whetstone.embedded.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What workers wrote after the point of a backup and before its objects were copied: folders of
 * attempts that the restored database gives out again. An attempt does not replace objects, so it
 * would fail on those of another one in its folder.
 */
final class LaterAttemptFiles {
  private static final String DATABASE = "training";
  private static final Pattern FENCE = Pattern.compile("\\d{1,18}");

  /** The highest fence whose worker may have started before the point. */
  private static final String OF_RUN =
      """
      select r.fence - case when exists (
          select 1 from attempt a
          where a.run_id = r.run_id and a.fence = r.fence and a.state = 'starting') then 1 else 0 end
      from run r where r.run_id = ?
      """;

  private static final String OF_SCORING_JOB =
      "select fence - case when state = 'launching' then 1 else 0 end from scoring_job where job_id = ?";

  private final StackPostgres postgres;
  private final Path store;

  LaterAttemptFiles(StackPostgres postgres, Path store) {
    this.postgres = postgres;
    this.store = store;
  }

  /**
   * Deletes them.
   *
   * @return how many attempts had some
   */
  int delete() throws IOException, SQLException {
    if (!postgres.hasTable(DATABASE, "scoring_job")) {
      return 0;
    }
    try (Connection connection = postgres.connect(DATABASE);
        var ofRun = connection.prepareStatement(OF_RUN);
        var ofScoringJob = connection.prepareStatement(OF_SCORING_JOB)) {
      return delete(store.resolve("runs"), ofRun) + delete(store.resolve("scoring"), ofScoringJob);
    }
  }

  private static int delete(Path all, PreparedStatement newestFence)
      throws IOException, SQLException {
    int deleted = 0;
    for (Path owner : folders(all)) {
      newestFence.setString(1, owner.getFileName().toString());
      OptionalLong newest = number(newestFence);
      if (newest.isPresent()) {
        for (Path attempt : folders(owner)) {
          String fence = attempt.getFileName().toString();
          if (FENCE.matcher(fence).matches() && Long.parseLong(fence) > newest.getAsLong()) {
            FileTrees.delete(attempt);
            deleted++;
          }
        }
      }
    }
    return deleted;
  }

  /** Empty for what the database does not know: nothing gets its name again. */
  private static OptionalLong number(PreparedStatement statement) throws SQLException {
    try (var row = statement.executeQuery()) {
      return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
    }
  }

  private static List<Path> folders(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return List.of();
    }
    try (Stream<Path> content = Files.list(parent)) {
      return content.filter(Files::isDirectory).toList();
    }
  }
}
