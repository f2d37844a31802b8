package dev.whetstone.training.retention;

import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.EngineRouter;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Lets compute engines forget attempts that ended long ago. An engine may keep them on its own host
 * only, so that every service asks its engines.
 */
@ApplicationScoped
public class WorkerFolderSweep {
  private static final Logger LOG = Logger.getLogger(WorkerFolderSweep.class);

  private static final int CHUNK = 500;

  private final EngineRouter engines;
  private final RunRowSweep rows;

  public WorkerFolderSweep(EngineRouter engines, RunRowSweep rows) {
    this.engines = engines;
    this.rows = rows;
  }

  /** Answers how many attempts were forgotten. An engine that fails holds up no other. */
  int sweep(Instant before) {
    int forgotten = 0;
    for (ComputeEngine engine : engines.all()) {
      try {
        forgotten += sweep(engine, before);
      } catch (RuntimeException e) {
        LOG.warnf("engine-sweep-failed engine=%s reason=%s", engine.kind(), e.getMessage());
      }
    }
    return forgotten;
  }

  private int sweep(ComputeEngine engine, Instant before) {
    List<String> kept = engine.kept();
    int forgotten = 0;
    for (int from = 0; from < kept.size(); from += CHUNK) {
      List<String> chunk = kept.subList(from, Math.min(kept.size(), from + CHUNK));
      List<String> ended = rows.ended(chunk, before);
      ended.forEach(engine::forget);
      forgotten += ended.size();
    }
    return forgotten;
  }
}
