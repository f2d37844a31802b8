package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.contracts.LoopId;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.fate.EventStanding;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.FeedbackReceiptRepository;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipt.Phase;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.kit.sql.Sql;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Withdraws feedback on a retraction or on feedback that supersedes it, in whatever order the two
 * arrive. Only the same source and end user may withdraw it.
 */
@ApplicationScoped
public class RetractionHandler {
  private static final String MISSED =
      """
      select e.event_key from event e join event t on t.event_key = e.target
      where e.tenant = ? and e.loop = ? and e.phase = 'open' and e.target is not null
        and t.phase <> 'parked' and (e.kind = 'retraction' or (t.phase = 'open'
          and t.source = e.source and t.end_user_digest is not distinct from e.end_user_digest
          and t.kind not in ('interaction', 'retraction', 'erasure')))
      order by e.event_key limit ?
      """;

  /** The others are carried out by {@link EventRejoin#atTakenBack}, some at a time. */
  private static final int AIMING_AT_ONCE = 500;

  private final ReceiptRepository receipts;
  private final FeedbackReceiptRepository feedbackReceipts;
  private final Sql sql;

  public RetractionHandler(
      ReceiptRepository receipts, FeedbackReceiptRepository feedbackReceipts, Sql sql) {
    this.receipts = receipts;
    this.feedbackReceipts = feedbackReceipts;
    this.sql = sql;
  }

  /** Some open retractions and replacements whose target is present but not withdrawn yet. */
  List<EventKey> missed(LoopId loop, int limit) {
    return sql.query(
        MISSED, row -> EventKey.parse(row.getString(1)), loop.tenant(), loop.loop(), limit);
  }

  /**
   * Carries out the retractions and replacements among the given events, and those waiting for one
   * of them.
   *
   * @return origins whose examples must be formed again
   */
  Set<ExampleOrigin> carryOut(LoopId loop, Collection<EventKey> keys) {
    Map<EventKey, Receipt> aiming = new LinkedHashMap<>();
    feedbackReceipts
        .aimingAt(keys, AIMING_AT_ONCE)
        .forEach(receipt -> aiming.put(receipt.key(), receipt));
    receipts.heads(keys).stream()
        .filter(receipt -> receipt.target() != null && receipt.phase() == Phase.OPEN)
        .forEach(receipt -> aiming.putIfAbsent(receipt.key(), receipt));
    Map<EventKey, Receipt> targets = new HashMap<>();
    receipts
        .heads(aiming.values().stream().map(Receipt::target).toList())
        .forEach(target -> targets.put(target.key(), target));
    var origins = new HashSet<ExampleOrigin>();
    for (Receipt taking : aiming.values()) {
      Receipt target = targets.get(Objects.requireNonNull(taking.target()));
      // A retraction of a parked target is carried out when the target is released.
      if (target != null && target.key().loop().equals(loop) && target.phase() != Phase.PARKED) {
        carryOut(taking, target, origins);
      }
    }
    return origins;
  }

  private void carryOut(Receipt taking, Receipt target, Set<ExampleOrigin> origins) {
    boolean retraction = taking.kind().equals(Receipt.RETRACTION);
    boolean allowed =
        taking.key().source().equals(target.key().source())
            && Objects.equals(taking.endUserDigest(), target.endUserDigest())
            && target.isFeedback();
    if (!allowed) {
      if (retraction) {
        String detail = "only the same source and end user can retract feedback";
        receipts.assign(
            taking.key(), EventStanding.rejected("other-end-user", detail), Phase.CLOSED);
      }
      return;
    }
    if (retraction) {
      String detail =
          target.phase() == Phase.OPEN
              ? "retracted " + target.key().id()
              : "changed nothing: %s was already %s"
                  .formatted(target.key().id(), target.standing().fate().wireName());
      receipts.assign(taking.key(), EventStanding.context(detail), Phase.CLOSED);
    }
    if (target.phase() == Phase.OPEN) {
      EventStanding standing =
          retraction
              ? EventStanding.withdrawn("retracted by " + taking.key().id())
              : new EventStanding(
                  Fate.WITHDRAWN, ReasonCodes.SUPERSEDED, "replaced by " + taking.key().id(), null);
      receipts.assign(target.key(), standing, Phase.CLOSED);
      origins.add(ExampleOrigin.of(target));
    }
  }
}
