package dev.whetstone.curation.example;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a cut asks of the rows of examples and does to them. */
@ApplicationScoped
public class CutExampleRepository {
  private final Sql sql;

  public CutExampleRepository(Sql sql) {
    this.sql = sql;
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
                Form.valueOf(row.getString("form").toUpperCase(Locale.ROOT)),
                ExampleRepository.split(row.getString("split")),
                Objects.requireNonNull(Sql.instant(row, "received_at")),
                Sql.texts(row, "tags")),
        loop.tenant(),
        loop.loop(),
        Arrays.stream(states).map(ExampleState::wireName).toList());
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

  /**
   * Examples of batches in one state that may be used still: all that are held out, and of the
   * train examples as many of the newest as a run ever trains on.
   */
  public List<Example> inBatches(LoopId loop, String batchState, int mostTrain) {
    return sql.query(
        """
        select body from (
          select x.row_id, x.split, x.body, row_number() over (
            partition by x.split = 'train' order by b.sequence desc, x.received_at desc, x.row_id) as n
          from example x join batch b using (batch_id)
          where x.tenant = ? and x.loop = ? and x.state = 'used' and b.state = ?) as newest
        where split <> 'train' or n <= ? order by row_id
        """,
        row -> ExampleRepository.body(row.getString("body")),
        loop.tenant(),
        loop.loop(),
        batchState,
        mostTrain);
  }

  /**
   * Ids that batches have given to what the ready examples say. What takes an example back names it
   * by its id, and every service leaves that id out for good: the same words given again need
   * another one.
   */
  public Set<String> spentIds(LoopId loop) {
    return new HashSet<>(
        sql.query(
            """
            select distinct example_id from example
            where tenant = ? and loop = ? and batch_id is not null
              and split_part(example_id, '~', 1) in (
                select split_part(example_id, '~', 1) from example
                where tenant = ? and loop = ? and state = 'ready')
            """,
            row -> row.getString(1),
            loop.tenant(),
            loop.loop(),
            loop.tenant(),
            loop.loop()));
  }

  public List<StoredExample> ofCut(String cutId) {
    return sql.query(
        "select * from example where cut_id = ? order by row_id", ExampleRepository::read, cutId);
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

  /** Locks rows for a cut and says which of them are ready still. */
  public List<StoredExample> lockReady(Collection<String> rowIds) {
    return sql.query(
        "select * from example where row_id = any(?) and state = 'ready' order by row_id for"
            + " update",
        ExampleRepository::read,
        rowIds);
  }

  /** Locks what a cut holds. */
  public List<StoredExample> lockCut(String cutId) {
    return sql.query(
        "select * from example where cut_id = ? and state = 'cut' order by row_id for update",
        ExampleRepository::read,
        cutId);
  }

  /** Hands rows to a cut, with the examples in the shape in which the batch will hold them. */
  public void take(String cutId, Map<String, Example> byRow) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    byRow.forEach(
        (rowId, example) ->
            rows.add(new Object[] {cutId, example.id(), ExampleRepository.text(example), rowId}));
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

  /**
   * The cut is void: what it held and what it dropped is judged again by the next.
   *
   * @param retention of the loop, which gives what was dropped its deadline as admission would
   */
  public void giveBack(String cutId, Duration retention) {
    sql.update(
        """
        update example set state = 'ready', cut_id = null, reason = null, detail = null,
          deadline = case when state = 'cut' then deadline
            else received_at + make_interval(secs => ?) end,
          version = version + 1
        where cut_id = ? and state in ('cut', 'rejected', 'quarantined')
        """,
        (double) retention.toSeconds(),
        cutId);
  }
}
