package dev.whetstone.curation.join;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.text.BoundedTokenCounter;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.TokenCounter;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.store.ObjectStoreException;
import dev.whetstone.kit.tokenizer.ControlTokens;
import dev.whetstone.kit.tokenizer.ReasoningMarkers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Counts tokens with a base model's {@code tokenizer.json}, or estimates where it cannot read it.
 */
public final class TokenCounterFactory {
  private static final Logger LOG = Logger.getLogger(TokenCounterFactory.class);
  private static final double CHARACTERS_PER_TOKEN = 4.0;
  private static final String TOKENIZER = "tokenizer.json";

  private TokenCounterFactory() {}

  /**
   * The counter of a base model. Of a remote one only {@code tokenizer.json} is copied, and the
   * chat template, if there is one.
   *
   * @param baseModelUri a directory with {@code tokenizer.json}; where this version does not read
   *     its scheme, the counter estimates ({@link TokenCounter#exact()} is false)
   * @throws UncheckedIOException when the file cannot be read; names it
   */
  public static TokenCounter of(ArtifactResolver artifacts, String baseModelUri) {
    return artifacts
        .find(URI.create(baseModelUri))
        .map(base -> ofFile(base.child(TOKENIZER).localPath(), markers(base)))
        .orElseGet(TokenCounterFactory::estimate);
  }

  /**
   * The counter of the {@code tokenizer.json} in a directory; it stays loaded for the life of the
   * process.
   */
  public static TokenCounter ofDirectory(Path directory) {
    try {
      return ofFile(directory.resolve(TOKENIZER), ReasoningMarkers.ofDirectory(directory));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the chat template of " + directory, e);
    }
  }

  /** An absent template is no fault here: the worker refuses a base without one. */
  private static ReasoningMarkers markers(Artifact base) {
    for (String name : ReasoningMarkers.FILES) {
      try {
        Path file = base.child(name).localPath();
        if (Files.isReadable(file)) {
          return ReasoningMarkers.ofFile(file);
        }
      } catch (IOException | ObjectStoreException e) {
        LOG.debugf(e, "chat-template-not-read base=%s file=%s", base, name);
      }
    }
    return ReasoningMarkers.UNKNOWN;
  }

  private static TokenCounter ofFile(Path file, ReasoningMarkers markers) {
    if (!Files.isReadable(file)) {
      throw new UncheckedIOException(
          new IOException(
              "cannot read " + file + "; baseModel.uri must be a directory with tokenizer.json"));
    }
    try {
      var options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
      HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(file, options);
      return new BoundedTokenCounter(
          text -> tokenizer.encode(text).getIds().length, ControlTokens.of(file), markers);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** Four characters a token, the mean of common English text; marked as not exact. */
  public static TokenCounter estimate() {
    return new EstimatedCounter(ControlTokens.UNKNOWN, ReasoningMarkers.UNKNOWN);
  }

  /**
   * The estimate for a base model whose tokenizer cannot be used here. Its control tokens are known
   * all the same where {@code tokenizer.json} can be read.
   */
  static TokenCounter estimate(ArtifactResolver artifacts, String baseModelUri) {
    try {
      Artifact base = artifacts.find(URI.create(baseModelUri)).orElse(null);
      if (base == null) {
        return estimate();
      }
      Path file = base.child(TOKENIZER).localPath();
      return Files.isReadable(file)
          ? new EstimatedCounter(ControlTokens.of(file), markers(base))
          : estimate();
    } catch (IOException | RuntimeException e) {
      return estimate();
    }
  }

  private record EstimatedCounter(ControlTokens controlTokens, ReasoningMarkers reasoningMarkers)
      implements TokenCounter {
    @Override
    public int count(List<ChatMessage> messages) {
      double text = messages.stream().mapToInt(m -> ChatTexts.text(m).length()).sum();
      return (int) Math.ceil(text / CHARACTERS_PER_TOKEN)
          + BoundedTokenCounter.TOKENS_PER_TURN * messages.size();
    }

    @Override
    public boolean exact() {
      return false;
    }
  }
}
