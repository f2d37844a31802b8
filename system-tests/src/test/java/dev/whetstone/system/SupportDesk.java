package dev.whetstone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Questions about the demo's world, with what the deployed model says and what users want. */
final class SupportDesk {
  private static final double ORDER_FIRST = 0.7;

  private final JsonNode world;
  private final Random random;

  /** The same seed gives the same questions. */
  SupportDesk(long seed) {
    Path file = WhetstoneUnderTest.PROJECT.resolve("deploy/local/demo/world.json");
    try {
      this.world = new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
    this.random = new Random(seed);
  }

  /**
   * One question.
   *
   * @param topic of the question; also its tag
   * @param oldAnswer in the manner of the base model
   * @param newAnswer what the end user wants instead
   */
  record Question(String topic, String text, String oldAnswer, String newAnswer) {}

  /** Questions that feedback is given on, evenly over its topics, no text twice. */
  List<Question> feedbackQuestions(int count) {
    return questions(count, "feedback", "feedback");
  }

  /** The same topics in phrasings and about products that feedback never uses. */
  List<Question> unseenQuestions(int count) {
    return questions(count, "heldOut", "heldOut");
  }

  private List<Question> questions(int count, String phrasings, String products) {
    List<JsonNode> topics = new ArrayList<>();
    world
        .path("topics")
        .forEach(
            topic -> {
              if (topic.path("feedback").asBoolean()) {
                topics.add(topic);
              }
            });
    var texts = new java.util.HashSet<String>();
    var questions = new ArrayList<Question>();
    while (questions.size() < count) {
      JsonNode topic = topics.get(questions.size() % topics.size());
      Question question =
          question(topic, topic.at("/phrasings/" + phrasings), world.at("/products/" + products));
      if (texts.add(question.text())) {
        questions.add(question);
      }
    }
    Collections.shuffle(questions, random);
    return questions;
  }

  private Question question(JsonNode topic, JsonNode phrasings, JsonNode products) {
    String product = pick(products);
    String order = "%04d".formatted(random.nextInt(10_000));
    String named = random.nextBoolean() ? pick(world.path("adjectives")) + " " + product : product;
    String phrasing = pick(phrasings).replace("{p}", named);
    String orderPhrase = pick(world.path("orderPhrases")).replace("{o}", order);
    String body =
        random.nextDouble() < ORDER_FIRST
            ? orderPhrase + " " + phrasing
            : phrasing + " " + orderPhrase.replaceFirst(":$", ".");
    return new Question(
        topic.path("name").asText(),
        pick(world.path("openers")) + body + pick(world.path("closers")),
        framed("oldAnswerFrame", topic, "oldAnswer", product, order),
        framed("newAnswerFrame", topic, "newAnswer", product, order));
  }

  private String framed(String frame, JsonNode topic, String answer, String product, String order) {
    return world
        .path(frame)
        .asText()
        .replace("{answer}", topic.path(answer).asText())
        .replace("{code}", topic.path("code").asText())
        .replace("{p}", product)
        .replace("{o}", order);
  }

  private String pick(JsonNode choices) {
    return choices.get(random.nextInt(choices.size())).asText();
  }
}
