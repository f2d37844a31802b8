package dev.whetstone.curation.cut;

import dev.whetstone.curation.chain.CutChain;
import dev.whetstone.curation.chain.CutContext;
import dev.whetstone.curation.chain.CutOutcome;
import dev.whetstone.curation.chain.DroppedExample;
import dev.whetstone.curation.chain.Funnel;
import dev.whetstone.curation.chain.ReasonCodes;
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

/** Runs the cut chain over rows. Pure. */
record CutSelection(List<Kept> kept, List<Dropped> dropped, Funnel funnel) {

  /** A row that goes in, with the example in its final shape. */
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

  /** A row that does not. */
  record Dropped(StoredExample row, String stage, StageJudgement judgement) {}

  /**
   * Several rows can have the same content; the chain knows examples by id, so the later ones get a
   * suffix while it looks at them. Whatever a person released passes every quarantine.
   *
   * @param spent ids that earlier batches gave, which no example may get again
   */
  static CutSelection of(
      CutChain chain, Collection<StoredExample> ready, CutContext context, Set<String> spent) {
    Map<String, StoredExample> rows = new LinkedHashMap<>();
    List<Example> examples = new ArrayList<>();
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (StoredExample row : ready.stream().sorted(OLDEST_FIRST).toList()) {
      Example example = Objects.requireNonNull(row.example());
      String content = content(example.id());
      int copy = seen.merge(content, 1, Integer::sum);
      String id = copy == 1 ? content : content + "~" + copy;
      rows.put(id, row);
      examples.add(withId(example, id));
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
        keep(kept, taken, row, withId(Objects.requireNonNull(row.example()), fate.exampleId()));
      } else {
        dropped.add(new Dropped(row, fate.stage(), fate.judgement()));
      }
    }
    return new CutSelection(kept, dropped, outcome.funnel());
  }

  /** The same, without what is dropped only because of how many others there are just now. */
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

  /** The content id comes back, unless it is spent or a copy of the same content is kept too. */
  private static void keep(List<Kept> kept, Set<String> taken, StoredExample row, Example example) {
    String content = content(example.id());
    String id = content;
    for (int copy = 2; !taken.add(id); copy++) {
      id = content + "~" + copy;
    }
    kept.add(new Kept(row, withId(example, id)));
  }

  /** The digest of what an example says, without what tells it from others that say the same. */
  private static String content(String id) {
    int suffix = id.indexOf('~');
    return suffix < 0 ? id : id.substring(0, suffix);
  }

  private static Example withId(Example from, String id) {
    return new Example(
        id,
        from.form(),
        from.prompt(),
        from.completion(),
        from.chosen(),
        from.rejected(),
        from.label(),
        from.tools(),
        from.provenance(),
        from.scores(),
        from.redactions(),
        from.flags(),
        from.sampleWeight());
  }

  private static final Comparator<StoredExample> OLDEST_FIRST =
      Comparator.comparing(StoredExample::receivedAt).thenComparing(StoredExample::rowId);
}
