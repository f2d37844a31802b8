package dev.whetstone.curation.join;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.text.TokenCounter;
import dev.whetstone.kit.store.ArtifactResolver;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Caches the token counter of each base model. */
@ApplicationScoped
public class TokenCounterCache {
  private static final Logger LOG = Logger.getLogger(TokenCounterCache.class);

  /** Delay before an unreadable file is tried again: it may have been written only in part. */
  private static final Duration TRY_AGAIN = Duration.ofMinutes(1);

  private final Map<LoopSpec.BaseModel, TokenCounter> loaded = new ConcurrentHashMap<>();
  private final Map<LoopSpec.BaseModel, Instant> unreadableUntil = new ConcurrentHashMap<>();
  private final Map<LoopSpec.BaseModel, TokenCounter> estimates = new ConcurrentHashMap<>();
  private final ArtifactResolver artifacts;
  private final Clock clock;

  public TokenCounterCache(ArtifactResolver artifacts, Clock clock) {
    this.artifacts = artifacts;
    this.clock = clock;
  }

  /**
   * The base model's counter. Where its tokenizer cannot be read for any reason, an estimate marked
   * as not exact: feedback must not wait for a file, and training checks lengths again.
   */
  TokenCounter of(LoopSpec.BaseModel baseModel) {
    TokenCounter known = loaded.get(baseModel);
    if (known != null) {
      return known;
    }
    Instant until = unreadableUntil.get(baseModel);
    if (until != null && clock.instant().isBefore(until)) {
      return estimates.getOrDefault(baseModel, TokenCounterFactory.estimate());
    }
    try {
      TokenCounter counter = TokenCounterFactory.of(artifacts, baseModel.uri());
      loaded.put(baseModel, counter);
      return counter;
    } catch (RuntimeException | LinkageError e) {
      unreadableUntil.put(baseModel, clock.instant().plus(TRY_AGAIN));
      LOG.warnf("tokenizer-unreadable base-model=%s reason=%s", baseModel.uri(), e.getMessage());
      TokenCounter estimate = TokenCounterFactory.estimate(artifacts, baseModel.uri());
      estimates.put(baseModel, estimate);
      return estimate;
    }
  }
}
