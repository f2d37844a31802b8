package dev.whetstone.curation.seal;

import dev.whetstone.contracts.loop.LoopSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Input of the seal rule.
 *
 * @param newTrain train examples ready and not yet sealed, of the form that is counted: SFT where
 *     there are {@value SealRule#LEAST_TRAIN} of it, else the form with the most
 * @param heldOut test items of that form that can judge the next candidate: ready ones and those of
 *     earlier undecided batches
 * @param oldestWaiting age of the oldest ready example; zero when there is none
 * @param trainPerDay new train examples per day at the recent rate
 * @param heldOutPerDay new test items per day at the recent rate
 * @param obstacle why the loop may not start another run now, for people
 * @param manual whether a person requested a seal
 * @param drift whether online success fell against the concurrent holdback
 * @param missingTags tags of {@code mustCover} that no ready train example carries
 */
public record SealInput(
    LoopSpec spec,
    int newTrain,
    int heldOut,
    Duration oldestWaiting,
    double trainPerDay,
    double heldOutPerDay,
    @Nullable String obstacle,
    boolean manual,
    boolean drift,
    List<String> missingTags) {
  public SealInput {
    missingTags = List.copyOf(missingTags);
  }
}
