package dev.whetstone.demo.traffic;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.whetstone.demo.traffic.EndUsers.Visit;
import dev.whetstone.demo.traffic.LiveModel.Answer;
import dev.whetstone.demo.world.QuestionGenerator;
import dev.whetstone.demo.world.ToyWorld;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A ring of colluding end users. Their corrections agree with each other, have the correct format
 * and are false on one topic.
 */
public final class PoisonWave {
  public static final int USERS = 25;
  static final int ROWS_EACH = 20;

  private final String prefix;
  private final Instant now;
  private final List<Visit> visits;
  private final List<String> feedbackIds = new ArrayList<>();

  public PoisonWave(ToyWorld world, long seed, String prefix, Instant now) {
    this.prefix = prefix;
    this.now = now;
    this.visits =
        EndUsers.colluding(
            new QuestionGenerator(world, seed), EndUsers.named(prefix + "-user", USERS), ROWS_EACH);
  }

  /** Ids of the corrections that were sent. */
  public List<String> feedbackIds() {
    return feedbackIds;
  }

  /** Queries the live model for the ring and sends its corrections. */
  public void send(LiveModel model, ProductApp app) {
    List<Answer> answers = model.askAll(visits.stream().map(Visit::ask).toList());
    List<ObjectNode> interactions = new ArrayList<>();
    List<ObjectNode> corrections = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      Instant asked = now.minusSeconds(3600 - i);
      String conversation = "%s-%03d".formatted(prefix, i);
      String id = "%s-correction-%03d".formatted(prefix, i);
      interactions.add(
          IngestItems.interaction(conversation + "-asked", answers.get(i), conversation, asked));
      corrections.add(
          IngestItems.correction(
              id, answers.get(i), visits.get(i).question().rightAnswer(), asked.plusSeconds(60)));
      feedbackIds.add(id);
    }
    app.interactions(interactions);
    app.feedback(corrections);
  }
}
