package dev.whetstone.contracts.scoring;

import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.run.CheckpointManifest;
import java.util.List;

/**
 * The last file that the worker writes for a scoring job.
 *
 * @param kind always {@code scores}
 * @param files paths relative to the manifest: {@code scores.jsonl}, JSON lines of {@link ScoreRow}
 * @param leftOut every item that could not be scored
 */
public record ScoresManifest(
    String kind,
    String jobId,
    long fence,
    List<CheckpointManifest.File> files,
    ScoringEvent.Counts counts,
    List<ScoringEvent.LeftOut> leftOut,
    String workerVersion) {
  public ScoresManifest {
    files = List.copyOf(files);
    leftOut = List.copyOf(leftOut);
  }
}
