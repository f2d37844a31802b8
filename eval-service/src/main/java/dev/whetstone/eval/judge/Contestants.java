package dev.whetstone.eval.judge;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.eval.champion.Champion;
import java.util.List;

/** The models of an evaluation. */
record Contestants(Model base, Model champion, Model candidate) {
  /**
   * @param servedName what the server calls it
   * @param key what its answers are kept under: names the weights, not the server
   */
  record Model(String servedName, String key) {}

  static Contestants of(LoopSpec loop, Frozen frozen, String checkpointId) {
    LoopSpec.BaseModel baseModel = loop.spec().baseModel();
    Model base =
        new Model(
            loop.spec().serving().baseName(),
            "base:" + (baseModel.sha256() == null ? baseModel.uri() : baseModel.sha256()));
    Champion champion = frozen.champion();
    return new Contestants(
        base,
        champion.isBase()
            ? base
            : new Model(champion.servedName(), "checkpoint:" + champion.checkpointId()),
        new Model(frozen.candidateName(), "checkpoint:" + checkpointId));
  }

  /** Each once. */
  List<Model> distinct() {
    return champion.equals(base)
        ? List.of(champion, candidate)
        : List.of(champion, candidate, base);
  }
}
