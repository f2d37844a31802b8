package dev.whetstone.curation.batch;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.event.BatchSealed;
import dev.whetstone.contracts.event.BatchTainted;
import dev.whetstone.kit.event.EventFactory;
import dev.whetstone.kit.outbox.Outbox;
import dev.whetstone.kit.trace.TraceContext;
import io.quarkus.panache.common.Sort;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rows of batches, and the events about them. */
@ApplicationScoped
public class BatchRepository {
  private static final String SOURCE = "curation";
  private final EventFactory events;
  private final Outbox outbox;

  public BatchRepository(EventFactory events, Outbox outbox) {
    this.events = events;
    this.outbox = outbox;
  }

  /**
   * Records a sealed batch and queues its announcement.
   *
   * @param trace in which it was sealed
   */
  public void sealed(Batch batch, Optional<TraceContext> trace) {
    BatchRow.of(batch).persistAndFlush();
    var data =
        new BatchSealed(
            batch.batchId(),
            batch.sequence(),
            batch.counts(),
            batch.manifestUri(),
            batch.loopSpecSha256(),
            batch.parentBatchId(),
            batch.trigger(),
            batch.sealedAt());
    outbox.add(
        events
            .create(
                "sealed-" + batch.batchId(),
                batch.loop(),
                SOURCE,
                batch.batchId(),
                batch.loop().key(),
                data)
            .tracedBy(trace.map(TraceContext::text).orElse(null)));
  }

  /** Marks a batch of which examples may no longer be used, and publishes it. */
  public void taint(
      LoopId loop,
      String batchId,
      String reason,
      Collection<String> exampleIds,
      @Nullable String erasureId) {
    BatchRow.update("tainted = true where batchId = ?1", batchId);
    var data = new BatchTainted(batchId, reason, exampleIds.stream().sorted().toList(), erasureId);
    outbox.add(events.create(loop, SOURCE, batchId, loop.key(), data));
  }

  /** Projects {@code batch.adopted}. What curation itself withdrew stays withdrawn. */
  public void adopted(LoopId loop, List<String> batchIds) {
    project(loop, BatchState.ADOPTED, batchIds);
  }

  /** Projects {@code batch.set-aside}. What curation itself withdrew stays withdrawn. */
  public void setAside(LoopId loop, List<String> batchIds) {
    project(loop, BatchState.SET_ASIDE, batchIds);
  }

  private static void project(LoopId loop, BatchState state, List<String> batchIds) {
    BatchRow.update(
        "state = ?1 where tenant = ?2 and loop = ?3 and batchId in ?4 and state <> 'withdrawn'",
        state.wireName(),
        loop.tenant(),
        loop.loop(),
        batchIds);
  }

  /** A candidate that was trained on these batches has a decision, whatever its verdict. */
  public void decided(LoopId loop, List<String> batchIds) {
    BatchRow.update(
        "undecided = false where tenant = ?1 and loop = ?2 and batchId in ?3",
        loop.tenant(),
        loop.loop(),
        batchIds);
  }

  /** The batch's files are not what was sealed: nothing of it may be used any longer. */
  public void withdraw(String batchId) {
    BatchRow.update(
        "state = ?1, undecided = false where batchId = ?2",
        BatchState.WITHDRAWN.wireName(),
        batchId);
  }

  /** A loop's batches, first sealed first. */
  public List<Batch> all(LoopId loop) {
    return BatchRow.<BatchRow>find(
            "tenant = ?1 and loop = ?2", Sort.by("sequence"), loop.tenant(), loop.loop())
        .stream()
        .map(BatchRow::toBatch)
        .toList();
  }

  /** The newest batches of a loop, first sealed first. */
  public List<Batch> newest(LoopId loop, int most) {
    return BatchRow.<BatchRow>find(
            "tenant = ?1 and loop = ?2",
            Sort.by("sequence").descending(),
            loop.tenant(),
            loop.loop())
        .page(0, most)
        .stream()
        .map(BatchRow::toBatch)
        .toList()
        .reversed();
  }

  /** Batches sealed after the one with this sequence number, first sealed first. */
  public List<Batch> after(LoopId loop, long sequence, int most) {
    return BatchRow.<BatchRow>find(
            "tenant = ?1 and loop = ?2 and sequence > ?3",
            Sort.by("sequence"),
            loop.tenant(),
            loop.loop(),
            sequence)
        .page(0, most)
        .stream()
        .map(BatchRow::toBatch)
        .toList();
  }

  /**
   * The batches that a decision to seal depends on, first sealed first: those that await their
   * decision, and those sealed after a time.
   */
  public List<Batch> recent(LoopId loop, Instant after) {
    return BatchRow.<BatchRow>find(
            "tenant = ?1 and loop = ?2 and (state = 'pending' or sealedAt > ?3)",
            Sort.by("sequence"),
            loop.tenant(),
            loop.loop(),
            after)
        .stream()
        .map(BatchRow::toBatch)
        .toList();
  }

  /** The state of every batch of a loop, by batch id. */
  public Map<String, String> states(LoopId loop) {
    Map<String, String> states = new TreeMap<>();
    BatchRow.getEntityManager()
        .createQuery(
            "select batchId, state from BatchRow where tenant = :tenant and loop = :loop",
            Object[].class)
        .setParameter("tenant", loop.tenant())
        .setParameter("loop", loop.loop())
        .getResultList()
        .forEach(row -> states.put((String) row[0], (String) row[1]));
    return states;
  }

  public Optional<Batch> find(LoopId loop, String batchId) {
    return BatchRow.<BatchRow>findByIdOptional(batchId)
        .map(BatchRow::toBatch)
        .filter(batch -> batch.loop().equals(loop));
  }

  public Optional<Batch> newest(LoopId loop) {
    return BatchRow.<BatchRow>find(
            "tenant = ?1 and loop = ?2",
            Sort.by("sequence").descending(),
            loop.tenant(),
            loop.loop())
        .firstResultOptional()
        .map(BatchRow::toBatch);
  }

  /** Test items sealed so far, which the split's shares depend on. */
  public int sealedTestItems(LoopId loop) {
    Long sum =
        BatchRow.getEntityManager()
            .createQuery(
                "select sum(testItems) from BatchRow where tenant = :tenant and loop = :loop",
                Long.class)
            .setParameter("tenant", loop.tenant())
            .setParameter("loop", loop.loop())
            .getSingleResult();
    return sum == null ? 0 : sum.intValue();
  }
}
