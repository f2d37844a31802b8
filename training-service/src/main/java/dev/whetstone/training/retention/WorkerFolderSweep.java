package dev.whetstone.training.retention;

import dev.whetstone.training.engine.ComputeEngine;
import dev.whetstone.training.engine.EngineRouter;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/**
 * Lets compute engines forget attempts that ended long ago. An engine may keep them on its own host
 * only, so that every service asks its engines.
 */
@ApplicationScoped
public class WorkerFolderSweep {
  private static final int CHUNK = 500;

  private final EngineRouter engines;
  private final RunRowSweep rows;

  public WorkerFolderSweep(EngineRouter engines, RunRowSweep rows) {
    this.engines = engines;
    this.rows = rows;
  }

  /** Answers how many attempts were forgotten. */
  int sweep(Instant before) {
    return engines.all().stream().mapToInt(engine -> sweep(engine, before)).sum();
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
