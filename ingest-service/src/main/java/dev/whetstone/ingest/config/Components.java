package dev.whetstone.ingest.config;

import dev.whetstone.ingest.body.ItemStream;
import dev.whetstone.ingest.event.EventMaker;
import dev.whetstone.ingest.item.ItemReader;
import dev.whetstone.ingest.item.Limits;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Makes the parts that know nothing of CDI. */
public class Components {
  @Produces
  @Singleton
  Limits limits(IngestConfig config) {
    IngestConfig.LimitsConfig limits = Bounds.check(config).limits();
    return new Limits(
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
  ItemStream.Opener itemStreams(Limits limits) {
    return new ItemStream.Opener(limits);
  }

  @Produces
  @Singleton
  EventMaker eventMaker(Limits limits) {
    return new EventMaker(limits, new ItemReader(limits));
  }
}
