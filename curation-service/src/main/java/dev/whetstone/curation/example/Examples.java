package dev.whetstone.curation.example;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.event.EventKey;
import dev.whetstone.curation.chain.Example;
import dev.whetstone.curation.chain.Step;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of examples. All calls run in the caller's transaction. */
@ApplicationScoped
public class Examples {
  private static final String INSERT =
      """
      insert into example (row_id, tenant, loop, example_id, origin, form, split, conversation_key,
        end_user_digest, response_end_user_digest, received_at, formed_at, state, stage, reason, detail, deadline,
        score, tags, body, steps, facts)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """;

  private final Sql sql;
  private final Clock clock;

  public Examples(Sql sql, Clock clock) {
    this.sql = sql;
    this.clock = clock;
  }

  /** Records new examples with the events they were formed from. */
  public void add(LoopId loop, Collection<StoredExample> examples) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    List<@Nullable Object[]> links = new ArrayList<>();
    for (StoredExample stored : examples) {
      rows.add(arguments(loop, stored));
      Example example = Objects.requireNonNull(stored.example());
      for (EventKey key : example.provenance().eventKeys()) {
        links.add(new Object[] {stored.rowId(), key.text()});
      }
    }
    sql.updateAll(INSERT, rows);
    sql.updateAll(
        "insert into example_event (row_id, event_key) values (?, ?) on conflict do nothing",
        links);
  }

  /** Examples formed from the given answers or events, locked until the transaction ends. */
  public List<StoredExample> lockOrigins(LoopId loop, Collection<String> origins) {
    return sql.query(
        """
        select * from example where tenant = ? and loop = ? and origin = any(?)
        order by row_id for update
        """,
        Examples::read,
        loop.tenant(),
        loop.loop(),
        origins);
  }

  /** Examples in one of the given states, by row id. */
  public List<StoredExample> in(LoopId loop, ExampleState... states) {
    return sql.query(
        "select * from example where tenant = ? and loop = ? and state = any(?) order by row_id",
        Examples::read,
        loop.tenant(),
        loop.loop(),
        java.util.Arrays.stream(states).map(ExampleState::wireName).toList());
  }

  /** An example as the seal rule counts it. */
  public record Candidate(
      String rowId, long version, Form form, Split split, Instant receivedAt, List<String> tags) {}

  /** Examples that the next batch could hold, without their text, by row id. */
  public List<Candidate> candidates(LoopId loop, ExampleState... states) {
    return sql.query(
        """
        select row_id, version, form, split, received_at, tags from example
        where tenant = ? and loop = ? and state = any(?) order by row_id
        """,
        row ->
            new Candidate(
                row.getString("row_id"),
                row.getLong("version"),
                Form.valueOf(row.getString("form").toUpperCase(java.util.Locale.ROOT)),
                split(row.getString("split")),
                Objects.requireNonNull(Sql.instant(row, "received_at")),
                Sql.texts(row, "tags")),
        loop.tenant(),
        loop.loop(),
        java.util.Arrays.stream(states).map(ExampleState::wireName).toList());
  }

  /**
   * What the ready examples amount to at a glance: it differs when any came, went or changed.
   *
   * @param newest when the last one was formed
   */
  public record Pool(long count, long versions, @Nullable Instant newest) {}

  /** The ready examples at a glance. */
  public Pool pool(LoopId loop) {
    return sql.query(
            """
            select count(*) as n, coalesce(sum(version), 0) as versions, max(formed_at) as newest
            from example where tenant = ? and loop = ? and state = 'ready'
            """,
            row -> new Pool(row.getLong("n"), row.getLong("versions"), Sql.instant(row, "newest")),
            loop.tenant(),
            loop.loop())
        .getFirst();
  }

  /** How many are in a state. */
  public long count(LoopId loop, ExampleState state) {
    return sql.query(
            "select count(*) from example where tenant = ? and loop = ? and state = ?",
            row -> row.getLong(1),
            loop.tenant(),
            loop.loop(),
            state.wireName())
        .getFirst();
  }

  /** Used examples of batches in one of the given states. */
  public List<StoredExample> inBatches(LoopId loop, Collection<String> batchStates) {
    return sql.query(
        """
        select x.* from example x join batch b using (batch_id)
        where x.tenant = ? and x.loop = ? and x.state = 'used' and b.state = any(?) order by x.row_id
        """,
        Examples::read,
        loop.tenant(),
        loop.loop(),
        batchStates);
  }

  public List<StoredExample> ofCut(String cutId) {
    return sql.query(
        "select * from example where cut_id = ? order by row_id", Examples::read, cutId);
  }

  public List<StoredExample> ofEvent(EventKey key) {
    return sql.query(
        """
        select x.* from example x join example_event using (row_id) where event_key = ?
        order by row_id
        """,
        Examples::read,
        key.text());
  }

  /** Every row of a content id; several conversations can lead to the same content. */
  public List<StoredExample> lockById(LoopId loop, String exampleId) {
    return sql.query(
        """
        select * from example where tenant = ? and loop = ? and (example_id = ? or row_id = ?)
        order by row_id for update
        """,
        Examples::read,
        loop.tenant(),
        loop.loop(),
        exampleId,
        exampleId);
  }

  /** Takes live examples whose deadline is past, past those another worker holds. */
  public List<StoredExample> claimExpired(Instant now, int limit) {
    return sql.query(
        """
        select * from example where state in ('ready', 'quarantined') and deadline <= ?
        order by deadline, row_id limit ? for update skip locked
        """,
        Examples::read,
        now,
        limit);
  }

  /**
   * Moves examples on.
   *
   * @param deadline there exactly when the new state is live
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
  }

  /** A verdict of a cut on a row. */
  public record Verdict(
      String rowId,
      ExampleState state,
      String stage,
      String reason,
      String detail,
      @Nullable Instant deadline) {}

  /** Writes the verdicts of a cut, so that admission does not give its own again. */
  public void drop(String cutId, Collection<Verdict> verdicts) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (Verdict verdict : verdicts) {
      rows.add(
          new @Nullable Object[] {
            verdict.state().wireName(),
            verdict.stage(),
            verdict.reason(),
            verdict.detail(),
            verdict.deadline(),
            cutId,
            verdict.rowId()
          });
    }
    sql.updateAll(
        """
        update example set state = ?, stage = ?, reason = ?, detail = ?, deadline = ?, cut_id = ?,
          version = version + 1
        where row_id = ?
        """,
        rows);
  }

  /** Lets quarantined examples into the next cut. */
  public void release(Collection<String> rowIds, Instant deadline) {
    sql.update(
        """
        update example set state = 'ready', reason = null, detail = null, deadline = ?, released = true,
          version = version + 1
        where row_id = any(?) and state = 'quarantined'
        """,
        deadline,
        rowIds);
  }

  /** Marks examples that a cut holds: it must not be sealed with them. */
  public void markUnwanted(Collection<String> rowIds) {
    sql.update(
        "update example set unwanted = true, version = version + 1 where row_id = any(?)", rowIds);
  }

  /** Locks rows for a cut and says which of them are ready still. */
  public List<StoredExample> lockReady(Collection<String> rowIds) {
    return sql.query(
        "select * from example where row_id = any(?) and state = 'ready' order by row_id for update",
        Examples::read,
        rowIds);
  }

  /** Locks what a cut holds. */
  public List<StoredExample> lockCut(String cutId) {
    return sql.query(
        "select * from example where cut_id = ? and state = 'cut' order by row_id for update",
        Examples::read,
        cutId);
  }

  /** Hands rows to a cut, with the examples in the shape in which the batch will hold them. */
  public void take(String cutId, Map<String, Example> byRow) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    byRow.forEach(
        (rowId, example) -> rows.add(new Object[] {cutId, example.id(), text(example), rowId}));
    sql.updateAll(
        """
        update example set state = 'cut', cut_id = ?, example_id = ?, body = ?, version = version + 1
        where row_id = ?
        """,
        rows);
  }

  /** The batch of a cut is sealed. */
  public void use(String cutId, String batchId) {
    sql.update(
        """
        update example set state = 'used', batch_id = ?, deadline = null, version = version + 1
        where cut_id = ? and state = 'cut'
        """,
        batchId,
        cutId);
  }

  /** The cut is void: what it held and what it dropped is judged again by the next. */
  public void giveBack(String cutId) {
    sql.update(
        """
        update example set state = 'ready', cut_id = null, reason = null, detail = null,
          deadline = coalesce(deadline, received_at + interval '30 days'), version = version + 1
        where cut_id = ? and state in ('cut', 'rejected', 'quarantined')
        """,
        cutId);
  }

  /** Forgets examples that never were in a cut and whose events now say something else. */
  public void drop(Collection<String> rowIds) {
    sql.update("delete from example where row_id = any(?)", rowIds);
  }

  /**
   * Gives the events of these examples the fate that follows from all their examples: the best of
   * them counts. An event without any goes back to waiting until its join deadline.
   */
  public void follow(Collection<String> eventKeys) {
    if (eventKeys.isEmpty()) {
      return;
    }
    sql.update(FOLLOW, eventKeys);
  }

  /** Events of these examples. */
  public List<String> eventsOf(Collection<String> rowIds) {
    return sql.query(
        "select distinct event_key from example_event where row_id = any(?) order by 1",
        row -> row.getString(1),
        rowIds);
  }

  private static final String FOLLOW =
      """
      with best as (
        select distinct on (k.event_key) k.event_key,
          case x.state when 'cut' then 'ready' when 'erased' then 'context' else x.state end as state,
          x.stage, x.reason, x.detail, x.deadline
        from unnest(?::text[]) as k(event_key)
          left join example_event l on l.event_key = k.event_key
          left join example x on x.row_id = l.row_id
        order by k.event_key,
          case x.state when 'used' then 0 when 'cut' then 1 when 'ready' then 2 when 'quarantined' then 3
            when 'rejected' then 4 when 'withdrawn' then 5 else 6 end,
          x.row_id)
      update event e set
        fate = case
          when e.kind = 'interaction' and coalesce(b.state, 'none') not in ('used', 'ready', 'quarantined')
            then 'waiting'
          when b.state is null then 'context'
          else b.state end,
        reason = case
          when e.kind = 'interaction' and coalesce(b.state, 'none') not in ('used', 'ready', 'quarantined')
            then 'feedback'
          when b.state in ('rejected', 'quarantined') then coalesce(b.reason, 'unknown') end,
        detail = case
          when e.kind = 'interaction' and coalesce(b.state, 'none') not in ('used', 'ready', 'quarantined')
            then 'waits for feedback'
          when b.state in ('rejected', 'quarantined') then b.stage || ': ' || b.detail end,
        deadline = case
          when e.kind = 'interaction' and coalesce(b.state, 'none') not in ('used', 'ready', 'quarantined')
            then e.join_deadline
          when b.state in ('ready', 'quarantined') then b.deadline end
      from best b where e.event_key = b.event_key and e.phase = 'open'
      """;

  private @Nullable Object[] arguments(LoopId loop, StoredExample stored) {
    return new @Nullable Object[] {
      stored.rowId(),
      loop.tenant(),
      loop.loop(),
      stored.exampleId(),
      stored.origin(),
      stored.form(),
      stored.split().wireName(),
      stored.conversationKey(),
      stored.endUserDigest(),
      stored.responseEndUserDigest(),
      stored.receivedAt(),
      clock.instant(),
      stored.state().wireName(),
      stored.stage(),
      stored.reason(),
      stored.detail(),
      stored.deadline(),
      stored.score(),
      Objects.requireNonNull(stored.example()).provenance().tags(),
      text(Objects.requireNonNull(stored.example())),
      text(stored.steps()),
      stored.facts()
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
        Optional.ofNullable(body).map(b -> Json.read(bytes(b), Example.class)).orElse(null),
        List.of(Json.read(bytes(row.getString("steps")), Step[].class)),
        row.getString("facts"),
        row.getString("cut_id"),
        row.getString("batch_id"),
        row.getBoolean("unwanted"),
        row.getLong("version"));
  }

  private static Split split(String wireName) {
    return Split.valueOf(wireName.toUpperCase(java.util.Locale.ROOT));
  }

  private static String text(Object value) {
    return new String(Json.write(value), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
