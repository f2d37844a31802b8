package dev.whetstone.cli.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.whetstone.client.RemedyException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The erasures that curation knows, as lines of JSON. It holds digests, no names. Applied to a
 * database that was restored to an earlier time, it makes curation carry out those that the
 * database lacks, before a service has started on it.
 */
final class ErasureLedger {
  /** Its name in a backup. */
  static final String FILE = "erasures.jsonl";

  /** The secret with which the digests are keyed. */
  static final String KEY = "secrets/curation-hmac";

  private static final String DATABASE = "curation";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FETCH = 1_000;
  private static final String READ =
      """
      select r.tenant, r.erasure_id, r.subject, r.digest, r.conversation_key,
        r.watermark::text as watermark, t.watermark::text as covered_until,
        r.requested_at::text as requested_at
      from erasure_request r join tombstone t
        on t.tenant = r.tenant and t.loop = '' and t.subject = r.subject and t.digest = r.digest
      order by r.requested_at, r.tenant, r.erasure_id
      """;
  private static final String COVER =
      """
      insert into tombstone (tenant, loop, subject, digest, watermark)
      values (?, '', ?, ?, ?::timestamptz)
      on conflict (tenant, loop, subject, digest)
      do update set watermark = greatest(tombstone.watermark, excluded.watermark)
      """;

  /** Curation gives a request to each loop that it knows or learns of within the hour. */
  private static final String REQUEST =
      """
      insert into erasure_request (tenant, erasure_id, subject, digest, conversation_key, watermark,
        requested_at, spread_until)
      values (?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, now() + interval '1 hour')
      on conflict do nothing
      """;

  private final StackPostgres postgres;

  ErasureLedger(StackPostgres postgres) {
    this.postgres = postgres;
  }

  /** One erasure; times as PostgreSQL writes them, with their offset. */
  record Entry(
      String tenant,
      String erasureId,
      String subject,
      String digest,
      @Nullable String conversationKey,
      String watermark,
      String coveredUntil,
      String requestedAt) {}

  /** Writes what curation knows now; nothing where it has never started. */
  void write(OutputStream out) throws IOException, SQLException {
    if (!postgres.hasTable(DATABASE, "erasure_request")) {
      return;
    }
    try (Connection connection = postgres.connect(DATABASE)) {
      // Without a transaction the driver reads all rows at once.
      connection.setAutoCommit(false);
      try (var statement = connection.prepareStatement(READ)) {
        statement.setFetchSize(FETCH);
        try (ResultSet row = statement.executeQuery()) {
          while (row.next()) {
            out.write(JSON.writeValueAsBytes(entry(row)));
            out.write('\n');
          }
        }
      }
    }
  }

  private static Entry entry(ResultSet row) throws SQLException {
    return new Entry(
        row.getString("tenant"),
        row.getString("erasure_id"),
        row.getString("subject"),
        row.getString("digest"),
        row.getString("conversation_key"),
        row.getString("watermark"),
        row.getString("covered_until"),
        row.getString("requested_at"));
  }

  /**
   * Applies a ledger in one transaction.
   *
   * @return how many erasures the database lacked
   */
  int apply(Path ledger) throws IOException {
    int added = 0;
    try (Connection connection = postgres.connect(DATABASE);
        BufferedReader lines = Files.newBufferedReader(ledger, StandardCharsets.UTF_8)) {
      connection.setAutoCommit(false);
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        added += apply(connection, JSON.readValue(line, Entry.class));
      }
      connection.commit();
      return added;
    } catch (SQLException e) {
      throw new RemedyException(
          "the erasures of " + ledger + " cannot be applied: " + e.getMessage(),
          "do not start the services on this data; use programs of the version of the backup",
          e);
    }
  }

  private static int apply(Connection connection, Entry entry) throws SQLException {
    try (var cover = connection.prepareStatement(COVER)) {
      cover.setString(1, entry.tenant());
      cover.setString(2, entry.subject());
      cover.setString(3, entry.digest());
      cover.setString(4, entry.coveredUntil());
      cover.executeUpdate();
    }
    try (var request = connection.prepareStatement(REQUEST)) {
      request.setString(1, entry.tenant());
      request.setString(2, entry.erasureId());
      request.setString(3, entry.subject());
      request.setString(4, entry.digest());
      request.setString(5, entry.conversationKey());
      request.setString(6, entry.watermark());
      request.setString(7, entry.requestedAt());
      return request.executeUpdate();
    }
  }
}
