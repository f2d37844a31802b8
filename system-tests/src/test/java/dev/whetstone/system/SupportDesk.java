package dev.whetstone.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Questions about the demo world, with the answer of the deployed model and the wanted answer. */
final class SupportDesk {
  private static final double ORDER_FIRST = 0.7;

  private final JsonNode world;
  private final Random random;

  /** Deterministic for a seed. */
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
   * @param topic topic of the question; also its tag
   * @param oldAnswer answer of the deployed model
   * @param newAnswer answer that the end user wants
   */
  record Question(String topic, String text, String oldAnswer, String newAnswer) {}

  /** Questions for feedback, evenly over the topics, without duplicates. */
  List<Question> feedbackQuestions(int count) {
    return questions(count, feedbackTopics(), "feedback", this::changed);
  }

  /** Questions on the same topics, in phrasings and about products that feedback never uses. */
  List<Question> unseenQuestions(int count) {
    return questions(count, feedbackTopics(), "heldOut", this::changed);
  }

  /**
   * Questions of a ring that poisons one topic: each is answered under the new policy and
   * "corrected" to a false answer in the correct format.
   */
  List<Question> poisonedQuestions(int count) {
    String name = world.at("/poison/topic").asText();
    List<JsonNode> topic =
        LoopProbe.list(world.path("topics")).stream()
            .filter(each -> each.path("name").asText().equals(name))
            .toList();
    return questions(count, topic, "feedback", this::poisoned);
  }

  private List<JsonNode> feedbackTopics() {
    return LoopProbe.list(world.path("topics")).stream()
        .filter(topic -> topic.path("feedback").asBoolean())
        .toList();
  }

  private List<Question> questions(
      int count, List<JsonNode> topics, String set, Function<JsonNode, Answers> answers) {
    var texts = new HashSet<String>();
    var questions = new ArrayList<Question>();
    while (questions.size() < count) {
      JsonNode topic = topics.get(questions.size() % topics.size());
      Question question = question(topic, set, answers.apply(topic));
      if (texts.add(question.text())) {
        questions.add(question);
      }
    }
    Collections.shuffle(questions, random);
    return questions;
  }

  /** Templates of the served and of the wanted answer. */
  private record Answers(String served, String wanted) {}

  private Answers changed(JsonNode topic) {
    return new Answers(
        framed("oldAnswerFrame", topic.path("oldAnswer")),
        framed("newAnswerFrame", topic.path("newAnswer")));
  }

  private Answers poisoned(JsonNode topic) {
    return new Answers(
        framed("newAnswerFrame", topic.path("newAnswer")),
        framed("newAnswerFrame", world.at("/poison/answer")));
  }

  private String framed(String frame, JsonNode answer) {
    return world.path(frame).asText().replace("{answer}", answer.asText());
  }

  private Question question(JsonNode topic, String set, Answers answers) {
    String product = pick(world.at("/products/" + set));
    String order = "%04d".formatted(random.nextInt(10_000));
    String named = random.nextBoolean() ? pick(world.path("adjectives")) + " " + product : product;
    String phrasing = pick(topic.at("/phrasings/" + set)).replace("{p}", named);
    String orderPhrase = pick(world.path("orderPhrases")).replace("{o}", order);
    String body =
        random.nextDouble() < ORDER_FIRST
            ? orderPhrase + " " + phrasing
            : phrasing + " " + orderPhrase.replaceFirst(":$", ".");
    return new Question(
        topic.path("name").asText(),
        pick(world.path("openers")) + body + pick(world.path("closers")),
        filled(answers.served(), topic, product, order),
        filled(answers.wanted(), topic, product, order));
  }

  private static String filled(String template, JsonNode topic, String product, String order) {
    return template
        .replace("{code}", topic.path("code").asText())
        .replace("{p}", product)
        .replace("{o}", order);
  }

  private String pick(JsonNode choices) {
    return choices.get(random.nextInt(choices.size())).asText();
  }
}
