package dev.whetstone.curation.intake;

import dev.whetstone.kit.loop.DeclaredLoopRecorder;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Consumes loops' declarations. Events that wait for one are released by the reconciler. */
@ApplicationScoped
public class LoopsConsumer {
  private final DeclaredLoopRecorder declarations;

  public LoopsConsumer(DeclaredLoopRecorder declarations) {
    this.declarations = declarations;
  }

  @Incoming("loops")
  @Blocking
  public void on(ConsumerRecords<String, byte[]> records) {
    declarations.keep(records);
  }
}
