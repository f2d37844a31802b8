package dev.whetstone.curation.metrics;

import static dev.whetstone.kit.metrics.LabelDescription.code;
import static dev.whetstone.kit.metrics.LabelDescription.loop;
import static dev.whetstone.kit.metrics.LabelDescription.oneOf;
import static dev.whetstone.kit.metrics.MeterDescription.age;
import static dev.whetstone.kit.metrics.MeterDescription.counter;
import static dev.whetstone.kit.metrics.MeterDescription.gauge;

import dev.whetstone.contracts.batch.BatchState;
import dev.whetstone.contracts.batch.BatchTrigger;
import dev.whetstone.contracts.batch.Form;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.kit.metrics.DescribedMeter;
import dev.whetstone.kit.metrics.MeterDescription;
import java.util.Arrays;
import java.util.stream.Stream;

/** The meters of curation. */
public enum CurationMeter implements DescribedMeter {
  EVENTS(
      gauge(
          "whetstone.curation.events",
          "events by fate and its reason",
          loop(),
          oneOf("fate", Fate.class),
          code("reason", Bounds.REASONS))),
  EXAMPLES(
      gauge(
          "whetstone.curation.examples",
          "examples by form, state and the reason that dropped them",
          loop(),
          oneOf("state", exampleStates()),
          code("reason", Bounds.REASONS))),
  BATCHES(
      gauge(
          "whetstone.curation.batches",
          "sealed batches by state and by what had them sealed",
          loop(),
          oneOf("state", BatchState.class),
          oneOf("trigger", BatchTrigger.class))),
  OLDEST_OVERDUE(
      age(
          "whetstone.curation.oldest.overdue.seconds",
          "how long the most overdue live event (waiting, ready or quarantined) has been past its"
              + " deadline; normally near 0")),
  BATCH_CHECKS(
      counter(
          "whetstone.curation.batch.checks",
          "verifications of sealed batches: verified; unreadable; mismatch, not yet proved;"
              + " withdrawn, because it was proved",
          oneOf("outcome", "verified", "unreadable", "mismatch", "withdrawn"))),
  ERASURES_OPEN(
      gauge(
          "whetstone.curation.erasures.open",
          "erasures that are not carried out in curation's rows, one for each loop of a request")),
  ERASURES_OLDEST_AGE(
      age(
          "whetstone.curation.erasures.oldest.age",
          "time since the oldest of them was requested; 0 when none is open")),
  ERASURES_DEADLINE(
      age(
          "whetstone.curation.erasures.deadline",
          "time in which an erasure must be done (`whetstone.curation.erasure.deadline`)"));

  private final MeterDescription description;

  CurationMeter(MeterDescription description) {
    this.description = description;
  }

  @Override
  public MeterDescription description() {
    return description;
  }

  private static final class Bounds {
    /** More than there are reason codes. */
    static final int REASONS = 100;

    /** Those of ExampleState, whose package must not be imported here: it needs this one. */
    static final String[] EXAMPLE_STATES = {
      "ready", "cut", "used", "quarantined", "rejected", "withdrawn", "erased"
    };

    private Bounds() {}
  }

  private static String[] exampleStates() {
    return Arrays.stream(Form.values())
        .flatMap(
            form -> Stream.of(Bounds.EXAMPLE_STATES).map(state -> form.wireName() + " " + state))
        .toArray(String[]::new);
  }
}
