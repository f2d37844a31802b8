package dev.whetstone.curation.stage.dedup;

import dev.whetstone.contracts.batch.Form;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.feature.ExampleFeatures;
import dev.whetstone.curation.feature.FeatureExtractor;
import dev.whetstone.curation.feature.FeatureKind;
import dev.whetstone.curation.text.ChatTexts;
import dev.whetstone.curation.text.Tokenization;
import dev.whetstone.kit.json.ContentDigests;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What searches for copies compare of an example; recorded per example.
 *
 * @param exact SHA-256 (hex) of form, label and the words of prompt, answer and rejected answer:
 *     equal for examples that differ only in case and punctuation
 * @param signature of prompt and answer
 */
public record ComparedText(String exact, TextSignature signature) {
  /** Computes and encodes the recorded value. */
  public static final FeatureExtractor<ComparedText> FEATURE = new Extractor();

  private static final int DIGEST_BYTES = 32;

  /** The example's text for a search for near-copies. */
  public static IndexedText indexed(ExampleFeatures features, Example example) {
    return new IndexedText(
        features.of(FEATURE, example).signature(), () -> ShingleSet.of(words(example)));
  }

  /** Examples are compared only within a form and, for liked or disliked answers, a label. */
  static String group(Example example) {
    return example.form() == Form.BINARY
        ? example.form().wireName() + example.label()
        : example.form().wireName();
  }

  private static List<String> words(Example example) {
    List<String> words = new ArrayList<>(Tokenization.of(ChatTexts.prompt(example.prompt())));
    words.addAll(Tokenization.of(ChatTexts.answer(example.taught())));
    return words;
  }

  private static final class Extractor implements FeatureExtractor<ComparedText> {
    private static final FeatureKind KIND = new FeatureKind("compared-text", "1");

    @Override
    public FeatureKind kind() {
      return KIND;
    }

    @Override
    public ComparedText extract(Example example) {
      List<String> words = new ArrayList<>(Tokenization.of(ChatTexts.prompt(example.prompt())));
      String prompt = String.join(" ", words);
      List<String> answer = Tokenization.of(ChatTexts.answer(example.taught()));
      words.addAll(answer);
      String rejected =
          example.rejected() == null
              ? ""
              : Tokenization.normal(ChatTexts.answer(example.rejected()));
      String exact =
          group(example) + "\n" + prompt + "\n" + String.join(" ", answer) + "\n" + rejected;
      return new ComparedText(ContentDigests.sha256(exact), TextSignature.of(ShingleSet.of(words)));
    }

    @Override
    public byte[] encode(ComparedText value) {
      TextSignature signature = value.signature();
      return ByteBuffer.allocate(DIGEST_BYTES + 2 * Integer.BYTES + signature.components().length)
          .put(HexFormat.of().parseHex(value.exact()))
          .putInt(signature.words())
          .putInt(signature.shingles())
          .put(signature.components())
          .array();
    }

    @Override
    public ComparedText decode(byte[] recorded) {
      ByteBuffer in = ByteBuffer.wrap(recorded);
      byte[] digest = new byte[DIGEST_BYTES];
      in.get(digest);
      int words = in.getInt();
      int shingles = in.getInt();
      byte[] components = new byte[in.remaining()];
      in.get(components);
      return new ComparedText(
          HexFormat.of().formatHex(digest), new TextSignature(words, shingles, components));
    }
  }
}
