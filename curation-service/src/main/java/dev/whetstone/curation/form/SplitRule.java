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
 * Assigns train, validation or test by a keyed hash of the subject. Feedback has no influence, and
 * without the key no one can steer a conversation into the test split. The caller stores the result
 * and does not apply the rule again when the shares change (invariant I8).
 */
public final class SplitRule {
  private static final String HMAC = "HmacSHA256";

  private SplitRule() {}

  /**
   * The unit that is split: the conversation, or else the end user, or else the single response.
   *
   * @param responseId the response, or the event id of a demonstration
   */
  public static String subject(
      @Nullable String conversationId, @Nullable String endUser, String responseId) {
    if (conversationId != null) {
      return "conversation:" + conversationId;
    }
    return endUser != null ? "enduser:" + endUser : "response:" + responseId;
  }

  /** The shares that apply while the loop has this many sealed test items. */
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

  /** A number in [0, 1) with 53 random bits, determined by key and text. */
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
