package dev.whetstone.ingest.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.whetstone.ingest.Http;
import dev.whetstone.ingest.IngestTest;
import dev.whetstone.testing.TestKeys;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault of a request as a whole. */
@QuarkusTest
@DisplayName("I1: a request that is refused as a whole leaves nothing in Kafka")
class RequestFaultsTest extends IngestTest {
  private static final String THUMB =
      "{\"id\": \"fault\", \"responseId\": \"r-1\", \"kind\": \"thumb\", \"value\": true}";

  @AfterAll
  static void shouldLeaveNothingInKafka() {
    assertThat(published("fault")).isEmpty();
  }

  @Test
  void shouldNameLineAndColumnOfMalformedJson() {
    var answer = json("[" + THUMB + ",\n {\"kind\": thumb}]").post(FEEDBACK);

    assertProblem(answer, 400, "malformed-json");
    assertThat(answer.at("/detail")).startsWith("line 2, column ");
    assertThat(answer.at("/remedy")).contains("one array of objects");
  }

  @Test
  void shouldRefuseNdjsonWhoseLinesCannotBeFound() {
    byte[] utf16 = ("\uFEFF" + THUMB + "\n" + THUMB).getBytes(StandardCharsets.UTF_16LE);
    var answer = http().as(TestKeys.ACME).body("application/x-ndjson", utf16).post(FEEDBACK);

    assertProblem(answer, 400, "malformed-json");
    assertThat(answer.at("/detail")).isEqualTo("the body is in UTF-16 or UTF-32");

    answer = lines("[\n" + THUMB + ",\n" + THUMB + "\n]\n").post(FEEDBACK);

    assertProblem(answer, 400, "malformed-json");
    assertThat(answer.at("/detail")).isEqualTo("line 1 begins an array that ends on another line");
    assertThat(answer.at("/remedy")).contains("Content-Type: application/json");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[%s",
        "[%s,",
        "%s}",
        "%s%s",
        "[%s]]",
        "\"text\"",
        "12",
        "[%s] x",
        "{\"a\": 1, \"a\": 2}",
        "{\"a\": 01}",
        "[%s,,%s]"
      })
  void shouldRefuseABodyThatIsNotJson(String pattern) {
    assertProblem(json(pattern.replace("%s", THUMB)).post(FEEDBACK), 400, "malformed-json");
  }

