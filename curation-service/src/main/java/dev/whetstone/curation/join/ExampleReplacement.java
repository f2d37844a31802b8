package dev.whetstone.curation.join;

import dev.whetstone.curation.example.EventFateUpdater;
import dev.whetstone.curation.example.ExampleRepository;
import dev.whetstone.curation.example.ExampleState;
import dev.whetstone.curation.example.ExampleWithdrawal;
import dev.whetstone.curation.example.StoredExample;
import dev.whetstone.kit.loop.DeclaredLoop;
import dev.whetstone.kit.work.BudgetSlicingPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Replaces the examples of origins by those that they should have. */
@ApplicationScoped
class ExampleReplacement {
  /** Characters of the examples that are judged and written in one go. */
  private static final long CHARACTERS_AT_ONCE = 1_000_000;

  private static final int EXAMPLES_AT_ONCE = 100;

  private final ExampleRepository examples;
  private final EventFateUpdater eventFates;
  private final ExampleWithdrawal withdrawals;
  private final ExampleAdmission admission;

  ExampleReplacement(
      ExampleRepository examples,
      EventFateUpdater eventFates,
      ExampleWithdrawal withdrawals,
      ExampleAdmission admission) {
    this.examples = examples;
    this.eventFates = eventFates;
    this.withdrawals = withdrawals;
    this.admission = admission;
  }

  /**
   * Drops or withdraws stored examples that are no longer wanted, judges those again whose facts
   * changed, and adds new ones. The caller holds the row locks of the stored ones.
   *
   * @return events of examples that were dropped or withdrawn
   */
  Set<String> replace(
      DeclaredLoop loop, List<StoredExample> existing, List<FormationRule.Wanted> wanted) {
    Map<String, ExampleDraft> drafts = new HashMap<>();
    for (FormationRule.Wanted want : wanted) {
      want.drafts().forEach(draft -> drafts.put(draft.rowId(), draft));
    }
    List<StoredExample> unwanted = new ArrayList<>();
    Set<String> again = new TreeSet<>();
    for (StoredExample stored : existing) {
      ExampleDraft draft = drafts.get(stored.rowId());
      if (draft == null) {
        unwanted.add(stored);
      } else if (stored.state() != ExampleState.ERASED && mustBeJudgedAgain(stored, draft)) {
        again.add(stored.rowId());
      } else {
        drafts.remove(stored.rowId());
      }
    }
    Set<String> events =
        unwanted.isEmpty()
            ? Set.of()
            : new TreeSet<>(eventFates.of(unwanted.stream().map(StoredExample::rowId).toList()));
    if (!unwanted.isEmpty()) {
      withdrawals.withdraw(loop.id(), unwanted, "withdrawn");
    }
    if (!again.isEmpty()) {
      examples.drop(again);
    }
    add(loop, drafts.values());
    return events;
  }

  private void add(DeclaredLoop loop, Collection<ExampleDraft> drafts) {
    for (List<ExampleDraft> some :
        BudgetSlicingPolicy.slices(
            drafts, ExampleDraft::characters, CHARACTERS_AT_ONCE, EXAMPLES_AT_ONCE)) {
      examples.add(loop.id(), admission.judge(loop, some));
    }
  }

  /** Examples that a person released, a cut judged or a batch holds keep their verdict. */
  private static boolean mustBeJudgedAgain(StoredExample stored, ExampleDraft draft) {
    boolean settled =
        stored.released()
            || stored.cutId() != null
            || stored.state() == ExampleState.USED
            || stored.state() == ExampleState.CUT
            || stored.state() == ExampleState.WITHDRAWN;
    return !settled && !stored.facts().equals(draft.facts());
  }
}
