package dev.whetstone.curation.seal;

import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.loop.GateRole;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.seal.SealDecision.Seal;
import dev.whetstone.curation.seal.SealDecision.Wait;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Decides whether a batch is sealed now.
 *
 * <ul>
 *   <li>volume: {@code minExamples} new train examples and enough held-out items to decide;
 *   <li>age: the oldest has waited {@code maxAge}, and both lower bounds are met;
 *   <li>drift, or a request: the train lower bound is met.
 * </ul>
 *
 * <p>The lower bounds are {@value #LEAST_TRAIN} train examples and {@value #LEAST_HELD_OUT}
 * held-out items: with fewer, training or evaluation is noise, even on request.
 */
public final class SealRule {
  public static final int LEAST_TRAIN = 10;
  public static final int LEAST_HELD_OUT = 10;

  /** Held-out items where no number suffices: the expected effect is not above the margin. */
  public static final int NEVER = Integer.MAX_VALUE;

  private static final int FRESH_MIN_ITEMS = 200;
  private static final double FRESH_MARGIN = 0.01;

  private SealRule() {}

  public static SealDecision decide(SealInput input) {
    int trainNeeded = trainNeeded(input.spec());
    int heldOutNeeded = heldOutNeeded(input.spec());
    if (input.obstacle() != null) {
      return waiting(input, input.obstacle());
    }
    if (input.manual() && input.newTrain() >= LEAST_TRAIN) {
      return new Seal(BatchTrigger.MANUAL);
    }
    if (!input.missingTags().isEmpty()) {
      return waiting(input, "no example yet tagged " + String.join(", ", input.missingTags()));
    }
    if (input.newTrain() >= trainNeeded && input.heldOut() >= heldOutNeeded) {
      return new Seal(BatchTrigger.VOLUME);
    }
    if (input.drift() && input.newTrain() >= LEAST_TRAIN) {
      return new Seal(BatchTrigger.DRIFT);
    }
    boolean old =
        input.oldestWaiting().compareTo(input.spec().spec().curation().seal().maxAge()) >= 0;
    if (old && input.newTrain() >= LEAST_TRAIN && input.heldOut() >= LEAST_HELD_OUT) {
      return new Seal(BatchTrigger.AGE);
    }
    return waiting(input, "");
  }

  /** New train examples needed: the loop's number, never under {@value #LEAST_TRAIN}. */
  public static int trainNeeded(LoopSpec spec) {
    return Math.max(LEAST_TRAIN, spec.spec().curation().seal().minExamples());
  }

  /**
   * Held-out items needed for the loop's power at its expected effect, and not fewer than the FRESH
   * gate asks for before it decides; {@link #NEVER} where the expected effect is not above the
   * gate's margin.
   */
  public static int heldOutNeeded(LoopSpec spec) {
    LoopSpec.Seal seal = spec.spec().curation().seal();
    LoopSpec.Evaluation evaluation = spec.spec().evaluation();
    var fresh =
        evaluation.gates().stream().filter(gate -> gate.role() == GateRole.FRESH).findFirst();
    double margin = fresh.map(LoopSpec.Gate::margin).orElse(FRESH_MARGIN);
    int floor = fresh.map(LoopSpec.Gate::minItems).orElse(FRESH_MIN_ITEMS);
    if (!PowerForecast.decidable(seal.expectedEffect(), margin)) {
      return NEVER;
    }
    int byPower =
        PowerForecast.itemsNeeded(seal.expectedEffect(), margin, seal.power(), evaluation.alpha());
    return Math.max(floor, byPower);
  }

  private static Wait waiting(SealInput input, String obstacle) {
    int heldOutNeeded = heldOutNeeded(input.spec());
    int trainMissing = Math.max(0, trainNeeded(input.spec()) - input.newTrain());
    int heldOutMissing = Math.max(0, heldOutNeeded - input.heldOut());
    OptionalDouble days =
        slower(
            days(trainMissing, input.trainPerDay()), days(heldOutMissing, input.heldOutPerDay()));
    List<String> parts = new ArrayList<>();
    if (!obstacle.isEmpty()) {
      parts.add(obstacle);
    }
    parts.add(
        trainMissing == 0
            ? "%d new train examples (%d needed)"
                .formatted(input.newTrain(), trainNeeded(input.spec()))
            : "%d of %d to seal".formatted(input.newTrain(), trainNeeded(input.spec())));
    if (heldOutNeeded == NEVER) {
      parts.add(
          "no number of held-out items decides: curation.seal.expectedEffect must be above the"
              + " FRESH gate's margin and at most 1");
      return new Wait(
          String.join(", ", parts),
          trainMissing,
          heldOutNeeded,
          heldOutMissing,
          OptionalDouble.empty());
    }
    if (heldOutMissing > 0) {
      parts.add("%d of %d held-out items".formatted(input.heldOut(), heldOutNeeded));
    }
    parts.add(forecast(trainMissing + heldOutMissing, days));
    return new Wait(String.join(", ", parts), trainMissing, heldOutNeeded, heldOutMissing, days);
  }

  private static String forecast(int missing, OptionalDouble days) {
    if (missing == 0) {
      return "decidable now";
    }
    if (days.isEmpty()) {
      return "not decidable at today's rate: no examples arrive";
    }
    long whole = Math.max(1, (long) Math.ceil(days.getAsDouble()));
    return String.format(
        Locale.ROOT, "decidable in about %d day%s at today's rate", whole, whole == 1 ? "" : "s");
  }

  private static OptionalDouble days(int missing, double perDay) {
    if (missing == 0) {
      return OptionalDouble.of(0);
    }
    return perDay > 0 ? OptionalDouble.of(missing / perDay) : OptionalDouble.empty();
  }

  private static OptionalDouble slower(OptionalDouble one, OptionalDouble other) {
    return one.isEmpty() || other.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.max(one.getAsDouble(), other.getAsDouble()));
  }
}
