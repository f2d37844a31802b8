package dev.whetstone.training.run;

import dev.whetstone.contracts.LoopId;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport.Accelerator;
import dev.whetstone.kit.sql.Sql;
import dev.whetstone.training.config.OutOfMemoryConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The micro-batches that fitted into memory after larger ones had not: per loop, base model,
 * sequence length and accelerator. A loop's next run starts with what fitted last.
 */
@ApplicationScoped
public class MicroBatchRepository {
  private final Sql sql;
  private final OutOfMemoryConfig config;

  public MicroBatchRepository(Sql sql, OutOfMemoryConfig config) {
    this.sql = sql;
    this.config = config;
  }

  /**
   * Records the micro-batch of a run that succeeded. One that fitted beside another process's
   * memory says too little about the accelerator.
   */
  void remember(Run.Active run, RunSpec spec, Optional<Accelerator> accelerator, Instant now) {
    Integer fitted = run.tally().microBatchSize();
    if (fitted == null || OutOfMemoryPolicy.shared(accelerator).isPresent()) {
      return;
    }
    LoopId loop = run.identity().loop();
    sql.update(
        """
        insert into micro_batch (tenant, loop, base_model, max_sequence_length, accelerator,
          micro_batch_size, fitted_at) values (?, ?, ?, ?, ?, ?, ?)
        on conflict (tenant, loop, base_model, max_sequence_length, accelerator) do update set
          micro_batch_size = excluded.micro_batch_size, fitted_at = excluded.fitted_at
        """,
        loop.tenant(),
        loop.loop(),
        base(spec.baseModel()),
        spec.maxSequenceLength(),
        accelerator.map(Accelerator::name).orElse(""),
        fitted,
        now);
  }

  /**
   * The micro-batch to start with, which divides the batch; empty when nothing smaller than the
   * batch is known to be needed. A record that is too old is ignored, so that a larger one is tried
   * again.
   */
  public Optional<Integer> find(
      LoopId loop, LoopSpec.BaseModel base, int maxSequenceLength, int batchSize, Instant now) {
    return sql.first(
            """
            select micro_batch_size from micro_batch where tenant = ? and loop = ?
              and base_model = ? and max_sequence_length = ? and fitted_at > ?
            order by fitted_at desc limit 1
            """,
            row -> row.getInt(1),
            loop.tenant(),
            loop.loop(),
            base(base),
            maxSequenceLength,
            now.minus(config.remember()))
        .filter(fitted -> fitted < batchSize)
        .map(fitted -> OutOfMemoryPolicy.divisor(batchSize, fitted));
  }

  private static String base(LoopSpec.BaseModel base) {
    return Objects.requireNonNullElse(base.sha256(), base.uri());
  }
}
