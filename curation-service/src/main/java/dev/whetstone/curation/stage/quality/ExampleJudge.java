package dev.whetstone.curation.stage.quality;

import dev.whetstone.curation.example.Example;
import java.util.OptionalDouble;

/**
 * Gives a judge's score of an example's answer. Implementations are thread-safe and answer from
 * scores recorded before: admission runs in a database transaction, so they must not call a model.
 */
@FunctionalInterface
public interface ExampleJudge {
  /** Score from 0 to 1; empty where the judge has not scored this example. */
  OptionalDouble score(Example example);
}
