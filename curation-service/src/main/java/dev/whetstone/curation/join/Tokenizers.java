package dev.whetstone.curation.join;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.TokenCounter;
import dev.whetstone.curation.hygiene.TokenCounters;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The loaded token counter of each base model. */
@ApplicationScoped
public class Tokenizers {
  private static final Logger LOG = Logger.getLogger(Tokenizers.class);
  private final Map<LoopSpec.BaseModel, TokenCounter> loaded = new ConcurrentHashMap<>();

  /**
   * The base model's counter. Where its tokenizer cannot be read, an estimate that says so:
   * feedback must not wait for a file, and training checks lengths again.
   */
  TokenCounter of(LoopSpec.BaseModel baseModel) {
    TokenCounter known = loaded.get(baseModel);
    if (known != null) {
      return known;
    }
    try {
      TokenCounter counter = TokenCounters.of(baseModel.uri());
      loaded.put(baseModel, counter);
      return counter;
    } catch (UncheckedIOException | IllegalArgumentException e) {
      LOG.warnf("tokenizer-unreadable base-model=%s reason=%s", baseModel.uri(), e.getMessage());
      return TokenCounters.estimate();
    }
  }
}
