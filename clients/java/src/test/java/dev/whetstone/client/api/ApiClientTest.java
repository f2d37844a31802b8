package dev.whetstone.client.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpServer;
import dev.whetstone.client.RemedyException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApiClientTest {
  private static final Pattern PAGE = Pattern.compile("limit=(\\d+)&after=([a-z0-9-]*)");
  private HttpServer eval;
  private int loops;

  @BeforeEach
  void start() throws IOException {
    eval = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    eval.createContext(
        "/v1/loops",
        exchange -> {
          byte[] body =
              page(exchange.getRequestURI().getQuery()).toString().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    eval.start();
  }

  @AfterEach
  void stop() {
    eval.stop(0);
  }

  @Test
  void shouldReadEveryPageOfLoops() {
    for (int all : new int[] {0, 1, 1_000, 2_345}) {
      loops = all;

      List<String> names =
          client(eval.getAddress().getPort()).loops().stream()
              .map(loop -> loop.path("loop").asText())
              .toList();

      assertThat(names).isEqualTo(IntStream.range(0, all).mapToObj(ApiClientTest::name).toList());
    }
  }

  @Test
  void shouldSayWithoutJavaWordsThatNothingListens() {
    int port = eval.getAddress().getPort();
    eval.stop(0);

    assertThatThrownBy(() -> client(port).get(StackComponent.EVAL, "/v1/loops"))
        .isInstanceOf(RemedyException.class)
        .hasMessageContaining("(connection refused)")
        .hasMessageNotContainingAny("Exception", "java");
  }

  private ArrayNode page(String query) {
    Matcher page = PAGE.matcher(query);
    assertThat(page.matches()).isTrue();
    ArrayNode answer = ApiClient.JSON.createArrayNode();
    IntStream.range(0, loops)
        .mapToObj(ApiClientTest::name)
        .filter(name -> name.compareTo(page.group(2)) > 0)
        .limit(Long.parseLong(page.group(1)))
        .forEach(name -> answer.addObject().put("loop", name));
    return answer;
  }

  private static String name(int number) {
    return "loop-%05d".formatted(number);
  }

  private static ApiClient client(int port) {
    return new ApiClient(new StackPorts(0, 0, 0, port, 0, 0, 0, 0, 0, 0, 0, 0), "key");
  }
}
