package dev.whetstone.curation.erasure;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.batch.BatchRepository;
import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.ExampleFeatureRepository;
import dev.whetstone.curation.join.EventRejoin;
import dev.whetstone.curation.tombstone.Tombstone.Subject;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.loop.DeclaredLoopRepository;
import dev.whetstone.kit.sql.Sql;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Erases what a tombstone covers: the subject's events, interactions, all feedback on those, and
 * every example formed from any of them with its features. Sealed batches that hold such examples
 * are tainted.
 */
@ApplicationScoped
public class ErasureSweep {
  private static final Logger LOG = Logger.getLogger(ErasureSweep.class);
  private static final String COVERED =
      """
      with answers as (
        select event_key, response_id from interaction
        where tenant = ? and loop = ? and event_key is not null and received_at <= ?
          and (end_user_digest = ? or conversation_key = ?))
      select event_key from answers
      union select e.event_key from event e join answers using (response_id)
        where e.tenant = ? and e.loop = ? and e.kind <> 'erasure'
      union select event_key from event
        where tenant = ? and loop = ? and received_at <= ? and kind <> 'erasure'
          and (end_user_digest = ? or conversation_key = ?)
      """;

  private final ErasureRepository erasures;
  private final TombstoneRepository tombstones;
  private final EventFateUpdater eventFates;
  private final BatchRepository batches;
  private final EventRejoin rejoin;
  private final DeclaredLoopRepository loops;
  private final ExampleFeatureRepository features;
  private final Sql sql;

  public ErasureSweep(
      ErasureRepository erasures,
      TombstoneRepository tombstones,
      EventFateUpdater eventFates,
      BatchRepository batches,
      EventRejoin rejoin,
      DeclaredLoopRepository loops,
      ExampleFeatureRepository features,
      Sql sql) {
    this.erasures = erasures;
    this.tombstones = tombstones;
    this.eventFates = eventFates;
    this.batches = batches;
    this.rejoin = rejoin;
    this.loops = loops;
    this.features = features;
    this.sql = sql;
  }

  /**
   * A round over all open erasures. Each call carries out one of them in one transaction and
   * returns whether there was one. One that fails does not block the others; the next round tries
   * it again.
   */
  public BooleanSupplier round() {
    Set<String> failed = new HashSet<>();
    return () -> sweepOne(failed);
  }

  private boolean sweepOne(Set<String> failed) {
    var taken = new AtomicReference<@Nullable Erasure>();
    try {
      return QuarkusTransaction.requiringNew()
          .call(
              () -> {
                taken.set(erasures.claim(failed).orElse(null));
                if (taken.get() != null) {
                  sweep(taken.get());
                }
                return taken.get() != null;
              });
    } catch (RuntimeException e) {
      Erasure erasure = taken.get();
      if (erasure == null) {
        throw e;
      }
      LOG.errorf(e, "erasure-failed erasure=%s action=retry", erasure.key());
      return failed.add(erasure.key());
    }
  }

  private void sweep(Erasure erasure) {
    LoopId loop = erasure.loop();
    tombstones.lock(List.of(), List.of(loop));
    List<String> covered = covered(erasure);
    List<Formed> formed = formedOf(covered);
    List<String> rows = formed.stream().map(Formed::rowId).distinct().toList();
    List<String> others =
        eventFates.of(rows).stream().filter(key -> !covered.contains(key)).toList();
    Map<String, List<String>> tainted = new TreeMap<>();
    for (Formed one : formed) {
      if (one.batchId() != null) {
        tainted.computeIfAbsent(one.batchId(), batch -> new ArrayList<>()).add(one.exampleId());
      }
    }
    List<String> answers = answersOf(covered);
    forget(loop, covered, formed);
    tainted.forEach(
        (batch, ids) -> batches.taint(loop, batch, "erasure", ids, erasure.erasureId()));
    eventFates.follow(others);
    loops.current(loop).ifPresent(declared -> rejoin.atAnswers(declared, answers));
    erasures.done(erasure, covered.size(), rows.size(), tainted.size());
    LOG.infof(
        "erased erasure=%s loop=%s events=%d examples=%d batches=%d",
        erasure.erasureId(), loop, covered.size(), rows.size(), tainted.size());
  }

  private List<String> covered(Erasure erasure) {
    String tenant = erasure.loop().tenant();
    String loop = erasure.loop().loop();
    boolean person = erasure.tombstone().subject() == Subject.END_USER;
    String endUser = person ? erasure.tombstone().digest() : null;
    var watermark = erasure.tombstone().watermark();
    return sql.query(
        COVERED,
        row -> row.getString(1),
        tenant,
        loop,
        watermark,
        endUser,
        erasure.conversationKey(),
        tenant,
        loop,
        tenant,
        loop,
        watermark,
        endUser,
        erasure.conversationKey());
  }

  /** Answers that stay although feedback on them is erased: their examples must be formed again. */
  private List<String> answersOf(List<String> covered) {
    return sql.query(
        """
        select distinct e.response_id from event e join interaction i using (tenant, loop, response_id)
        where e.event_key = any(?) and not (i.event_key = any(?)) order by 1
        """,
        row -> row.getString(1),
        covered,
        covered);
  }

  /** An example formed from covered events. */
  private record Formed(String rowId, String exampleId, String state, String batchId) {}

  private List<Formed> formedOf(List<String> covered) {
    return sql.query(
        """
        select row_id, example_id, state, batch_id from example
        where row_id in (select row_id from example_event where event_key = any(?))
        order by row_id for update
        """,
        row ->
            new Formed(
                row.getString("row_id"),
                row.getString("example_id"),
                row.getString("state"),
                row.getString("batch_id")),
        covered);
  }

  private void forget(LoopId loop, List<String> covered, List<Formed> formed) {
    features.delete(rows(formed));
    sql.update(
        """
        update example set state = 'erased', body = null, reason = null, detail = null,
          end_user_digest = null, response_end_user_digest = null, version = version + 1
        where row_id = any(?) and state in ('used', 'withdrawn')
        """,
        rows(formed));
    sql.update(
        """
        update example set body = null, unwanted = true, version = version + 1
        where row_id = any(?) and state = 'cut'
        """,
        rows(formed));
    sql.update(
        """
        delete from example where row_id = any(?) and state in ('ready', 'quarantined', 'rejected')
        """,
        rows(formed));
    sql.update(
        """
        update interaction set body = null, end_user_digest = null
        where tenant = ? and loop = ? and event_key = any(?)
        """,
        loop.tenant(),
        loop.loop(),
        covered);
    sql.update(
        """
        update event set fate = 'erased', reason = 'erased', detail = null, deadline = null, phase = 'closed',
          body = null, end_user_digest = null, connection = null
        where event_key = any(?)
        """,
        covered);
    sql.update("delete from resent_event where event_key = any(?)", covered);
  }

  private static List<String> rows(List<Formed> formed) {
    return formed.stream().map(Formed::rowId).toList();
  }
}
