package dev.whetstone.training.loop;

import dev.whetstone.kit.loop.DeclaredLoopRecorder;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Stores loop declarations from {@code whetstone.loops}. */
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
