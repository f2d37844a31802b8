package dev.whetstone.kit.loop.lora;

import dev.whetstone.contracts.loop.LoopSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds adapters that a loop would train and its model server would refuse: a rank above the
 * server's limit, or modules that it takes no adapters for.
 */
public final class ServableLoraRule {
  /** The limits that vLLM accepts for {@code --max-lora-rank}. */
  private static final List<Integer> LIMITS = List.of(1, 8, 16, 32, 64, 128, 256, 320, 512);

  private static final String ALL_LINEAR = "all-linear";

  private ServableLoraRule() {}

  /**
   * A value that is refused.
   *
   * @param pointer JSON pointer of the field in the loop file
   * @param allowed what may be written there, with the remedy
   */
  public record Refusal(String pointer, String value, String allowed) {}

  public static List<Refusal> check(LoopSpec.Spec spec) {
    LoopSpec.ServableLora servable = spec.serving().loraOrDefault();
    List<Refusal> refusals = new ArrayList<>();
    int limit = servable.maxRankOrDefault();
    if (!LIMITS.contains(limit)) {
      refusals.add(
          new Refusal(
              "/spec/serving/lora/maxRank",
              String.valueOf(limit),
              "the model server's limit, one of " + LIMITS));
    }
    int rank = spec.training().lora().r();
    if (rank > limit) {
      refusals.add(
          new Refusal(
              "/spec/training/lora/r",
              String.valueOf(rank),
              ("at most %d, the greatest rank that the model server takes; if it takes more, start it"
                      + " with a greater limit (vLLM: --max-lora-rank) and declare that limit in"
                      + " spec.serving.lora.maxRank")
                  .formatted(limit)));
    }
    modules(spec.training().lora().targetModules(), servable, refusals);
    return refusals;
  }

  private static void modules(
      List<String> targets, LoopSpec.ServableLora servable, List<Refusal> refusals) {
    List<String> allowed = servable.targetModulesOrDefault();
    for (int i = 0; i < targets.size(); i++) {
      String target = targets.get(i);
      boolean isAll = target.equals(ALL_LINEAR) && targets.size() == 1;
      if (!isAll && !allowed.contains(target)) {
        refusals.add(
            new Refusal(
                "/spec/training/lora/targetModules/" + i,
                target,
                "all-linear alone, or names among "
                    + String.join(", ", allowed)
                    + "; if the model server takes adapters for other modules, declare them in"
                    + " spec.serving.lora.targetModules"));
      }
    }
  }
}
