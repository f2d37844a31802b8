package dev.whetstone.curation.form;

import dev.whetstone.contracts.batch.Split;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.loop.LoopSpec.SplitRatios.Shares;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Train, validation or test, by a keyed hash of who or what is split: no feedback is looked at, and
 * without the key nobody can aim a conversation at the test split. The caller stores the answer;
 * the rule is not asked again when the shares change (invariant I8).
 */
public final class SplitRule {
  private static final String HMAC = "HmacSHA256";

  private SplitRule() {}

  /**
   * What is split as one: the conversation, else all of an end user's, else the one response.
   *
   * @param responseId or, of a demonstration, its own id
   */
  public static String subject(
      @Nullable String conversationId, @Nullable String endUser, String responseId) {
    if (conversationId != null) {
      return "conversation:" + conversationId;
    }
    return endUser != null ? "enduser:" + endUser : "response:" + responseId;
  }

  /** The shares that hold while the loop has this many sealed test items. */
  public static Shares shares(LoopSpec spec, int sealedTestItems) {
    LoopSpec.SplitRatios ratios = spec.spec().curation().split();
    return sealedTestItems < ratios.testTarget() ? ratios.initial() : ratios.later();
  }

  /**
   * The split of a subject.
   *
   * @param key secret of the installation, not empty
   * @param loopKey {@code tenant/loop}: loops split independently
   * @param subject as {@link #subject} gives it
   */
  public static Split of(byte[] key, String loopKey, String subject, Shares shares) {
    double point = unit(key, loopKey + "\n" + subject);
    if (point < shares.train()) {
      return Split.TRAIN;
    }
    return point < shares.train() + shares.validation() ? Split.VALIDATION : Split.TEST;
  }

  /** A number in [0, 1) that follows from key and text, 53 bits of it. */
  private static double unit(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      long bits = ByteBuffer.wrap(mac.doFinal(text.getBytes(StandardCharsets.UTF_8))).getLong();
      return (bits >>> 11) * 0x1.0p-53;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("cannot compute " + HMAC + " for a split", e);
    }
  }
}
