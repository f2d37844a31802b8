package dev.whetstone.training.loop;

import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.contracts.event.EventData.ChampionEvent;
import dev.whetstone.kit.inbox.EventConsumption;
import dev.whetstone.kit.inbox.ReceivedEvent;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Stores champions from {@code whetstone.champions}. */
@ApplicationScoped
public class ChampionsConsumer {
  private final EventConsumption consumption;
  private final ChampionRepository champions;

  public ChampionsConsumer(EventConsumption consumption, ChampionRepository champions) {
    this.consumption = consumption;
    this.champions = champions;
  }

  @Incoming("champions")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, ChampionEvent.class, this::apply);
  }

  private void apply(List<ReceivedEvent<ChampionEvent>> events) {
    for (ReceivedEvent<ChampionEvent> received : events) {
      switch (received.data()) {
        case ChampionSet champion -> champions.set(received.event().attributes().loop(), champion);
      }
    }
  }
}
