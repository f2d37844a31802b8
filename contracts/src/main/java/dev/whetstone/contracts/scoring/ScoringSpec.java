package dev.whetstone.contracts.scoring;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.event.EventData.ScoringEvent;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The input of a worker for one attempt of a scoring job. The worker receives the token for its
 * reports separately, in its environment.
 *
 * @param attempt the attempt's id
 * @param fence grows with each attempt of a job; a worker with an older one receives 409
 * @param items JSON lines of {@link ScoringItem}
 * @param adapters scored besides the base model, which is always scored
 * @param maxBatchTokens tokens of one forward pass, padding included; a longer item is scored alone
 * @param output directory that only this attempt writes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScoringSpec(
    String jobId,
    String attempt,
    long fence,
    LoopSpec.BaseModel baseModel,
    RunSpec.Input items,
    List<ScoringEvent.Adapter> adapters,
    int maxBatchTokens,
    RunSpec.Output output,
    RunSpec.@Nullable Callback callback) {
  public ScoringSpec {
    adapters = List.copyOf(adapters);
  }
}
