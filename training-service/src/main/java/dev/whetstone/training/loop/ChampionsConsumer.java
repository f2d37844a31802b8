package dev.whetstone.training.loop;

import dev.whetstone.contracts.event.ChampionSet;
import dev.whetstone.kit.inbox.Consumption;
import dev.whetstone.kit.inbox.Received;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Learns of champions. */
@ApplicationScoped
public class ChampionsConsumer {
  private final Consumption consumption;
  private final Champions champions;

  public ChampionsConsumer(Consumption consumption, Champions champions) {
    this.consumption = consumption;
    this.champions = champions;
  }

  @Incoming("champions")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    consumption.process(records, this::apply);
  }

  private void apply(List<Received> events) {
    for (Received received : events) {
      if (received.event().data() instanceof ChampionSet champion) {
        champions.set(received.event().attributes().loop(), champion);
      }
    }
  }
}
