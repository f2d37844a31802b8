package dev.whetstone.demo.world;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import dev.whetstone.client.RemedyException;
import dev.whetstone.client.api.ApiClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The vocabulary of the toy world that the base model was trained on, and the answering policy that
 * its end users want instead. The README beside {@code world.json} explains the fields.
 *
 * @param openers possible beginnings of a question, including blanks
 * @param orderPhrases phrases that name the order, with the placeholder {@code {o}}
 * @param newAnswerFrame frame around every answer under the new policy
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ToyWorld(
    List<String> openers,
    List<String> closers,
    List<String> orderPhrases,
    List<String> adjectives,
    Products products,
    String oldAnswerFrame,
    String newAnswerFrame,
    List<Topic> topics,
    Poison poison,
    List<Skill> skills,
    Map<String, Integer> prices) {

  /** Products that occur in feedback, and those reserved for measuring. */
  public record Products(List<String> feedback, List<String> heldOut) {}

  /** Phrasings of end users, and those reserved for measuring. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Phrasings(List<String> feedback, List<String> heldOut) {}

  /**
   * A kind of customer request.
   *
   * @param code ticket code, three letters
   * @param feedback whether end users of the demo give feedback on it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Topic(
      String name,
      String code,
      boolean feedback,
      Phrasings phrasings,
      String oldAnswer,
      String newAnswer) {}

  /** The false claim of the colluding users about one topic. */
  public record Poison(String topic, String answer) {}

  /** A general skill of the base model; {@code forget} phrasings occur in no training data. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Skill(
      String name, boolean replayed, String answer, Map<String, List<String>> phrasings) {}

  public static ToyWorld read(Path file) {
    try {
      return ApiClient.JSON.readValue(file.toFile(), ToyWorld.class);
    } catch (IOException e) {
      throw new RemedyException(
          "cannot read the world of the demo in " + file + ": " + e.getMessage(),
          "restore it with git checkout " + file.getFileName(),
          e);
    }
  }

  /** The topics that end users give feedback on. */
  public List<Topic> feedbackTopics() {
    return topics.stream().filter(Topic::feedback).toList();
  }

  Topic topic(String name) {
    return topics.stream()
        .filter(topic -> topic.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the world has no topic " + name));
  }

  Skill skill(String name) {
    return skills.stream()
        .filter(skill -> skill.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the world has no skill " + name));
  }

  /** {@code answer} in the frame of the new policy, with placeholders filled. */
  String framed(String answer, Topic topic, String product, String order) {
    return newAnswerFrame
        .replace("{answer}", answer.replace("{p}", product))
        .replace("{code}", topic.code())
        .replace("{o}", order);
  }
}
