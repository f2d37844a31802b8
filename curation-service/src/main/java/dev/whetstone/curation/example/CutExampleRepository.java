package dev.whetstone.curation.example;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.contracts.batch.Split;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and writes of example rows that a cut needs. */
@ApplicationScoped
public class CutExampleRepository {
  /** Rows of a cursor in memory. */
  private static final int FETCH = 20;

  /** Rows whose text is written as JSON at a time. */
  private static final int TAKE_AT_ONCE = 100;

  private static final String TAKE =
      """
      update example set state = 'cut', cut_id = ?, example_id = ?, body = ?, version = version + 1
      where row_id = ?
      """;

  private final Sql sql;
  private final ExampleFeatureRepository features;

  public CutExampleRepository(Sql sql, ExampleFeatureRepository features) {
    this.sql = sql;
    this.features = features;
  }

  /** An example as the seal rule counts it. */
  public record Candidate(
      String rowId, long version, Form form, Split split, Instant receivedAt, List<String> tags) {}

  /** An example of a sealed batch. */
  public record SealedExample(String rowId, Example example) {}

  /** Examples of earlier batches; {@code left} held-out ones were left out for want of space. */
  public record SealedExamples(List<SealedExample> examples, int left) {
    public SealedExamples {
      examples = List.copyOf(examples);
    }
  }

  /**
   * Examples of batches in one state that are still in use, the newest first until the budget is
   * spent: held-out ones, which new examples must not overlap with, then train examples. In the
   * caller's transaction.
   *
   * @param mostTrain the most train examples that a run uses
   * @param characters of their text, held-out and train alike
   */
  public SealedExamples inBatches(LoopId loop, String batchState, int mostTrain, long characters) {
    List<SealedExample> examples = new ArrayList<>();
    long[] left = {characters};
    int heldOut = scan(loop, batchState, "x.split <> 'train'", Integer.MAX_VALUE, left, examples);
    scan(loop, batchState, "x.split = 'train'", mostTrain, left, examples);
    examples.sort(Comparator.comparing(SealedExample::rowId));
    return new SealedExamples(examples, heldOut);
  }

  /** Returns how many rows did not fit. */
  private int scan(
      LoopId loop,
      String batchState,
      String split,
      int most,
      long[] left,
      List<SealedExample> examples) {
    int[] beyond = {0};
    sql.scan(
        """
        select x.row_id, case when x.fits then e.body end as body from (
          select x.row_id, sum(octet_length(x.body)) over newest <= ? as fits,
            row_number() over newest as n
          from example x join batch b using (batch_id)
          where x.tenant = ? and x.loop = ? and x.state = 'used' and b.state = ? and %s
          window newest as (order by b.sequence desc, x.received_at desc, x.row_id)) as x
        join example e using (row_id) where x.n <= ?
        """
            .formatted(split),
        FETCH,
        row -> {
          String body = row.getString("body");
          if (body == null) {
            beyond[0]++;
          } else {
            left[0] -= body.length();
            examples.add(new SealedExample(row.getString("row_id"), ExampleRepository.body(body)));
          }
          return true;
        },
        left[0],
        loop.tenant(),
        loop.loop(),
        batchState,
        most);
    return beyond[0];
  }

  /**
   * Ids that earlier batches gave to examples with one of these contents. A withdrawal names an
   * example by its id, and every service excludes that id for ever, so the same content needs a new
   * id when it is used again.
   *
   * @param contentIds digests of contents, without suffix
   */
  public Set<String> spentIds(LoopId loop, Collection<String> contentIds) {
    return new HashSet<>(
        sql.query(
            """
            select distinct example_id from example
            where tenant = ? and loop = ? and batch_id is not null
              and split_part(example_id, '~', 1) = any(?)
            """,
            row -> row.getString(1),
            loop.tenant(),
            loop.loop(),
            contentIds));
  }

  /** Rows that a cut holds or dropped. */
  public List<String> ofCut(String cutId) {
    return sql.query(
        "select row_id from example where cut_id = ? order by row_id",
        row -> row.getString(1),
        cutId);
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
        (rowId, example) -> {
          rows.add(new Object[] {cutId, example.id(), ExampleRepository.text(example), rowId});
          if (rows.size() == TAKE_AT_ONCE) {
            sql.updateAll(TAKE, rows);
            rows.clear();
          }
        });
    sql.updateAll(TAKE, rows);
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
