package dev.whetstone.ingest.config;

import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.item.InputLimits;
import dev.whetstone.ingest.item.ItemReader;
import dev.whetstone.ingest.item.OccurrenceTimeRule;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Produces the components that do not use CDI. */
public class ComponentProducer {
  @Produces
  @Singleton
  InputLimits limits(IngestConfig config) {
    IngestConfig.LimitsConfig limits = ConfigBounds.check(config).limits();
    return new InputLimits(
        limits.bodyBytes(),
        limits.decodedBytes(),
        limits.items(),
        limits.itemBytes(),
        limits.nesting(),
        limits.textCharacters(),
        limits.messages());
  }

  @Produces
  @Singleton
  ItemStream.Opener itemStreams(InputLimits limits) {
    return new ItemStream.Opener(limits);
  }

  @Produces
  @Singleton
  EventMaker eventMaker(InputLimits limits, IngestConfig config) {
    IngestConfig.TimesConfig times = config.times();
    return new EventMaker(
        limits, new ItemReader(limits), new OccurrenceTimeRule(times.ahead(), times.unusualAge()));
  }
}
