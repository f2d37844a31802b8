package dev.whetstone.demo.traffic;

import dev.whetstone.demo.world.Question;
import dev.whetstone.demo.world.QuestionGenerator;
import dev.whetstone.demo.world.ToyWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The end users of a wave, as pseudonyms of the product app, and their questions. */
public final class EndUsers {
  private EndUsers() {}

  /** {@code count} pseudonyms that begin with {@code prefix}. */
  public static List<String> named(String prefix, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "%s-%02d".formatted(prefix, i)).toList();
  }

  /** A question of an end user. */
  public record Visit(String endUser, Question question) {
    LiveModel.Ask ask() {
      return new LiveModel.Ask(endUser, question.text());
    }
  }

  /** Each user asks {@code each} questions, evenly over the feedback topics. */
  public static List<Visit> honest(
      ToyWorld world, QuestionGenerator questions, List<String> users, int each) {
    List<ToyWorld.Topic> topics = world.feedbackTopics();
    List<Visit> visits = new ArrayList<>();
    for (int round = 0; round < each; round++) {
      for (int i = 0; i < users.size(); i++) {
        ToyWorld.Topic topic = topics.get((i + round) % topics.size());
        visits.add(new Visit(users.get(i), questions.ofEndUser(topic)));
      }
    }
    return visits;
  }

  /** Each user asks {@code each} questions on the topic that the ring poisons. */
  static List<Visit> colluding(QuestionGenerator questions, List<String> users, int each) {
    List<Visit> visits = new ArrayList<>();
    for (int round = 0; round < each; round++) {
      for (String user : users) {
        visits.add(new Visit(user, questions.poisoned()));
      }
    }
    return visits;
  }
}
