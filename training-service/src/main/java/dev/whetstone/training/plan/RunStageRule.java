package dev.whetstone.training.plan;

import dev.whetstone.contracts.batch.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Decides which stages have enough data. */
public final class RunStageRule {
  private RunStageRule() {}

  /** Answer of the rule. */
  public sealed interface Answer {
    /** Sentences on what waits and why. */
    List<String> waiting();

    /** SFT has enough examples. */
    record Train(List<String> waiting) implements Answer {
      public Train {
        waiting = List.copyOf(waiting);
      }
    }

    /** No stage has enough data yet. */
    record TooFew(int missing, List<String> waiting) implements Answer {
      public TooFew {
        waiting = List.copyOf(waiting);
      }
    }
  }

  /**
   * @param trainExamples train examples per form
   * @param leastSft examples below which SFT does not start
   */
  public static Answer decide(Map<Form, Integer> trainExamples, int leastSft) {
    List<String> waiting = new ArrayList<>();
    wait(waiting, trainExamples.getOrDefault(Form.PREFERENCE, 0), "preference pairs", "DPO");
    wait(waiting, trainExamples.getOrDefault(Form.BINARY, 0), "thumbs", "KTO");
    int sft = trainExamples.getOrDefault(Form.SFT, 0);
    if (sft >= leastSft) {
      return new Answer.Train(waiting);
    }
    waiting.add(
        0,
        "%d of %d corrections and demonstrations that SFT needs are available"
            .formatted(sft, leastSft));
    return new Answer.TooFew(leastSft - sft, waiting);
  }

  private static void wait(List<String> waiting, int count, String what, String stage) {
    if (count > 0) {
      waiting.add(
          "%d %s wait in their batches: this version has no %s stage"
              .formatted(count, what, stage));
    }
  }
}
