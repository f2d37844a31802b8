package dev.whetstone.curation.example;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An example that admission has judged, before it has a row.
 *
 * @param rowId digest of the form and of the events it was formed from
 * @param origin the response id, or the event key of feedback that stands alone
 * @param facts what admission knew besides the content, as canonical JSON
 */
public record NewExample(
    String rowId,
    String origin,
    Source source,
    Example example,
    Verdict verdict,
    List<AdmissionStep> steps,
    String facts) {
  public NewExample {
    steps = List.copyOf(steps);
  }

  /**
   * The conversation and the people whose words the example may hold.
   *
   * @param endUserDigest end user who gave the feedback
   * @param responseEndUserDigest end user who had the conversation
   */
  public record Source(
      String conversationKey,
      @Nullable String endUserDigest,
      @Nullable String responseEndUserDigest) {}

  /**
   * Admission's verdict.
   *
   * @param stage the last stage that ran; {@code reason} and {@code detail} explain a drop
   * @param deadline after which a live example is rejected; absent for a rejected one
   */
  public record Verdict(
      ExampleState state,
      String stage,
      @Nullable String reason,
      @Nullable String detail,
      @Nullable Instant deadline) {}
}
