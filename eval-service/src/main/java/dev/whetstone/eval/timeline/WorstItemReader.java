package dev.whetstone.eval.timeline;

import dev.whetstone.contracts.decision.Verdict;
import dev.whetstone.eval.decision.Decision;
import dev.whetstone.eval.decision.Evidence.Score;
import dev.whetstone.eval.decision.Evidence.Text;
import dev.whetstone.eval.decision.EvidenceStore;
import dev.whetstone.eval.timeline.CheckpointTimeline.WorstItem;
import dev.whetstone.kit.store.ObjectStoreException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Reads the items on which a rejected candidate lost most. */
@ApplicationScoped
public class WorstItemReader {
  private static final Logger LOG = Logger.getLogger(WorstItemReader.class);
  private static final int SHOWN = 5;
  private final EvidenceStore evidence;

  public WorstItemReader(EvidenceStore evidence) {
    this.evidence = evidence;
  }

  /**
   * Returns at most five items, worst first; none for a candidate that was not rejected, or whose
   * evidence cannot be read.
   */
  List<WorstItem> of(Decision decision) {
    String uri = decision.body().evidenceUri();
    if (decision.verdict() != Verdict.REJECT || uri == null) {
      return List.of();
    }
    try {
      return read(uri);
    } catch (ObjectStoreException | UncheckedIOException | IllegalStateException e) {
      // The rest of the timeline does not depend on it.
      LOG.warnf("evidence-unreadable decision=%s reason=%s", decision.id(), e.getMessage());
      return List.of();
    }
  }

  private List<WorstItem> read(String uri) {
    Map<String, Text> texts = new HashMap<>();
    evidence.texts(uri).forEach(text -> texts.put(text.key(), text));
    return evidence.scores(uri).stream()
        .filter(score -> !score.shadow() && score.difference() < 0)
        .sorted(
            Comparator.comparing((Score score) -> !score.critical())
                .thenComparing(Score::difference)
                .thenComparing(Score::key))
        .limit(SHOWN)
        .map(score -> item(score, texts.get(score.key())))
        .toList();
  }

  private static WorstItem item(Score score, @Nullable Text text) {
    return text == null
        ? new WorstItem(score.key(), score.difference(), null, null, null, null)
        : new WorstItem(
            score.key(),
            score.difference(),
            text.question().getLast().content(),
            text.reference(),
            text.champion(),
            text.candidate());
  }
}
