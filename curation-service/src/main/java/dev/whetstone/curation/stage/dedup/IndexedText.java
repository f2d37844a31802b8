package dev.whetstone.curation.stage.dedup;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A text in a search for near-copies: its signature, and its shingles once a comparison needs them.
 */
public final class IndexedText {
  private final TextSignature signature;
  private final Supplier<ShingleSet> source;
  private @Nullable ShingleSet shingles;

  /**
   * @param source computes the shingles that the signature was made of
   */
  IndexedText(TextSignature signature, Supplier<ShingleSet> source) {
    this.signature = signature;
    this.source = source;
  }

  /** A text whose shingles are known. */
  public static IndexedText of(ShingleSet shingles) {
    return new IndexedText(TextSignature.of(shingles), () -> shingles);
  }

  TextSignature signature() {
    return signature;
  }

  /** How many words the text has. */
  public int words() {
    return signature.words();
  }

  ShingleSet shingles() {
    if (shingles == null) {
      shingles = source.get();
    }
    return shingles;
  }
}
