package dev.whetstone.curation.join;

import dev.whetstone.contracts.event.EventKey;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.Receipts;
import dev.whetstone.curation.tombstone.Tombstones;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** Looks again at what came in before. All calls run in the caller's transaction. */
@ApplicationScoped
public class SecondLook {
  private static final int AT_ONCE = 500;
  private final Receipts receipts;
  private final Interactions interactions;
  private final Tombstones tombstones;
  private final Retractions retractions;
  private final Resolver resolver;

  public SecondLook(
      Receipts receipts,
      Interactions interactions,
      Tombstones tombstones,
      Retractions retractions,
      Resolver resolver) {
    this.receipts = receipts;
    this.interactions = interactions;
    this.tombstones = tombstones;
    this.retractions = retractions;
    this.resolver = resolver;
  }

  /** Judges what is left of these answers' feedback again. */
  public void atAnswers(DeclaredLoop loop, List<String> responseIds) {
    resolver.resolve(loop, responseIds.stream().map(Origin::response).toList());
  }

  /**
   * Carries out some of what takes back or replaces feedback that came in at the same time: nothing
   * that both lock makes one transaction wait for the other, so neither may have seen the other.
   * False when none is left.
   */
  public boolean atTakenBack(DeclaredLoop loop) {
    tombstones.lock(List.of(loop.id()), List.of());
    List<EventKey> missed = retractions.missed(loop.id(), AT_ONCE);
    if (missed.isEmpty()) {
      return false;
    }
    List<EventKey> targets =
        receipts.all(missed).stream().map(Receipt::target).filter(Objects::nonNull).toList();
    var responses = new TreeSet<String>();
    receipts.all(targets).stream()
        .map(Receipt::responseId)
        .filter(Objects::nonNull)
        .forEach(responses::add);
    Map<String, Interaction> ignored = interactions.meet(loop.id(), responses);
    resolver.resolve(loop, retractions.carryOut(loop.id(), missed));
    return true;
  }
}
