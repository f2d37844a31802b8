package dev.whetstone.curation.erasure;

import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Carries out erasures in short transactions, each of a bounded number of events, so that a busy
 * end user's erasure holds up nothing else. The erasure that had the fewest transactions is next.
 */
@ApplicationScoped
public class ErasureSweep {
  private static final Logger LOG = Logger.getLogger(ErasureSweep.class);
  private final ErasureRepository erasures;
  private final ErasedRowRepository rows;
  private final ErasureConfig config;

  public ErasureSweep(ErasureRepository erasures, ErasedRowRepository rows, ErasureConfig config) {
    this.erasures = erasures;
    this.rows = rows;
    this.config = config;
  }

  /** Adds recent erasures to loops that do not have them yet. */
  public void spread() {
    int added = QuarkusTransaction.requiringNew().call(erasures::spread);
    if (added > 0) {
      LOG.infof("erasures-spread loops=%d", added);
    }
  }

  /**
   * A round over all open erasures. Each call makes one step of one of them in one transaction and
   * returns whether there was one; after {@link ErasureConfig#passTime} it returns false. One that
   * fails does not block the others; the next round tries it again.
   */
  public Round round() {
    return new Round();
  }

  /** The steps of one round. */
  public final class Round implements BooleanSupplier {
    private final Set<String> failed = new HashSet<>();
    private final long start = System.nanoTime();
    private boolean isCut;

    @Override
    public boolean getAsBoolean() {
      isCut = System.nanoTime() - start > config.passTime().toNanos();
      return !isCut && step(failed);
    }

    /** Whether the round ended because its time was over. */
    public boolean isCut() {
      return isCut;
    }
  }

  private boolean step(Set<String> failed) {
    var taken = new AtomicReference<@Nullable Erasure>();
    try {
      return QuarkusTransaction.requiringNew()
          .call(
              () -> {
                taken.set(erasures.claim(failed).orElse(null));
                if (taken.get() != null) {
                  step(taken.get());
                }
                return taken.get() != null;
              });
    } catch (RuntimeException e) {
      Erasure erasure = taken.get();
      if (erasure == null) {
        throw e;
      }
      LOG.errorf(e, "erasure-failed erasure=%s action=retry", erasure.key());
      return failed.add(erasure.key());
    }
  }

  private void step(Erasure erasure) {
    ErasedRowRepository.Step step = rows.eraseSome(erasure, config.eventsAtOnce());
    erasures.progress(erasure, step.events(), step.examples(), step.tainted());
    if (step.last()) {
      erasures.done(erasure);
      if (erasure.events() + erasure.examples() > 0) {
        LOG.infof(
            "erased erasure=%s loop=%s events=%d examples=%d",
            erasure.erasureId(), erasure.loop(), erasure.events(), erasure.examples());
      }
    }
  }
}
