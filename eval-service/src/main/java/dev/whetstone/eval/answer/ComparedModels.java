package dev.whetstone.eval.answer;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import dev.whetstone.eval.evaluation.FrozenInputs;
import java.util.List;

/** The models that an evaluation compares. */
public record ComparedModels(Model base, Model champion, Model candidate) {
  /**
   * @param servedName its name on the server
   * @param key under which its answers are stored: identifies the weights, not the server
   */
  public record Model(String servedName, String key) {}

  public static ComparedModels of(LoopSpec loop, FrozenInputs frozen, String checkpointId) {
    LoopSpec.BaseModel baseModel = loop.spec().baseModel();
    Model base =
        new Model(
            loop.spec().serving().baseName(),
            "base:" + (baseModel.sha256() == null ? baseModel.uri() : baseModel.sha256()));
    Champion champion = frozen.champion();
    return new ComparedModels(
        base,
        champion.isBase()
            ? base
            : new Model(champion.servedName(), "checkpoint:" + champion.checkpointId()),
        new Model(frozen.candidateName(), "checkpoint:" + checkpointId));
  }

  /** The models without duplicates. */
  public List<Model> distinct() {
    return champion.equals(base)
        ? List.of(champion, candidate)
        : List.of(champion, candidate, base);
  }
}
