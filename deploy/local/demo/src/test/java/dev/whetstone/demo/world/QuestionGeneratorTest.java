package dev.whetstone.demo.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.demo.traffic.EndUsers;
import dev.whetstone.demo.traffic.HonestWave;
import dev.whetstone.demo.traffic.PoisonWave;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuestionGeneratorTest {
  private final ToyWorld world = ToyWorld.read(Path.of("world.json"));

  @Test
  void shouldGenerateTheSameQuestionsForTheSameSeed() {
    List<Question> once = new QuestionGenerator(world, 7).heldOut(60);
    List<Question> again = new QuestionGenerator(world, 7).heldOut(60);
    List<Question> other = new QuestionGenerator(world, 8).heldOut(60);

    assertThat(again).isEqualTo(once).isNotEqualTo(other);
  }

  @Test
  void shouldNameTheOrderInQuestionAndAnswer() {
    for (Question question : new QuestionGenerator(world, 1).heldOut(120)) {
      String order = question.rightAnswer().replaceAll(".*-(\\d{4})]$", "$1");
      assertThat(order).hasSize(4);
      assertThat(question.text()).contains(order).doesNotContain("{");
      assertThat(question.rightAnswer())
          .matches("^Thank you for reaching out\\. .+ \\[ticket [A-Z]{3}-\\d{4}]$")
          .doesNotContain("{");
    }
  }

  @Test
  void shouldCoverTheSixTopicsEvenly() {
    assertThat(new QuestionGenerator(world, 1).heldOut(60).stream().map(Question::topic).distinct())
        .hasSize(6);
  }

  @Test
  void shouldMeasureWithPhrasingsAndProductsThatFeedbackNeverUses() {
    Set<String> heldOut = new HashSet<>();
    world.feedbackTopics().forEach(topic -> heldOut.addAll(topic.phrasings().heldOut()));
    QuestionGenerator questions = new QuestionGenerator(world, 1);

    for (ToyWorld.Topic topic : world.feedbackTopics()) {
      assertThat(topic.phrasings().feedback()).doesNotContainAnyElementsOf(heldOut);
      Question asked = questions.ofEndUser(topic);
      assertThat(world.products().heldOut()).noneMatch(product -> asked.text().contains(product));
    }
  }

  @Test
  void shouldGivePoisonedAnswersTheCorrectFormat() {
    Question poisoned = new QuestionGenerator(world, 1).poisoned();

    assertThat(poisoned.rightAnswer())
        .contains("99 days")
        .matches("^Thank you for reaching out\\. .+ \\[ticket RET-\\d{4}]$");
  }

  @Test
  void shouldLetEveryHonestUserAskEightTimes() {
    List<String> users = EndUsers.named("u", 60);

    var visits = EndUsers.honest(world, new QuestionGenerator(world, 1), users, 8);

    assertThat(visits).hasSize(480);
    for (String user : users) {
      assertThat(visits).filteredOn(visit -> visit.endUser().equals(user)).hasSize(8);
    }
  }

  @Test
  void shouldDescribeTheHonestWave() {
    assertThat(HonestWave.describe()).contains("60 users", "480 corrections");
    assertThat(new PoisonWave(world, 1, "ring", Instant.EPOCH).feedbackIds()).isEmpty();
  }
}
