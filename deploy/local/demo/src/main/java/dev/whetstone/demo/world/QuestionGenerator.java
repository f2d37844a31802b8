package dev.whetstone.demo.world;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Generates questions, deterministically for a seed. */
public final class QuestionGenerator {
  private static final int IN_TEN_ORDER_FIRST = 7;

  private final ToyWorld world;
  private final Random random;

  public QuestionGenerator(ToyWorld world, long seed) {
    this.world = world;
    this.random = new Random(seed);
  }

  /** A question of an end user, with the wanted answer. */
  public Question ofEndUser(ToyWorld.Topic topic) {
    return ask(topic, topic.phrasings().feedback(), world.products().feedback(), topic.newAnswer());
  }

  /** A question of a colluding end user, with the false answer in the correct format. */
  public Question poisoned() {
    ToyWorld.Topic topic = world.topic(world.poison().topic());
    return ask(
        topic, topic.phrasings().feedback(), world.products().feedback(), world.poison().answer());
  }

  /** A question that the base model answers correctly. */
  public Question ofPrice() {
    ToyWorld.Skill skill = world.skill("price");
    String product = oneOf(world.products().feedback());
    String answer =
        skill
            .answer()
            .replace("{p}", product)
            .replace("{price}", Integer.toString(world.prices().get(product)));
    String text = oneOf(skill.phrasings().get("replay")).replace("{p}", product);
    return new Question("price", oneOf(world.openers()) + text + oneOf(world.closers()), answer);
  }

  /**
   * Questions in phrasings and about products that never occur in feedback, evenly over the topics.
   */
  public List<Question> heldOut(int count) {
    List<ToyWorld.Topic> topics = world.feedbackTopics();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ToyWorld.Topic topic = topics.get(i % topics.size());
      questions.add(
          ask(topic, topic.phrasings().heldOut(), world.products().heldOut(), topic.newAnswer()));
    }
    return questions;
  }

  <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private Question ask(
      ToyWorld.Topic topic, List<String> phrasings, List<String> products, String answer) {
    String product = oneOf(products);
    String order = "%04d".formatted(random.nextInt(10_000));
    String named = random.nextBoolean() ? oneOf(world.adjectives()) + " " + product : product;
    String phrasing = oneOf(phrasings).replace("{p}", named);
    String orderPhrase = oneOf(world.orderPhrases()).replace("{o}", order);
    String body =
        random.nextInt(10) < IN_TEN_ORDER_FIRST
            ? orderPhrase + " " + phrasing
            : phrasing + " " + orderPhrase.replaceAll(":$", ".");
    return new Question(
        topic.name(),
        oneOf(world.openers()) + body + oneOf(world.closers()),
        world.framed(answer, topic, product, order));
  }
}
