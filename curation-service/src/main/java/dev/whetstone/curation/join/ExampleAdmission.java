package dev.whetstone.curation.join;

import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionOutcome;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.curation.stage.StandardChains;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Puts new examples through the admission chain and keeps its verdict and steps with them. */
@ApplicationScoped
public class ExampleAdmission {
  static final String CONTRADICTION = "contradiction-on-one-response";

  /** Stage and reason of an example on which a rule of admission broke. */
  public static final String FAILURE = "admission-failed";

  private static final Logger LOG = Logger.getLogger(ExampleAdmission.class);
  private final TokenCounterCache tokenizers;
  private final AdmissionChain chain = StandardChains.admission();

  public ExampleAdmission(TokenCounterCache tokenizers) {
    this.tokenizers = tokenizers;
  }

  List<StoredExample> judge(DeclaredLoop loop, Collection<ExampleDraft> drafts) {
    if (drafts.isEmpty()) {
      return List.of();
    }
    var tokens = tokenizers.of(loop.spec().spec().baseModel());
    List<StoredExample> judged = new ArrayList<>();
    for (ExampleDraft draft : drafts) {
      var context = new AdmissionContext(loop.spec(), tokens, draft.known());
      judged.add(stored(loop, draft, outcome(draft, run(loop, draft.example(), context))));
    }
    return judged;
  }

  /** A rule that breaks on one example must neither lose it nor stop its neighbours. */
  private AdmissionOutcome run(DeclaredLoop loop, Example example, AdmissionContext context) {
    try {
      return chain.run(example, context);
    } catch (RuntimeException e) {
      String fault = SafeFaults.describe(e);
      LOG.errorf("admission-failed loop=%s example=%s fault=%s", loop.id(), example.id(), fault);
      var step = new AdmissionStep(FAILURE, "quarantine", FAILURE);
      var judgement = new StageJudgement.Quarantine(FAILURE, fault);
      return new AdmissionOutcome(example, judgement, FAILURE, List.of(step));
    }
  }

  /** Feedback that others contradict is for a person to look at, if it would be admitted at all. */
  private static AdmissionOutcome outcome(ExampleDraft draft, AdmissionOutcome outcome) {
    if (draft.contested() == null || !outcome.admitted()) {
      return outcome;
    }
    List<AdmissionStep> steps = new ArrayList<>(outcome.steps());
    steps.add(new AdmissionStep(CONTRADICTION, "quarantine", ReasonCodes.CONFLICTING_FEEDBACK));
    var judgement =
        new StageJudgement.Quarantine(ReasonCodes.CONFLICTING_FEEDBACK, draft.contested());
    return new AdmissionOutcome(outcome.example(), judgement, CONTRADICTION, steps);
  }

  private static StoredExample stored(
      DeclaredLoop loop, ExampleDraft draft, AdmissionOutcome outcome) {
    Example example = outcome.example();
    var spec = loop.spec().spec();
    Instant received = example.provenance().receivedAt();
    return switch (outcome.last()) {
      case StageJudgement.Keep() ->
          row(
              draft,
              outcome,
              ExampleState.READY,
              null,
              null,
              received.plus(spec.retention().interactions()));
      case StageJudgement.Changed _ ->
          row(
              draft,
              outcome,
              ExampleState.READY,
              null,
              null,
              received.plus(spec.retention().interactions()));
      case StageJudgement.Quarantine(String reason, String detail) ->
          row(
              draft,
              outcome,
              ExampleState.QUARANTINED,
              reason,
              detail,
              received.plus(spec.curation().quarantineDeadline()));
      case StageJudgement.Reject(String reason, String detail) ->
          row(draft, outcome, ExampleState.REJECTED, reason, detail, null);
    };
  }

  private static StoredExample row(
      ExampleDraft draft,
      AdmissionOutcome outcome,
      ExampleState state,
      @Nullable String reason,
      @Nullable String detail,
      @Nullable Instant deadline) {
    Example example = outcome.example();
    return new StoredExample(
        draft.rowId(),
        example.id(),
        draft.origin().text(),
        example.form().wireName(),
        example.provenance().split(),
        draft.source().conversationKey(),
        draft.source().endUserDigest(),
        draft.source().servedTo(),
        example.provenance().receivedAt(),
        state,
        outcome.stage(),
        reason,
        detail,
        deadline,
        example.scores().getOrDefault("quality", 1.0),
        false,
        example,
        outcome.steps(),
        draft.facts(),
        null,
        null,
        false,
        0);
  }
}
