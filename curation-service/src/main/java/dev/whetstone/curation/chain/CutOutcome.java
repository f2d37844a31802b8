package dev.whetstone.curation.chain;

import dev.whetstone.curation.example.Example;
import java.util.List;

/**
 * The examples that a cut keeps, ordered by id, and why it dropped the others.
 *
 * @param kept with their final sample weights
 */
public record CutOutcome(List<Example> kept, List<DroppedExample> dropped, Funnel funnel) {
  public CutOutcome {
    kept = List.copyOf(kept);
    dropped = List.copyOf(dropped);
  }
}
