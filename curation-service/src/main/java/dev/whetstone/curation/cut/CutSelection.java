package dev.whetstone.curation.cut;

import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutOutcome;
import dev.whetstone.curation.chain.DroppedExample;
import dev.whetstone.curation.chain.Funnel;
import dev.whetstone.curation.chain.ReasonCodes;
import dev.whetstone.curation.chain.StageCount;
import dev.whetstone.curation.chain.StageJudgement;
import dev.whetstone.curation.example.CutExampleRepository.Candidate;
import dev.whetstone.curation.example.Example;
import dev.whetstone.curation.example.StoredExample;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** The result of running the cut chain over rows. Pure. */
record CutSelection(List<Kept> kept, List<Dropped> dropped, Funnel funnel) {
  /** Stage and reason of examples that changed while the cut was computed. */
  private static final String CHANGED = "changed-meanwhile";

  /** A row for the batch, with the example in its final form. */
  record Kept(StoredExample row, Example example) {
    /** As the seal rule counts it. */
    Candidate candidate() {
      var provenance = example.provenance();
      return new Candidate(
          row.rowId(),
          row.version(),
          example.form(),
          provenance.split(),
          provenance.receivedAt(),
          provenance.tags());
    }
  }

  /** A row that was dropped. */
  record Dropped(StoredExample row, String stage, StageJudgement judgement) {}

  /**
   * Runs the chain. Several rows can have the same content, and the chain identifies examples by
   * id, so the later ones have a suffix while it runs. Examples that a person released pass every
   * quarantine.
   *
   * @param spent ids used by earlier batches, which no other example may get
   */
  static CutSelection of(
      CutChain chain, Collection<StoredExample> ready, CutContext context, Set<String> spent) {
    Map<String, StoredExample> rows = new LinkedHashMap<>();
    List<Example> examples = new ArrayList<>();
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (StoredExample row : ready.stream().sorted(OLDEST_FIRST).toList()) {
      Example example = Objects.requireNonNull(row.example());
      String content = example.contentId();
      int copy = seen.merge(content, 1, Integer::sum);
      String id = copy == 1 ? content : content + "~" + copy;
      rows.put(id, row);
      examples.add(example.withId(id));
    }
    CutOutcome outcome = chain.run(examples, context);
    List<Kept> kept = new ArrayList<>();
    List<Dropped> dropped = new ArrayList<>();
    Set<String> taken = new TreeSet<>(spent);
    for (Example example : outcome.kept()) {
      keep(kept, taken, Objects.requireNonNull(rows.get(example.id())), example);
    }
    for (DroppedExample fate : outcome.dropped()) {
      StoredExample row = Objects.requireNonNull(rows.get(fate.exampleId()));
      if (row.released() && fate.judgement() instanceof StageJudgement.Quarantine) {
        keep(kept, taken, row, Objects.requireNonNull(row.example()).withId(fate.exampleId()));
      } else {
        dropped.add(new Dropped(row, fate.stage(), fate.judgement()));
      }
    }
    return new CutSelection(kept, dropped, outcome.funnel());
  }

  /** The same without those dropped only because of the current number of other examples. */
  CutSelection lasting() {
    List<Dropped> others =
        dropped.stream()
            .filter(
                one ->
                    !(one.judgement() instanceof StageJudgement.Reject(String why, _)
                        && why.equals(ReasonCodes.CLUSTER_SHARE)))
            .toList();
    return new CutSelection(kept, others, funnel);
  }

  /**
   * The same without rows that changed while it was computed. The others keep their judgement; the
   * funnel counts the kept ones that are left out as a stage of their own.
   */
  CutSelection without(Set<String> changedRows) {
    List<Kept> left =
        kept.stream().filter(one -> !changedRows.contains(one.row().rowId())).toList();
    int n = kept.size() - left.size();
    List<StageCount> stages = new ArrayList<>(funnel.stages());
    if (n > 0) {
      stages.add(new StageCount(CHANGED, kept.size(), left.size(), Map.of(CHANGED, n)));
    }
    return new CutSelection(
        left,
        dropped.stream().filter(one -> !changedRows.contains(one.row().rowId())).toList(),
        new Funnel(stages));
  }

  /** Gives the example its content id, with a suffix where that id is taken. */
  private static void keep(List<Kept> kept, Set<String> taken, StoredExample row, Example example) {
    String content = example.contentId();
    String id = content;
    for (int copy = 2; !taken.add(id); copy++) {
      id = content + "~" + copy;
    }
    kept.add(new Kept(row, example.withId(id)));
  }

  private static final Comparator<StoredExample> OLDEST_FIRST =
      Comparator.comparing(StoredExample::receivedAt).thenComparing(StoredExample::rowId);
}
