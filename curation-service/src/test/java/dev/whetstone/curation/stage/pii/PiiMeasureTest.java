package dev.whetstone.curation.stage.pii;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Precision and recall on third-party labelled sentences; skipped where they are absent. */
class PiiMeasureTest {
  private static final Path LABELLED = Path.of("../../shared/data/presidio-generated-small.json");
  private static final Path SCHOOL_MATHS =
      Path.of("../../shared/data/gsm8k-model-solutions.jsonl.gz");

  /** Types that have a shape; names, addresses and dates have none. */
  private static final Map<String, PiiType> SHAPED =
      Map.of(
          "PHONE_NUMBER", PiiType.PHONE,
          "CREDIT_CARD", PiiType.CREDIT_CARD,
          "US_SSN", PiiType.US_SSN,
          "IP_ADDRESS", PiiType.IP_ADDRESS,
          "EMAIL_ADDRESS", PiiType.EMAIL);

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void shouldFindNearlyAllThatHasAShapeAndLittleElse() throws IOException {
    assumeTrue(Files.exists(LABELLED), "skipped: no labelled sentences at " + LABELLED);
    int labelled = 0;
    int found = 0;
    int predicted = 0;
    int right = 0;
    List<String> faults = new ArrayList<>();
    for (JsonNode sentence : json.readTree(LABELLED.toFile())) {
      String text = sentence.path("full_text").asText();
      List<PiiSpan> spans = new PiiFinder().find(text, EnumSet.allOf(PiiType.class));
      List<PiiSpan> truth = truth(sentence);
      labelled += truth.size();
      predicted += spans.size();
      for (PiiSpan one : truth) {
        boolean hit = spans.stream().anyMatch(span -> covers(span, one));
        found += hit ? 1 : 0;
        if (!hit) {
          faults.add("missed " + one.type() + ": " + text.substring(one.start(), one.end()));
        }
      }
      for (PiiSpan span : spans) {
        boolean hit = truth.stream().anyMatch(span::overlaps);
        right += hit ? 1 : 0;
        if (!hit) {
          faults.add("extra " + span.type() + ": " + text.substring(span.start(), span.end()));
        }
      }
    }
    System.out.printf(
        "PII by shape: recall %d/%d, precision %d/%d %s%n",
        found, labelled, right, predicted, faults);
    assertThat((double) found / labelled).as("recall %s", faults).isGreaterThanOrEqualTo(0.9);
    assertThat((double) right / predicted).as("precision %s", faults).isGreaterThanOrEqualTo(0.9);
  }

  @Test
  void shouldLeaveSchoolMathsAlone() throws IOException {
    assumeTrue(Files.exists(SCHOOL_MATHS), "skipped: no school maths at " + SCHOOL_MATHS);
    List<String> redacted = new ArrayList<>();
    int lines = 0;
    try (var in = new GZIPInputStream(Files.newInputStream(SCHOOL_MATHS))) {
      for (String line :
          new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).split("\n")) {
        String text = json.readTree(line).toString();
        lines++;
        for (PiiSpan span : new PiiFinder().find(text, EnumSet.allOf(PiiType.class))) {
          redacted.add(span.type() + ": " + text.substring(span.start(), span.end()));
        }
      }
    }
    System.out.println(
        "School maths: " + redacted.size() + " redactions in " + lines + " lines " + redacted);
    assertThat(redacted.size()).as("%s", redacted).isLessThan(lines / 100);
  }

  private static List<PiiSpan> truth(JsonNode sentence) {
    List<PiiSpan> truth = new ArrayList<>();
    for (JsonNode span : sentence.path("spans")) {
      PiiType type = SHAPED.get(span.path("entity_type").asText());
      if (type != null) {
        truth.add(
            new PiiSpan(
                type, span.path("start_position").asInt(), span.path("end_position").asInt()));
      }
    }
    return truth;
  }

  /** Of a digit string at most an extension may be left over. */
  private static boolean covers(PiiSpan span, PiiSpan truth) {
    return span.start() <= truth.start() + 1 && span.end() >= truth.end() - 1;
  }
}
