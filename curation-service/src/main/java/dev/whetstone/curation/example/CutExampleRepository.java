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

/** Reads and writes of example rows that a cut needs. */
@ApplicationScoped
public class CutExampleRepository {
  private final Sql sql;
  private final ExampleFeatureRepository features;

  public CutExampleRepository(Sql sql, ExampleFeatureRepository features) {
    this.sql = sql;
    this.features = features;
  }

  /** An example as the seal rule counts it. */
  public record Candidate(
      String rowId, long version, Form form, Split split, Instant receivedAt, List<String> tags) {}

  /** Examples that the next batch could hold, without their text, ordered by row id. */
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
   * A summary of the ready examples; it differs whenever one was added, removed or changed.
   *
   * @param newest time at which the newest one was formed
   */
  public record Pool(long count, long versions, @Nullable Instant newest) {}

  /** A summary of the ready examples. */
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

  /** An example of a sealed batch. */
  public record SealedExample(String rowId, Example example) {}

  /**
   * Examples of batches in one state that are still in use: all held-out ones, and the newest train
   * examples.
   *
   * @param mostTrain the most train examples that a run uses
   */
  public List<SealedExample> inBatches(LoopId loop, String batchState, int mostTrain) {
    return sql.query(
        """
        select row_id, body from (
          select x.row_id, x.split, x.body, row_number() over (
            partition by x.split = 'train' order by b.sequence desc, x.received_at desc, x.row_id) as n
          from example x join batch b using (batch_id)
          where x.tenant = ? and x.loop = ? and x.state = 'used' and b.state = ?) as newest
        where split <> 'train' or n <= ? order by row_id
        """,
        row ->
            new SealedExample(
                row.getString("row_id"), ExampleRepository.body(row.getString("body"))),
        loop.tenant(),
        loop.loop(),
        batchState,
        mostTrain);
  }

  /**
   * Ids that earlier batches gave to examples with the same content as a ready one. A withdrawal
   * names an example by its id, and every service excludes that id for ever, so the same content
   * needs a new id when it is used again.
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

  /** A cut's verdict on one row. */
  public record Verdict(
      String rowId,
      ExampleState state,
      String stage,
      String reason,
      String detail,
      @Nullable Instant deadline) {}

  /** Writes a cut's verdicts; admission does not judge these rows again. */
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
    features.delete(
        verdicts.stream()
            .filter(verdict -> verdict.state() == ExampleState.REJECTED)
            .map(Verdict::rowId)
            .toList());
  }

  /** Locks rows for a cut and returns those that are still ready. */
  public List<StoredExample> lockReady(Collection<String> rowIds) {
    return sql.query(
        "select * from example where row_id = any(?) and state = 'ready' order by row_id for"
            + " update",
        ExampleRepository::read,
        rowIds);
  }

  /** The examples that a cut holds, by row id. */
  public List<StoredExample> heldBy(String cutId) {
    return sql.query(
        "select * from example where cut_id = ? and state = 'cut' order by row_id",
        ExampleRepository::read,
        cutId);
  }

  /**
   * The state of an example that a cut holds.
   *
   * @param unwanted its events were withdrawn or erased since the cut
   */
  public record Held(String rowId, long version, boolean unwanted) {
    public static Held of(StoredExample example) {
      return new Held(example.rowId(), example.version(), example.unwanted());
    }
  }

  /** Locks the examples that a cut holds, and reads their state without their text. */
  public List<Held> lockHeldBy(String cutId) {
    return sql.query(
        """
        select row_id, version, unwanted from example where cut_id = ? and state = 'cut'
        order by row_id for update
        """,
        row -> new Held(row.getString(1), row.getLong(2), row.getBoolean(3)),
        cutId);
  }

  /** Assigns rows to a cut, with the examples as the batch will hold them. */
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

  /** Marks the rows of a cut as used: its batch is sealed. */
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
   * Releases the rows of a void cut: those it held and those it dropped are judged again by the
   * next one.
   *
   * @param retention of the loop, from which dropped rows get the deadline that admission gives
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
