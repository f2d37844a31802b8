package dev.whetstone.curation.cut;

import dev.whetstone.contracts.batch.SplitCounts;
import dev.whetstone.contracts.feedback.FeedbackSource;
import dev.whetstone.curation.chain.StageCount;
import dev.whetstone.curation.example.Example;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The dataset card of a batch in Markdown. Pure: the same batch gives the same card. */
final class DatasetCard {
  private DatasetCard() {}

  static String of(Cut cut, List<Example> examples, Map<String, SplitCounts> counts) {
    var card = new StringBuilder();
    card.append("# Batch %d of loop %s/%s\n\n".formatted(cut.sequence(), cut.tenant(), cut.loop()));
    card.append(
        "Sealed because of: %s. Cut with loop spec `%s`. Parent: %s.\n\n"
            .formatted(
                cut.trigger().name().toLowerCase(java.util.Locale.ROOT),
                cut.loopSpecSha256(),
                cut.parentBatchId() == null ? "none" : "`" + cut.parentBatchId() + "`"));
    composition(card, examples, counts);
    events(card, cut);
    admission(card, cut);
    funnel(card, cut);
    redactions(card, examples);
    suites(card, cut);
    warnings(card, cut, examples);
    return card.toString();
  }

  private static void composition(
      StringBuilder card, List<Example> examples, Map<String, SplitCounts> counts) {
    card.append("## Composition\n\n| form | train | validation | test |\n|---|---:|---:|---:|\n");
    new TreeMap<>(counts)
        .forEach(
            (form, n) ->
                card.append(
                    "| %s | %d | %d | %d |\n"
                        .formatted(form, n.train(), n.validation(), n.test())));
    long endUsers = examples.stream().map(one -> one.provenance().contributor()).distinct().count();
    card.append("\n%d examples of %d contributors.\n".formatted(examples.size(), endUsers));
    card.append(table("By first tag", examples, DatasetCard::firstTag));
    card.append(
        table("By feedback source", examples, one -> source(one.provenance().sourceType())));
    card.append('\n');
  }

  /** Every event of the cut has one fate, so the rows add up to all of them. */
  private static void events(StringBuilder card, Cut cut) {
    AdmissionCounts admission = cut.admission();
    if (admission.fates().isEmpty()) {
      return;
    }
    card.append("## Events since %s\n\n| fate | events |\n|---|---:|\n".formatted(since(cut)));
    admission.fates().forEach((fate, n) -> card.append("| %s | %d |\n".formatted(fate, n)));
    card.append("| all | %d |\n\n".formatted(admission.events()));
    card.append(
        "Fates are those at the time of the cut; `used` events are in this batch. Earlier events"
            + " are counted where this cut judged their examples.\n\n");
  }

  private static String since(Cut cut) {
    return cut.parentBatchId() == null ? "the start of the loop" : "the parent batch";
  }

  private static void admission(StringBuilder card, Cut cut) {
    AdmissionCounts admission = cut.admission();
    int refused = admission.refused().values().stream().mapToInt(n -> n).sum();
    card.append(
        "## Admission since %s\n\n%d events arrived; %d of them were refused%s. Examples formed from the others:\n\n"
            .formatted(
                since(cut),
                admission.events(),
                refused,
                refused == 0 ? "" : " (" + reasons(admission.refused()) + ")"));
    stages(card, admission.stages());
    card.append('\n');
  }

  private static void funnel(StringBuilder card, Cut cut) {
    card.append("## Funnel of this cut\n\n");
    stages(card, cut.funnel().stages());
    card.append("\n%d more examples were in quarantine.\n\n".formatted(cut.quarantined()));
  }

  private static void stages(StringBuilder card, List<StageCount> stages) {
    card.append("| stage | in | out | dropped |\n|---|---:|---:|---|\n");
    for (StageCount stage : stages) {
      card.append(
          "| %s | %d | %d | %s |\n"
              .formatted(stage.stage(), stage.in(), stage.out(), reasons(stage.reasons())));
    }
  }

  private static String reasons(Map<String, Integer> reasons) {
    return reasons.entrySet().stream()
        .map(reason -> reason.getKey() + " " + reason.getValue())
        .collect(Collectors.joining(", "));
  }

  private static void redactions(StringBuilder card, List<Example> examples) {
    Map<String, Integer> perType = new TreeMap<>();
    examples.forEach(one -> one.redactions().forEach((k, n) -> perType.merge(k, n, Integer::sum)));
    card.append("## Personal data redacted\n\n");
    if (perType.isEmpty()) {
      card.append("None found.\n\n");
    } else {
      perType.forEach((type, n) -> card.append("- %s: %d\n".formatted(type, n)));
      card.append('\n');
    }
  }

  private static void suites(StringBuilder card, Cut cut) {
    card.append("## Decontaminated against\n\n");
    if (cut.suites().isEmpty()) {
      card.append("No suite is declared.\n\n");
    } else {
      new TreeMap<>(cut.suites())
          .forEach((name, sha) -> card.append("- %s `%s`\n".formatted(name, sha)));
      card.append('\n');
    }
  }

  private static void warnings(StringBuilder card, Cut cut, List<Example> examples) {
    Map<String, Long> flags =
        examples.stream()
            .flatMap(one -> one.flags().stream())
            .collect(
                Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    card.append("## Warnings\n\n");
    if (cut.warnings().isEmpty() && flags.isEmpty()) {
      card.append("None.\n");
    }
    cut.warnings().forEach(warning -> card.append("- %s\n".formatted(warning)));
    flags.forEach((flag, n) -> card.append("- %d examples flagged %s\n".formatted(n, flag)));
  }

  private static String table(
      String title, List<Example> examples, Function<Example, String> group) {
    Map<String, Long> groups =
        examples.stream()
            .collect(Collectors.groupingBy(group, TreeMap::new, Collectors.counting()));
    var text = new StringBuilder("\n%s: ".formatted(title));
    text.append(
        groups.entrySet().stream()
            .map(one -> one.getKey() + " " + one.getValue())
            .collect(Collectors.joining(", ")));
    return text.append(".\n").toString();
  }

  private static String firstTag(Example example) {
    List<String> tags = example.provenance().tags();
    return tags.isEmpty() ? "(none)" : tags.getFirst();
  }

  private static String source(FeedbackSource.Type type) {
    return type.name().toLowerCase(java.util.Locale.ROOT);
  }
}
