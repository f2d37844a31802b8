package dev.whetstone.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import dev.whetstone.demo.loop.LoopView;
import dev.whetstone.demo.measure.ModelMeasurement;
import dev.whetstone.demo.traffic.ProductApp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The figures of the demo in machine-readable form: {@code .whetstone/demo/summary.json}. */
record DemoSummary(
    long seed,
    ExactMatch exactMatch,
    Skills skills,
    List<Verdict> decisions,
    List<Poison> poison,
    Map<String, Double> stageSeconds,
    EventCounts events) {

  /**
   * Exact match on unseen phrasings, measured on the live server.
   *
   * @param interval Wilson, 95 %, of {@code after}
   */
  record ExactMatch(int n, double before, double after, double afterPoison, List<Double> interval) {
    static ExactMatch of(
        ModelMeasurement before, ModelMeasurement after, ModelMeasurement afterPoison) {
      return new ExactMatch(
          after.exact().n(),
          before.exact().value(),
          after.exact().value(),
          afterPoison.exact().value(),
          List.of(after.exact().lower(), after.exact().upper()));
    }
  }

  /** Share of correct answers to questions on general skills. */
  record Skills(double before, double after, double notReplayedBefore, double notReplayedAfter) {
    static Skills of(ModelMeasurement before, ModelMeasurement after) {
      return new Skills(
          before.skills().value(),
          after.skills().value(),
          before.notReplayed().value(),
          after.notReplayed().value());
    }
  }

  record Verdict(String verdict, String reason) {
    static Verdict of(JsonNode decision) {
      return new Verdict(decision.path("verdict").asText(), decision.path("reason").asText());
    }
  }

  /**
   * @param abuseStage whether curation's abuse stage was on
   * @param outcome what stopped the attack
   * @param inService whether the poisoned model was in service
   */
  record Poison(boolean abuseStage, String outcome, boolean inService) {}

  /** Deliveries over HTTP and the resulting examples. */
  record EventCounts(int sent, int accepted, int rejected, int examples, int quarantined) {
    static EventCounts of(ProductApp app, LoopView loop) {
      int examples = 0;
      for (JsonNode batch : loop.curation().path("batches")) {
        for (JsonNode form : batch.path("counts")) {
          examples +=
              form.path("train").asInt()
                  + form.path("validation").asInt()
                  + form.path("test").asInt();
        }
      }
      return new EventCounts(
          app.sent(),
          app.accepted(),
          app.rejections().size(),
          examples,
          loop.fateCounts().path("quarantined").asInt());
    }
  }

  void write(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      ApiClient.JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), this);
    } catch (IOException e) {
      throw new RemedyException(
          "cannot write the summary to " + file + ": " + e.getMessage(),
          "free disk space or grant write access",
          e);
    }
  }
}
