package dev.whetstone.curation.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.whetstone.contracts.EventKey;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.fate.Fate;
import dev.whetstone.curation.fate.Receipt;
import dev.whetstone.curation.fate.ResentBody;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fate of one event.
 *
 * @param deadline of a live fate
 * @param notes what the fate alone does not tell: repetitions, id conflicts, a {@code supersedes}
 *     without effect; absent when there is nothing
 * @param conflicts other bodies under this id; absent when there are none
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
    List<ExampleView> examples,
    @Nullable List<String> notes,
    @Nullable List<ConflictView> conflicts) {
  public FateView {
    examples = List.copyOf(examples);
  }

  /**
   * Another body that arrived under the event's id and was refused.
   *
   * @param bodySha256 of the refused body
   * @param standingBodySha256 of the body that took effect; absent when it is no longer known
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ConflictView(
      String reason,
      String bodySha256,
      @Nullable String standingBodySha256,
      long times,
      Instant firstAt,
      Instant lastAt) {}

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

  static FateView of(
      Receipt receipt,
      List<StoredExample> examples,
      List<ResentBody> resent,
      @Nullable String standingBody,
      @Nullable Receipt target) {
    List<String> notes = FateNotesRule.of(receipt, resent, standingBody, target);
    List<ConflictView> conflicts =
        resent.stream()
            .filter(ResentBody::conflict)
            .map(
                one ->
                    new ConflictView(
                        ReasonCodes.ID_CONFLICT,
                        one.bodySha256(),
                        standingBody,
                        one.times(),
                        one.firstAt(),
                        one.lastAt()))
            .toList();
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
        examples.stream().map(ExampleView::of).toList(),
        notes.isEmpty() ? null : notes,
        conflicts.isEmpty() ? null : conflicts);
  }
}
