package dev.whetstone.curation.cap;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Feedback that responses accepted before this call, and in it. The caller holds the responses' row
 * locks.
 */
public final class ResponseFeedbackCounts {
  private final Map<FeedbackGroup, Integer> sameKind;
  private final Map<String, ResponseTotal> totals;
  private final Map<FeedbackGroup, Integer> addedToGroups = new HashMap<>();
  private final Map<String, ResponseTotal> addedToResponses = new TreeMap<>();

  /** How much feedback a response accepted, and its bytes. */
  public record ResponseTotal(int events, long bytes) {
    public static final ResponseTotal NONE = new ResponseTotal(0, 0);

    ResponseTotal plus(ResponseTotal other) {
      return new ResponseTotal(events + other.events, bytes + other.bytes);
    }
  }

  public ResponseFeedbackCounts(
      Map<FeedbackGroup, Integer> sameKind, Map<String, ResponseTotal> totals) {
    this.sameKind = new HashMap<>(sameKind);
    this.totals = new HashMap<>(totals);
  }

  public int sameKind(FeedbackGroup group) {
    return sameKind.getOrDefault(group, 0);
  }

  public ResponseTotal total(String responseId) {
    return totals.getOrDefault(responseId, ResponseTotal.NONE);
  }

  /** Counts feedback that is accepted. */
  public void add(FeedbackGroup group, long bytes) {
    var one = new ResponseTotal(1, bytes);
    sameKind.merge(group, 1, Integer::sum);
    addedToGroups.merge(group, 1, Integer::sum);
    totals.merge(group.responseId(), one, ResponseTotal::plus);
    addedToResponses.merge(group.responseId(), one, ResponseTotal::plus);
  }

  /** What {@link #add} counted, by group. */
  Map<FeedbackGroup, Integer> addedToGroups() {
    return Collections.unmodifiableMap(addedToGroups);
  }

  /** What {@link #add} counted, by response. */
  Map<String, ResponseTotal> addedToResponses() {
    return Collections.unmodifiableMap(addedToResponses);
  }
}
