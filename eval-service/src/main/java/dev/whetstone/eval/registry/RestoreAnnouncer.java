package dev.whetstone.eval.registry;

import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.outbox.DatabaseEpoch;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Publishes all declarations and champions once after the database was restored, because the other
 * services have later ones, which the backup lacks.
 */
@ApplicationScoped
public class RestoreAnnouncer {
  private static final Logger LOG = Logger.getLogger(RestoreAnnouncer.class);
  private final DatabaseEpoch epoch;
  private final LoopRegistry registry;

  /** An epoch begins only while the service is stopped. */
  private final AtomicBoolean announced = new AtomicBoolean();

  public RestoreAnnouncer(DatabaseEpoch epoch, LoopRegistry registry) {
    this.epoch = epoch;
    this.registry = registry;
  }

  @Scheduled(every = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  void announceOnce() {
    if (!announced.get()) {
      announce();
      announced.set(true);
    }
  }

  /** Publishes unless this epoch was announced; each loop in a transaction of its own. */
  void announce() {
    if (epoch.announced()) {
      return;
    }
    List<DeclaredLoop> loops = registry.all();
    loops.forEach(registry::announce);
    QuarkusTransaction.requiringNew().run(epoch::markAnnounced);
    LOG.infof("restore-announced epoch=%s loops=%d", epoch.current(), loops.size());
  }
}
