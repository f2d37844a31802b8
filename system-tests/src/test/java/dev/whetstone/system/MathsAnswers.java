package dev.whetstone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.client.api.ApiClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * School maths questions with model answers, each marked correct or wrong, and a worked answer
 * written by a person (openai/grade-school-math, MIT): realistic feedback.
 *
 * @param interactions one per model answer
 * @param feedback an outcome per answer, a correction if an answer was wrong, a preference if one
 *     model was right and another wrong
 */
record MathsAnswers(List<ObjectNode> interactions, List<ObjectNode> feedback) {
  static final Path FILE =
      WhetstoneUnderTest.PROJECT
          .resolve("../shared/data/gsm8k-model-solutions.jsonl.gz")
          .normalize();

  /**
   * The weakest and the strongest of the four models: they give the most wrong answers and the most
   * pairs.
   */
  private static final List<String> MODELS = List.of("6b_finetuning", "175b_verification");

  private static final int TEACHERS = 400;

  static boolean present() {
    return Files.exists(FILE);
  }

  /** Reads at most {@code lines} lines. */
  static MathsAnswers read(int lines) {
    var answers = new MathsAnswers(new ArrayList<>(), new ArrayList<>());
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
      int number = 0;
      for (String line = reader.readLine();
          line != null && number < lines;
          line = reader.readLine()) {
        answers.add(number++, ApiClient.JSON.readTree(line));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FILE, e);
    }
    return answers;
  }

  private void add(int line, JsonNode question) {
    String conversation = "maths-" + line;
    String teacher = "teacher-" + line % TEACHERS;
    String right = null;
    String wrong = null;
    for (String model : MODELS) {
      JsonNode answer = question.path(model);
      String solution = answer.path("solution").asText();
      boolean correct = answer.path("is_correct").asBoolean();
      String response = conversation + "-" + model.replace('_', '-');
      interactions.add(
          ProductAppClient.interaction(
              response, conversation, teacher, question.path("question").asText(), solution));
      feedback.add(
          ProductAppClient.feedback(response + "-outcome", "outcome", response, teacher)
              .put("name", "is_correct")
              .put("value", correct));
      if (correct) {
        right = right == null ? solution : right;
      } else {
        if (wrong == null) {
          feedback.add(
              ProductAppClient.feedback(response + "-correction", "correction", response, teacher)
                  .put("correctedOutput", question.path("ground_truth").asText()));
        }
        wrong = wrong == null ? solution : wrong;
      }
    }
    if (right != null && wrong != null) {
      feedback.add(preference(conversation, teacher, right, wrong));
    }
  }

  private static ObjectNode preference(
      String conversation, String teacher, String right, String wrong) {
    String response = conversation + "-" + MODELS.getFirst().replace('_', '-');
    ObjectNode preference =
        ProductAppClient.feedback(conversation + "-preference", "preference", response, teacher);
    preference.set("chosen", ProductAppClient.message("assistant", right));
    preference.set("rejected", ProductAppClient.message("assistant", wrong));
    return preference;
  }
}
