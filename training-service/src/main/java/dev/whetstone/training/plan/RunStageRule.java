package dev.whetstone.training.plan;

import dev.whetstone.contracts.batch.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which stages the data is enough for. */
public final class RunStageRule {
  private RunStageRule() {}

  /** The answer. */
  public sealed interface Verdict {
    /** What waits, and why, in sentences. */
    List<String> waiting();

    /** SFT has enough examples. */
    record Train(List<String> waiting) implements Verdict {
      public Train {
        waiting = List.copyOf(waiting);
      }
    }

    /** There is no stage to train yet. */
    record TooFew(int missing, List<String> waiting) implements Verdict {
      public TooFew {
        waiting = List.copyOf(waiting);
      }
    }
  }

  /**
   * @param trainExamples train examples per form
   * @param leastSft examples below which SFT does not start
   */
  public static Verdict decide(Map<Form, Integer> trainExamples, int leastSft) {
    List<String> waiting = new ArrayList<>();
    wait(waiting, trainExamples.getOrDefault(Form.PREFERENCE, 0), "preference pairs", "DPO");
    wait(waiting, trainExamples.getOrDefault(Form.BINARY, 0), "thumbs", "KTO");
    int sft = trainExamples.getOrDefault(Form.SFT, 0);
    if (sft >= leastSft) {
      return new Verdict.Train(waiting);
    }
    waiting.add(
        0,
        "%d of %d corrections and demonstrations that SFT needs are there"
            .formatted(sft, leastSft));
    return new Verdict.TooFew(leastSft - sft, waiting);
  }

  private static void wait(List<String> waiting, int count, String what, String stage) {
    if (count > 0) {
      waiting.add(
          "%d %s wait in their batches: a %s stage is not part of runs yet"
              .formatted(count, what, stage));
    }
  }
}
