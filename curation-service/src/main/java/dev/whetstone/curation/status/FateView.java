package dev.whetstone.curation.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.EventKey;
import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fate of one event.
 *
 * @param deadline of a live fate
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FateView(
    EventKey eventKey,
    String id,
    String kind,
    Fate fate,
    @Nullable String reason,
    @Nullable String detail,
    @Nullable Instant deadline,
    @Nullable String responseId,
    Instant receivedAt,
    List<ExampleView> examples) {
  public FateView {
    examples = List.copyOf(examples);
  }

  /** An example formed from the event. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ExampleView(
      String exampleId,
      String form,
      String split,
      String state,
      @Nullable String stage,
      @Nullable String reason,
      @Nullable String detail,
      @Nullable Instant deadline,
      double score,
      @Nullable String batchId,
      List<AdmissionStep> steps) {
    static ExampleView of(StoredExample stored) {
      return new ExampleView(
          stored.exampleId(),
          stored.form(),
          stored.split().wireName(),
          stored.state().wireName(),
          stored.stage(),
          stored.reason(),
          stored.detail(),
          stored.deadline(),
          stored.score(),
          stored.batchId(),
          stored.steps());
    }
  }

  static FateView of(Receipt receipt, List<StoredExample> examples) {
    var standing = receipt.standing();
    return new FateView(
        receipt.key(),
        receipt.key().id(),
        receipt.kind(),
        standing.fate(),
        standing.reason(),
        standing.detail(),
        standing.deadline(),
        receipt.responseId(),
        receipt.receivedAt(),
        examples.stream().map(ExampleView::of).toList());
  }
}
