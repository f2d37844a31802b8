package dev.whetstone.curation.join;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.curation.text.BoundedTokenCounter;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.TokenCounter;
import dev.whetstone.kit.store.Artifact;
import dev.whetstone.kit.store.ArtifactResolver;
import dev.whetstone.kit.tokenizer.ControlTokens;
import dev.whetstone.kit.tokenizer.ReasoningMarkers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Counts tokens with a base model's {@code tokenizer.json}, or estimates where it cannot read it.
 */
public final class TokenCounterFactory {
  private static final double CHARACTERS_PER_TOKEN = 4.0;
  private static final String TOKENIZER = "tokenizer.json";

  private TokenCounterFactory() {}

  /**
   * The counter of a base model. Of a remote one {@code tokenizer.json} is copied, and the chat
   * template is read.
   *
   * @param baseModelUri a directory with {@code tokenizer.json}; where this version does not read
   *     its scheme, the counter estimates ({@link TokenCounter#exact()} is false)
   * @throws UncheckedIOException when the file cannot be read; names it
   */
  public static TokenCounter of(ArtifactResolver artifacts, String baseModelUri) {
    return artifacts
        .find(URI.create(baseModelUri))
        .map(TokenCounterFactory::ofBase)
        .orElseGet(TokenCounterFactory::estimate);
  }

  private static TokenCounter ofBase(Artifact base) {
    Path file = base.child(TOKENIZER).localPath();
    if (!Files.isReadable(file)) {
      throw new UncheckedIOException(
          new IOException(
              "cannot read " + file + "; baseModel.uri must be a directory with tokenizer.json"));
    }
    try {
      var options = Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
      HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.newInstance(file, options);
      return new BoundedTokenCounter(
          text -> tokenizer.encode(text).getIds().length,
          ControlTokens.of(file),
          ReasoningMarkers.of(base));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + base.uri(), e);
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
          ? new EstimatedCounter(ControlTokens.of(file), ReasoningMarkers.of(base))
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
