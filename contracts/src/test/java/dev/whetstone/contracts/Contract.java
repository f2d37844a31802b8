package dev.whetstone.contracts;

import dev.whetstone.contracts.batch.BatchManifest;
import dev.whetstone.contracts.batch.BinaryRow;
import dev.whetstone.contracts.batch.LineageRow;
import dev.whetstone.contracts.batch.PreferenceRow;
import dev.whetstone.contracts.batch.SftRow;
import dev.whetstone.contracts.envelope.EventType;
import dev.whetstone.contracts.loop.LoopSpec;
import dev.whetstone.contracts.run.CheckpointManifest;
import dev.whetstone.contracts.run.RunSpec;
import dev.whetstone.contracts.run.StatusReport;
import dev.whetstone.contracts.run.WorkerDirective;
import dev.whetstone.contracts.scoring.ScoreRow;
import dev.whetstone.contracts.scoring.ScoresManifest;
import dev.whetstone.contracts.scoring.ScoringItem;
import dev.whetstone.contracts.scoring.ScoringSpec;
import dev.whetstone.contracts.suite.SuiteItem;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Something that crosses a service boundary as JSON.
 *
 * @param name with its version, for example {@code feedback.given.v1}
 */
record Contract(String name, Class<?> type) {
  private static final List<Contract> DOCUMENTS =
      List.of(
          new Contract("loop-spec.v1", LoopSpec.class),
          new Contract("run-spec.v1", RunSpec.class),
          new Contract("status-report.v1", StatusReport.class),
          new Contract("directive.v1", WorkerDirective.class),
          new Contract("scoring-spec.v1", ScoringSpec.class),
          new Contract("scoring-item.v1", ScoringItem.class),
          new Contract("score-row.v1", ScoreRow.class),
          new Contract("scores-manifest.v1", ScoresManifest.class),
          new Contract("batch-manifest.v1", BatchManifest.class),
          new Contract("sft-row.v1", SftRow.class),
          new Contract("preference-row.v1", PreferenceRow.class),
          new Contract("binary-row.v1", BinaryRow.class),
          new Contract("lineage-row.v1", LineageRow.class),
          new Contract("suite-item.v1", SuiteItem.class),
          new Contract("checkpoint-manifest.v1", CheckpointManifest.class));

  /** Every contract: the data of each event, and each document. */
  static List<Contract> all() {
    Stream<Contract> events =
        Arrays.stream(EventType.values()).map(type -> new Contract(nameOf(type), type.dataClass()));
    return Stream.concat(events, DOCUMENTS.stream()).toList();
  }

  /** The class-path resource of its schema. */
  String schemaResource() {
    return "/schemas/" + name + ".json";
  }

  @Override
  public String toString() {
    return name;
  }

  private static String nameOf(EventType type) {
    return type.schemaResource().replace("/schemas/", "").replace(".json", "");
  }
}
