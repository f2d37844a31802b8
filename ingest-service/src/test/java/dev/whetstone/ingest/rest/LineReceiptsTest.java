package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One receipt for each line of NDJSON, whatever the other lines are. */
@QuarkusTest
class LineReceiptsTest extends IngestTest {
  private static String thumb(String id) {
    return "{\"id\": \"%s\", \"responseId\": \"r-1\", \"kind\": \"thumb\", \"value\": true}"
        .formatted(id);
  }

  @Test
  @DisplayName("I1: a line that cannot be read costs that line only")
  void shouldRefuseOnlyTheLinesThatCannotBeRead() {
    String body =
        String.join(
            "\n", thumb("line-1"), "", thumb("line-3") + ",", "{\"kind\" 7}", thumb("line-5"), "");

    var answer = lines(body).post(FEEDBACK);

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.all("line")).containsExactly("1", "3", "4", "5");
    assertThat(answer.all("status"))
        .containsExactly("accepted", "rejected", "rejected", "accepted");
    assertThat(answer.at("/1/problem/code")).isEqualTo("malformed-json");
    assertThat(answer.at("/1/problem/detail")).isEqualTo("line 3 ends with a comma");
    assertThat(answer.at("/1/problem/pointer")).isEqualTo("/1");
    assertThat(answer.at("/1/problem/remedy")).startsWith("remove the trailing comma");
    assertThat(answer.at("/2/problem/detail")).startsWith("line 4, column ");
    assertThat(published("line-1")).hasSize(1);
    assertThat(published("line-3")).isEmpty();
    assertThat(published("line-5")).hasSize(1);
  }

  @Test
  void shouldRefuseOnlyTheLineThatIsNotUtf8() {
    byte[] body =
        (thumb("utf-1") + "\n" + thumb("utf-2 \u00e9") + "\n" + thumb("utf-3"))
            .getBytes(StandardCharsets.ISO_8859_1);

    var answer = http().as(TestKeys.ACME).body("application/x-ndjson", body).post(FEEDBACK);

    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    assertThat(answer.all("status")).containsExactly("accepted", "rejected", "accepted");
    assertThat(answer.at("/1/problem/detail")).startsWith("line 2, column ").contains("UTF-8");
    assertThat(published("utf-3")).hasSize(1);
  }

  @Test
  void shouldAnswerThatNoLineIsJson() {
    var answer = lines("kind,value\nthumb,true\n").post(FEEDBACK);

    assertProblem(answer, 422, "all-items-rejected");
    assertThat(answer.at("/detail")).contains("none of 2 items", "line 1, column ");
    assertThat(answer.at("/items/1/line")).isEqualTo("2");
  }

  @Test
  void shouldTellHowToSendAPlainChatFile() {
    String chat =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"},"
            + " {\"role\": \"assistant\", \"content\": \"Hello\"}]}";
    for (String path : new String[] {FEEDBACK, INTERACTIONS}) {
      var answer = lines(chat + "\n" + chat).post(path);

      assertProblem(answer, 422, "all-items-rejected");
      assertThat(answer.at("/items/1/problem/code")).isEqualTo("bare-chat");
      assertThat(answer.at("/items/1/problem/remedy")).contains("\"kind\": \"demonstration\"");
    }
  }

  @Test
  void shouldTellTheRuleOfLoopNamesAndSuggestLoops() {
    var answer = json(thumb("x")).post("/v1/loops/Support/feedback");
    assertProblem(answer, 404, "unknown-loop");
    assertThat(answer.at("/remedy"))
        .startsWith("did you mean 'support'? a loop's name is 1 to 63 of a-z, 0-9 and '-'")
        .contains("; declared loops: search, support");

    answer = json(thumb("x")).post("/v1/loops/suport/feedback");
    assertThat(answer.at("/remedy")).startsWith("did you mean 'support'? use a declared loop");

    answer =
        http()
            .as(TestKeys.ACME_INGEST_ONLY)
            .body("application/json", thumb("x"))
            .post("/v1/loops/suport/feedback");
    assertThat(answer.at("/remedy")).as("may not read").doesNotContain("support");
  }
}
