package dev.whetstone.eval.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whetstone.contracts.chat.ChatMessage;
import dev.whetstone.eval.fixture.KnownAnswers;
import dev.whetstone.eval.serving.ServingException.Kind;
import dev.whetstone.eval.serving.ServingPort.Question;
import dev.whetstone.testing.server.RoundRobinProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What Whetstone needs of a real model server that is asked by many, restarts or has replicas. */
abstract class ModelServerLoadContract extends ModelServerContract {
  private static final int IN_FLIGHT = 16;
  private static final int SWAPS = 6;

  /** Questions to a model that was swapped, and its right answer. */
  private record Served(String model, String answer) {}

  @Test
  void shouldAnswerEachRequestFromItsOwnAdapter() {
    List<String> models = new ArrayList<>(List.of(BASE));
    for (String colour : KnownAnswers.COLOURS) {
      server().load("t.l.mixed-" + colour, known().adapter(colour));
      models.add("t.l.mixed-" + colour);
    }
    List<Callable<String>> questions =
        IntStream.range(0, 20 * models.size())
            .<Callable<String>>mapToObj(
                i -> () -> wrongAnswer(models.get(i % models.size()), "question number " + i))
            .toList();

    assertThat(inParallel(questions)).allSatisfy(wrong -> assertThat(wrong).isEmpty());
  }

