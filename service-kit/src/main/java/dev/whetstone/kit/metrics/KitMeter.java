package dev.whetstone.kit.metrics;

import static dev.whetstone.kit.metrics.LabelDescription.loop;
import static dev.whetstone.kit.metrics.LabelDescription.oneOf;
import static dev.whetstone.kit.metrics.MeterDescription.age;
import static dev.whetstone.kit.metrics.MeterDescription.counter;
import static dev.whetstone.kit.metrics.MeterDescription.gauge;

/** Meters of every service that has a database. */
public enum KitMeter implements DescribedMeter {
  INBOX_DUPLICATES(
      counter("whetstone.inbox.duplicates", "events received again with the same body")),
  DEAD_LETTERS(
      counter(
          "whetstone.dead.letters",
          "records written as dead letters",
          oneOf(
              "code",
              "unknown-type",
              "no-data",
              "bad-attribute",
              "undecodable",
              "wrong-topic",
              "id-conflict",
              "effect-failed"))),
  EVENTS_SPOOLED(
      counter(
          "whetstone.events.spooled",
          "polled events that were spooled because their tenant sent more than its share")),
  SPOOL_WAITING(gauge("whetstone.events.spool.waiting", "spooled events that wait for their turn")),
  SPOOL_OLDEST_AGE(
      age(
          "whetstone.events.spool.oldest.age",
          "time since the oldest of them was written to Kafka; 0 when none waits")),
  OUTBOX_SENT(counter("whetstone.outbox.sent", "messages that the broker acknowledged")),
  OUTBOX_WAITING(
      gauge("whetstone.outbox.waiting", "messages that the broker has not acknowledged")),
  OUTBOX_OLDEST_AGE(
      age(
          "whetstone.outbox.oldest.age",
          "time since the oldest of them was queued; 0 when none waits")),
  STAGE_OLDEST_AGE(
      age(
          "whetstone.stage.oldest.age",
          "how long the oldest item of an active loop has waited in a stage",
          oneOf("stage", LoopStage.class),
          loop()));

  private final MeterDescription description;

  KitMeter(MeterDescription description) {
    this.description = description;
  }

  @Override
  public MeterDescription description() {
    return description;
  }
}
