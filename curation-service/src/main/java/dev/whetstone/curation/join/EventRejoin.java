package dev.whetstone.curation.join;

import dev.whetstone.contracts.EventKey;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ReceiptRepository;
import dev.whetstone.curation.tombstone.TombstoneRepository;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Joins events again that arrived before. */
@ApplicationScoped
public class EventRejoin {
  private static final int AT_ONCE = 500;
  private final ReceiptRepository receipts;
  private final InteractionRepository interactions;
  private final TombstoneRepository tombstones;
  private final RetractionHandler retractions;
  private final OriginResolver resolver;

  public EventRejoin(
      ReceiptRepository receipts,
      InteractionRepository interactions,
      TombstoneRepository tombstones,
      RetractionHandler retractions,
      OriginResolver resolver) {
    this.receipts = receipts;
    this.interactions = interactions;
    this.tombstones = tombstones;
    this.retractions = retractions;
    this.resolver = resolver;
  }

  /** Forms the examples of these answers again, from the feedback that is left. */
  public void atAnswers(DeclaredLoop loop, List<String> responseIds) {
    resolver.resolve(loop, responseIds.stream().map(ExampleOrigin::response).toList());
  }

  /**
   * Carries out some retractions and replacements that arrived at the same time as their target:
   * the two transactions lock nothing in common, so neither may have seen the other.
   *
   * @return false when none is left
   */
  public boolean atTakenBack(DeclaredLoop loop) {
    tombstones.lock(List.of(loop.id()), List.of());
    List<EventKey> missed = retractions.missed(loop.id(), AT_ONCE);
    if (missed.isEmpty()) {
      return false;
    }
    List<EventKey> targets =
        receipts.heads(missed).stream().map(Receipt::target).filter(Objects::nonNull).toList();
    var responses = new TreeSet<String>();
    receipts.heads(targets).stream()
        .map(Receipt::responseId)
        .filter(Objects::nonNull)
        .forEach(responses::add);
    Map<String, InteractionHead> ignored = interactions.lockOrCreate(loop.id(), responses);
    resolver.resolve(loop, retractions.carryOut(loop.id(), missed));
    return true;
  }
}
