package dev.whetstone.curation.join;

import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.curation.chain.AdmissionChain;
import dev.whetstone.curation.chain.AdmissionContext;
import dev.whetstone.curation.chain.AdmissionOutcome;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.AdmissionStep;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.NewExample;
import dev.whetstone.curation.example.NewExample.Verdict;
import dev.whetstone.curation.operations.SafeFaults;
import dev.whetstone.kit.loop.DeclaredLoop;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jboss.logging.Logger;

/** Runs new examples through the admission chain and keeps verdict and steps with them. */
@ApplicationScoped
public class ExampleAdmission {
  /** Stage and reason of an example on which admission failed with an exception. */
  public static final String FAILURE = "admission-failed";

  private static final Logger LOG = Logger.getLogger(ExampleAdmission.class);
  private final TokenCounterCache tokenizers;
  private final AdmissionChain chain;

  public ExampleAdmission(TokenCounterCache tokenizers, AdmissionChain chain) {
    this.tokenizers = tokenizers;
    this.chain = chain;
  }

  List<NewExample> judge(DeclaredLoop loop, Collection<ExampleDraft> drafts) {
    if (drafts.isEmpty()) {
      return List.of();
    }
    var tokens = tokenizers.of(loop.spec().spec().baseModel());
    List<NewExample> judged = new ArrayList<>();
    for (ExampleDraft draft : drafts) {
      var context = new AdmissionContext(loop.spec(), tokens, draft.known());
      judged.add(judged(loop, draft, outcome(draft, run(loop, draft.example(), context))));
    }
    return judged;
  }

  /** An exception on one example must neither lose it nor stop the others. */
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

  /** Quarantines what an objection speaks against, if it would otherwise be admitted. */
  private static AdmissionOutcome outcome(ExampleDraft draft, AdmissionOutcome outcome) {
    ExampleDraft.Objection objection = draft.objection();
    if (objection == null || !outcome.admitted()) {
      return outcome;
    }
    List<AdmissionStep> steps = new ArrayList<>(outcome.steps());
    steps.add(new AdmissionStep(objection.stage(), "quarantine", objection.reason()));
    var judgement = new StageJudgement.Quarantine(objection.reason(), objection.detail());
    return new AdmissionOutcome(outcome.example(), judgement, objection.stage(), steps);
  }

  private static NewExample judged(
      DeclaredLoop loop, ExampleDraft draft, AdmissionOutcome outcome) {
    return new NewExample(
        draft.rowId(),
        draft.origin().text(),
        draft.source(),
        outcome.example(),
        verdict(loop.spec().spec(), outcome),
        outcome.steps(),
        draft.facts());
  }

  private static Verdict verdict(LoopSpec.Spec spec, AdmissionOutcome outcome) {
    Instant received = outcome.example().provenance().receivedAt();
    Instant retained = received.plus(spec.retention().interactions());
    return switch (outcome.last()) {
      case StageJudgement.Keep() ->
          new Verdict(ExampleState.READY, outcome.stage(), null, null, retained);
      case StageJudgement.Changed _ ->
          new Verdict(ExampleState.READY, outcome.stage(), null, null, retained);
      case StageJudgement.Quarantine(String reason, String detail) ->
          new Verdict(
              ExampleState.QUARANTINED,
              outcome.stage(),
              reason,
              detail,
              received.plus(spec.curation().quarantineDeadline()));
      case StageJudgement.Reject(String reason, String detail) ->
          new Verdict(ExampleState.REJECTED, outcome.stage(), reason, detail, null);
    };
  }
}