  @Test
  void shouldRefuseInvalidUtf8() {
    byte[] body = THUMB.getBytes(StandardCharsets.UTF_8);
    body[10] = (byte) 0xC3;
    body[11] = (byte) 0x28;
    assertProblem(bytes(body).post(FEEDBACK), 400, "malformed-json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "[]"})
  void shouldRefuseABodyWithoutItems(String body) {
    assertProblem(json(body).post(FEEDBACK), 400, "no-items");
  }

  @Test
  void shouldRefuseDeepNesting() {
    assertProblem(
        json("{\"tags\": " + "[".repeat(5000) + "]".repeat(5000) + "}").post(FEEDBACK),
        400,
        "nested-too-deep");
  }

  @Test
  void shouldAskForAKey() {
    var without = http().body("application/json", THUMB).post(FEEDBACK);
    assertProblem(without, 401, "unauthorized");
    assertThat(without.at("/remedy")).contains("Authorization: Bearer");
    assertProblem(
        http()
            .header("Authorization", "Bearer wst_unknown")
            .body("application/json", THUMB)
            .post(FEEDBACK),
        401,
        "unauthorized");
  }

  @Test
  void shouldRefuseAKeyWithoutTheScope() {
    var answer = http().as(TestKeys.ACME_READ_ONLY).body("application/json", THUMB).post(FEEDBACK);
    assertProblem(answer, 403, "missing-scope");
    assertThat(answer.at("/remedy")).contains("ingest");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "theirs", "NO-SUCH.NAME"})
  void shouldAnswerLoopsOfOtherTenantsLikeUnknownLoops(String loop) {
    var answer = json(THUMB).post("/v1/loops/" + loop + "/feedback");
    assertProblem(answer, 404, "unknown-loop");
    assertThat(answer.at("/detail")).isEqualTo("there is no loop '" + loop + "'");
    assertThat(answer.text()).doesNotContain("'theirs'?");
  }

  @Test
  void shouldRefuseABodyThatIsTooLarge() {
    byte[] blanks = new byte[6 << 20];
    Arrays.fill(blanks, (byte) ' ');
    assertProblem(bytes(blanks).post(FEEDBACK), 413, "body-too-large");
    assertProblem(bytes(blanks).postChunked(FEEDBACK), 413, "body-too-large");
  }

  @Test
  void shouldRefuseABodyThatIsTooLargeDecompressed() throws IOException {
    byte[] blanks = new byte[40 << 20];
    Arrays.fill(blanks, (byte) ' ');
    assertProblem(
        bytes(gzip(blanks)).header("Content-Encoding", "gzip").post(FEEDBACK),
        413,
        "body-too-large");
    assertProblem(
        bytes(Zstd.compress(blanks)).header("Content-Encoding", "zstd").post(FEEDBACK),
        413,
        "body-too-large");
  }

  @Test
  void shouldRefuseASmallBodyThatWouldFillTheMemory() throws IOException {
    byte[] bomb = ("{\"x\":[" + "{},".repeat(5_000_000) + "{}]}").getBytes(StandardCharsets.UTF_8);
    for (String path : new String[] {FEEDBACK, INTERACTIONS}) {
      var answer = bytes(gzip(bomb)).header("Content-Encoding", "gzip").post(path);
      assertProblem(answer, 413, "item-too-large");
      assertThat(answer.at("/remedy")).contains("100000");
    }
  }

  @Test
  void shouldRefuseTooManyItems() {
    var answer = lines((THUMB + "\n").repeat(5001)).post(FEEDBACK);
    assertProblem(answer, 413, "too-many-items");
    assertThat(answer.at("/remedy")).contains("5000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "application/json; charset=iso-8859-1"})
  void shouldRefuseOtherMediaTypes(String type) {
    var answer = http().as(TestKeys.ACME).body(type, THUMB).post(FEEDBACK);
    assertProblem(answer, 415, "unsupported-media-type");
    assertThat(answer.at("/remedy")).startsWith("send ");
  }

  @Test
  void shouldRefuseOtherEncodings() {
    var answer = json(THUMB).header("Content-Encoding", "br").post(FEEDBACK);
    assertProblem(answer, 415, "unsupported-encoding");
    assertThat(answer.header("Accept-Encoding")).isEqualTo("gzip, zstd, identity");
  }

  @Test
  void shouldAcceptCompressedBodies() throws IOException {
    byte[] body = THUMB.replace("fault", "packed").getBytes(StandardCharsets.UTF_8);
    assertThat(bytes(gzip(body)).header("Content-Encoding", "gzip").post(FEEDBACK).status())
        .isEqualTo(202);
    assertThat(
            bytes(Zstd.compress(body)).header("Content-Encoding", "zstd").post(FEEDBACK).status())
        .isEqualTo(202);
    assertThat(published("packed")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"gzip, true", "gzip, false", "zstd, true", "zstd, false"})
  void shouldRefuseBrokenCompression(String encoding, boolean truncated) throws IOException {
    byte[] whole = ("[" + THUMB + "]").getBytes(StandardCharsets.UTF_8);
    byte[] packed = encoding.equals("gzip") ? gzip(whole) : Zstd.compress(whole);
    byte[] broken = truncated ? Arrays.copyOf(packed, packed.length / 2) : whole;
    assertProblem(
        bytes(broken).header("Content-Encoding", encoding).post(FEEDBACK),
        400,
        "malformed-encoding");
  }

  @Test
  void shouldAnswerUnknownPathsAndMethodsWithAProblem() {
    assertProblem(json(THUMB).post("/v1/nothing"), 404, "no-such-resource");
    assertProblem(
        json(THUMB).send("PUT", FEEDBACK, BodyPublishers.noBody()), 405, "method-not-allowed");
  }

  private Http bytes(byte[] body) {
    return http().as(TestKeys.ACME).body("application/json", body);
  }

  private static byte[] gzip(byte[] body) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    }
    return out.toByteArray();
  }
}