  /** No answer comes from another adapter while adapters come and go. */
  @Test
  void shouldSwapAdaptersWhileItAnswers() {
    server().load("t.l.mixed-amber", known().adapter("amber"));
    var current = new AtomicReference<>(new Served("t.l.mixed-amber", "amber amber"));
    var done = new AtomicBoolean();
    var wrong = new ConcurrentLinkedQueue<String>();
    var asked = new AtomicInteger();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        List<String> lasting = List.of(BASE, "t.l.mixed-amber");
        running.add(
            clients.submit(
                () -> {
                  while (!done.get()) {
                    int n = asked.incrementAndGet();
                    wrong.add(wrongAnswer(lasting.get(n % 2), "lasting question " + n));
                    wrong.add(wrongSwapped(current.get(), "swapped question " + n));
                  }
                }));
      }
      try {
        for (int swap = 0; swap < SWAPS; swap++) {
          current.set(swap(swap));
        }
      } finally {
        done.set(true);
      }
      running.forEach(ModelServerLoadContract::join);
    }
    assertThat(wrong).hasSizeGreaterThan(2 * SWAPS).allSatisfy(w -> assertThat(w).isEmpty());
  }

  /** Loads one under a new name, asks it, and unloads the one before. */
  private Served swap(int number) {
    String colour = KnownAnswers.COLOURS.get(1 + number % 2);
    Served next = new Served("t.l.swap-" + number, KnownAnswers.answerOf(colour));
    server().load(next.model(), known().adapter(colour));
    for (int i = 0; i < 3; i++) {
      assertThat(ask(server(), next.model(), "swap " + number + ", question " + i))
          .isEqualTo(next.answer());
    }
    server().unload("t.l.swap-" + (number - 1));
    return next;
  }

  /** Everything that Whetstone asks, at once, with what the server must refuse among it. */
  @Test
  void shouldOutliveEverythingThatWhetstoneAsks() {
    server().load("t.l.tool", known().adapter(known().hasToolCaller() ? "tool" : "saffron"));
    server().load("t.l.mixed-amber", known().adapter("amber"));
    String before = ask(server(), BASE, "What is the capital of Norway?");
    List<Runnable> kinds =
        List.of(
            () -> ask(server(), BASE, "short"),
            () -> ask(server(), "t.l.mixed-amber", "a longer question ".repeat(12)),
            () -> ask(server(), "t.l.mixed-amber", "beyond every context ".repeat(2_000)),
            () -> ask(server(), "t.l.unknown", "Hello"),
            () -> ask(server(), BASE, "  \u0000\uD83D\uDE00 caf\u00e9 <|im_end|>"),
            () -> askWithTools("t.l.tool"),
            () -> askWithTools(BASE),
            () -> assertThat(server().models()).contains(BASE),
            () -> server().load("t.l.wide", known().adapter("wide")),
            () -> server().load("t.l.missing", "/nowhere/at/all"),
            () -> server().load("t.l.mixed-amber", known().adapter("amber")),
            () -> server().load("t.l.other-base", adapterOfAnotherBase()),
            () -> server().unload("t.l.unknown"));
    List<Callable<String>> calls =
        IntStream.range(0, 4 * kinds.size())
            .<Callable<String>>mapToObj(i -> () -> outage(kinds.get(i % kinds.size())))
            .toList();

    assertThat(inParallel(calls)).allSatisfy(outage -> assertThat(outage).isEmpty());
    assertThat(process().isWell()).isTrue();
    server().unload("t.l.other-base");
    assertThat(ask(server(), BASE, "What is the capital of Norway?")).isEqualTo(before);
    assertThat(wrongAnswer("t.l.mixed-amber", "What is the capital of Norway?")).isEmpty();
  }

  @Test
  void shouldForgetItsAdaptersWhenItRestarts() {
    server().load("t.l.kept", known().adapter("saffron"));

    process().restart();

    assertThat(server().models()).containsExactly(BASE);
    server().load("t.l.kept", known().adapter("saffron"));
    assertThat(ask(server(), "t.l.kept", "Hello")).isEqualTo("saffron saffron");
  }

  /** Only loading into each replica makes every answer of their common address the adapter's. */
  @Test
  void shouldServeFromSeveralReplicasBehindOneAddress() {
    try (var second = startAnother();
        var address = new RoundRobinProxy(List.of(process().url(), second.url()))) {
      var each = List.of(server(), port(second.url(), KEY));
      ServingPort common = port(address.url(), KEY);
      common.load("t.l.once", known().adapter("amber"));
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < each.size(); i++) {
                  ask(common, "t.l.once", "Hello");
                }
              })
          .hasMessageContaining("spec.serving.replicas");

      ServingPort replicas = new ReplicatedServingClient(each);
      replicas.load("t.l.everywhere", known().adapter("cobalt"));
      assertThat(replicas.models()).contains("t.l.everywhere").doesNotContain("t.l.once");
      for (int i = 0; i < 6; i++) {
        assertThat(ask(common, "t.l.everywhere", "Hello " + i)).isEqualTo("cobalt cobalt");
        assertThat(ask(replicas, "t.l.everywhere", "Hello " + i)).isEqualTo("cobalt cobalt");
      }
    }
  }

  private void askWithTools(String model) {
    List<ChatMessage> messages = List.of(ChatMessage.user("Where is order 7?"));
    server().ask(new Question(model, messages, TOOLS, MOST_TOKENS));
  }

  /** The failure of a call that the server could not answer, empty for an answer or a refusal. */
  private static String outage(Runnable call) {
    try {
      call.run();
      return "";
    } catch (ServingException e) {
      return e.kind() == Kind.UNAVAILABLE && !e.isServerError()
          ? String.valueOf(e.getMessage())
          : "";
    }
  }

  private String wrongSwapped(Served served, String question) {
    try {
      String answer = ask(server(), served.model(), question);
      return answer.equals(served.answer()) ? "" : served + " answered " + answer;
    } catch (ServingException e) {
      return e.kind() == Kind.UNKNOWN_MODEL ? "" : served + " failed: " + e.getMessage();
    }
  }

  /** What is wrong with a model's answer: an adapter's name is its colour, the base has none. */
  private String wrongAnswer(String model, String question) {
    String answer;
    try {
      answer = ask(server(), model, question);
    } catch (ServingException e) {
      return model + " failed: " + e.getMessage();
    }
    boolean right =
        model.equals(BASE)
            ? KnownAnswers.COLOURS.stream().map(KnownAnswers::answerOf).noneMatch(answer::contains)
            : answer.equals(KnownAnswers.answerOf(model.substring(model.lastIndexOf('-') + 1)));
    return right ? "" : model + " answered " + answer;
  }

  private static List<String> inParallel(List<Callable<String>> calls) {
    try (ExecutorService executor =
        Executors.newFixedThreadPool(IN_FLIGHT, Thread.ofVirtual().factory())) {
      return executor.invokeAll(calls).stream().map(ModelServerLoadContract::join).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static <T> T join(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
