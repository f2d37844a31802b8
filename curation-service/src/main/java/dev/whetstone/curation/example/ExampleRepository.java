package dev.whetstone.curation.example;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.kit.json.Json;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of examples; {@link CutExampleRepository} has the statements that a cut needs. */
@ApplicationScoped
public class ExampleRepository {
  private static final String INSERT =
      """
      insert into example (row_id, tenant, loop, example_id, origin, form, split, conversation_key,
        end_user_digest, response_end_user_digest, received_at, formed_at, state, stage, reason, detail, deadline,
        score, tags, body, steps, facts)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  /** All columns but text and steps, which can be large. */
  private static final String HEAD =
      """
      row_id, example_id, origin, form, split, conversation_key, end_user_digest,
        response_end_user_digest, received_at, state, stage, reason, detail, deadline, score,
        released, null::text as body, '[]' as steps, facts, cut_id, batch_id, unwanted, version
      """;

  private static final Set<ExampleState> IN_USE =
      EnumSet.of(ExampleState.READY, ExampleState.QUARANTINED, ExampleState.CUT, ExampleState.USED);

  private final Sql sql;
  private final ExampleFeatureRepository features;
  private final Clock clock;

  public ExampleRepository(Sql sql, ExampleFeatureRepository features, Clock clock) {
    this.sql = sql;
    this.features = features;
    this.clock = clock;
  }

  /** Records new examples with the events they were formed from. */
  public void add(LoopId loop, Collection<NewExample> examples) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    List<@Nullable Object[]> links = new ArrayList<>();
    for (NewExample added : examples) {
      rows.add(arguments(loop, added));
      for (EventKey key : added.example().provenance().eventKeys()) {
        links.add(new Object[] {added.rowId(), key.text()});
      }
    }
    sql.updateAll(INSERT, rows);
    sql.updateAll(
        "insert into example_event (row_id, event_key) values (?, ?) on conflict do nothing",
        links);
  }

  /**
   * Examples formed from the given answers or events, without their text and steps, locked until
   * the transaction ends.
   */
  public List<StoredExample> lockOrigins(LoopId loop, Collection<String> origins) {
    return sql.query(
        "select "
            + HEAD
            + " from example where tenant = ? and loop = ? and origin = any(?)"
            + " order by row_id for update",
        ExampleRepository::read,
        loop.tenant(),
        loop.loop(),
        origins);
  }

  /** Examples in one of the given states, by row id. */
  public List<StoredExample> in(LoopId loop, ExampleState... states) {
    return sql.query(
        "select * from example where tenant = ? and loop = ? and state = any(?) order by row_id",
        ExampleRepository::read,
        loop.tenant(),
        loop.loop(),
        java.util.Arrays.stream(states).map(ExampleState::wireName).toList());
  }

  /** The examples formed from each of these events, without their text, by row id. */
  public Map<EventKey, List<StoredExample>> ofEvents(Collection<EventKey> keys) {
    Map<EventKey, List<StoredExample>> found = new HashMap<>();
    sql.query(
            """
            select l.event_key, x.row_id, x.example_id, x.origin, x.form, x.split, x.conversation_key,
              x.end_user_digest, x.response_end_user_digest, x.received_at, x.state, x.stage, x.reason, x.detail,
              x.deadline, x.score, x.released, null::text as body, x.steps, x.facts, x.cut_id, x.batch_id,
              x.unwanted, x.version
            from example_event l join example x using (row_id) where l.event_key = any(?)
            order by l.event_key, x.row_id
            """,
            row -> Map.entry(EventKey.parse(row.getString("event_key")), read(row)),
            keys.stream().map(EventKey::text).toList())
        .forEach(
            one -> found.computeIfAbsent(one.getKey(), _ -> new ArrayList<>()).add(one.getValue()));
    return found;
  }

  /** Locks every row with this example id or row id; rows can share an example id. */
  public List<StoredExample> lockById(LoopId loop, String exampleId) {
    return sql.query(
        """
        select * from example where tenant = ? and loop = ? and (example_id = ? or row_id = ?)
        order by row_id for update
        """,
        ExampleRepository::read,
        loop.tenant(),
        loop.loop(),
        exampleId,
        exampleId);
  }

  /**
   * Claims live examples past their deadline, without their text; skips rows that another worker
   * has locked.
   */
  public List<StoredExample> claimExpired(Instant now, int limit) {
    return sql.query(
        "select "
            + HEAD
            + " from example where state in ('ready', 'quarantined') and deadline <= ?"
            + " order by deadline, row_id limit ? for update skip locked",
        ExampleRepository::read,
        now,
        limit);
  }

  /**
   * Gives examples another state. Those that no cut can use any more lose their features.
   *
   * @param deadline present exactly when the new state is live
   */
  public void move(
      Collection<String> rowIds,
      ExampleState state,
      @Nullable String stage,
      @Nullable String reason,
      @Nullable String detail,
      @Nullable Instant deadline) {
    sql.update(
        """
        update example set state = ?, stage = coalesce(?, stage), reason = ?, detail = ?, deadline = ?,
          body = case when ?::boolean then null else body end, version = version + 1
        where row_id = any(?)
        """,
        state.wireName(),
        stage,
        reason,
        detail,
        deadline,
        state == ExampleState.ERASED,
        rowIds);
    if (!IN_USE.contains(state)) {
      features.delete(rowIds);
    }
  }

  /** Marks examples in an open cut as unwanted, so that the cut is not sealed with them. */
  public void markUnwanted(Collection<String> rowIds) {
    sql.update(
        "update example set unwanted = true, version = version + 1 where row_id = any(?)", rowIds);
  }

  /** Deletes examples that are in no cut and no longer follow from their events. */
  public void drop(Collection<String> rowIds) {
    sql.update("delete from example where row_id = any(?)", rowIds);
  }

  private @Nullable Object[] arguments(LoopId loop, NewExample added) {
    Example example = added.example();
    NewExample.Verdict verdict = added.verdict();
    return new @Nullable Object[] {
      added.rowId(),
      loop.tenant(),
      loop.loop(),
      example.id(),
      added.origin(),
      example.form().wireName(),
      example.provenance().split().wireName(),
      added.source().conversationKey(),
      added.source().endUserDigest(),
      added.source().responseEndUserDigest(),
      example.provenance().receivedAt(),
      clock.instant(),
      verdict.state().wireName(),
      verdict.stage(),
      verdict.reason(),
      verdict.detail(),
      verdict.deadline(),
      example.scores().getOrDefault("quality", 1.0),
      example.provenance().tags(),
      text(example),
      text(added.steps()),
      added.facts()
    };
  }

  static StoredExample read(ResultSet row) throws SQLException {
    String body = row.getString("body");
    return new StoredExample(
        row.getString("row_id"),
        row.getString("example_id"),
        row.getString("origin"),
        row.getString("form"),
        split(row.getString("split")),
        row.getString("conversation_key"),
        row.getString("end_user_digest"),
        row.getString("response_end_user_digest"),
        Objects.requireNonNull(Sql.instant(row, "received_at")),
        ExampleState.of(row.getString("state")),
        row.getString("stage"),
        row.getString("reason"),
        row.getString("detail"),
        Sql.instant(row, "deadline"),
        row.getDouble("score"),
        row.getBoolean("released"),
        Optional.ofNullable(body).map(ExampleRepository::body).orElse(null),
        List.of(Json.read(bytes(row.getString("steps")), AdmissionStep[].class)),
        row.getString("facts"),
        row.getString("cut_id"),
        row.getString("batch_id"),
        row.getBoolean("unwanted"),
        row.getLong("version"));
  }

  static Example body(String text) {
    return Json.read(bytes(text), Example.class);
  }

  static Split split(String wireName) {
    return Split.valueOf(wireName.toUpperCase(java.util.Locale.ROOT));
  }

  static String text(Object value) {
    return Json.text(value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
