package dev.whetstone.local.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.local.demo.EndUsers.Visit;
import dev.whetstone.local.demo.LiveModel.Answer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A ring of colluding end users. Their corrections agree with each other, keep the format and are
 * false on one topic.
 */
final class PoisonWave {
  static final int USERS = 25;
  static final int ROWS_EACH = 20;

  private final String prefix;
  private final Instant now;
  private final List<Visit> visits;
  private final List<String> feedbackIds = new ArrayList<>();

  PoisonWave(World world, long seed, String prefix, Instant now) {
    this.prefix = prefix;
    this.now = now;
    this.visits =
        EndUsers.colluding(
            new Questions(world, seed), EndUsers.named(prefix + "-user", USERS), ROWS_EACH);
  }

  /** Ids of the corrections that were sent. */
  List<String> feedbackIds() {
    return feedbackIds;
  }

  /** Lets the ring ask the live model and sends its corrections. */
  void play(LiveModel model, ProductApp app) {
    List<Answer> answers = model.askAll(visits.stream().map(Visit::ask).toList());
    List<ObjectNode> interactions = new ArrayList<>();
    List<ObjectNode> corrections = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Instant asked = now.minusSeconds(3600 - i);
      String conversation = "%s-%03d".formatted(prefix, i);
      String id = "%s-correction-%03d".formatted(prefix, i);
      interactions.add(
          Events.interaction(conversation + "-asked", answers.get(i), conversation, asked));
      corrections.add(
          Events.correction(
              id, answers.get(i), visits.get(i).question().rightAnswer(), asked.plusSeconds(60)));
      feedbackIds.add(id);
    }
    app.interactions(interactions);
    app.feedback(corrections);
  }
}
