package dev.whetstone.ingest.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.luben.zstd.Zstd;
import dev.whetstone.ingest.item.Fault;
import dev.whetstone.ingest.item.FaultCode;
import dev.whetstone.ingest.item.InputLimits;
import dev.whetstone.kit.json.Json;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;

class ItemStreamTest {
  private static final ItemStream.Opener OPENER = new ItemStream.Opener(InputLimits.standard());

  @Property(tries = 300)
  void shouldYieldEveryItemHoweverTheBytesArrive(
      @ForAll("items") List<Map<String, Object>> items,
      @ForAll BodyShape shape,
      @ForAll ContentEncoding encoding,
      @ForAll @IntRange(min = 1, max = 40) int chunk) {
    List<Map<String, Object>> sent = shape == BodyShape.OBJECT ? items.subList(0, 1) : items;
    byte[] body = body(sent, shape);

    List<JsonNode> read = read(in(encode(body, encoding), chunk), encoding, shape);

    assertThat(read)
        .containsExactlyElementsOf(
            sent.stream().map(item -> (JsonNode) Json.mapper().valueToTree(item)).toList());
  }

  @Property(tries = 1000)
  void shouldTurnBrokenBytesIntoAFault(
      @ForAll("items") List<Map<String, Object>> items,
      @ForAll BodyShape shape,
      @ForAll ContentEncoding encoding,
      @ForAll @IntRange(min = 0, max = 10_000) int place,
      @ForAll byte value,
      @ForAll boolean truncate) {
    byte[] body = encode(body(items, shape), encoding);
    int at = place % body.length;
    body[at] = value;
    InputStream in = new ByteArrayInputStream(body, 0, truncate ? at : body.length);

    try {
      assertThat(items(in, encoding, shape)).isNotEmpty();
    } catch (Fault fault) {
      assertThat(fault.code())
          .isIn(
              FaultCode.MALFORMED_JSON,
              FaultCode.MALFORMED_ENCODING,
              FaultCode.NO_ITEMS,
              FaultCode.NESTED_TOO_DEEP);
      assertThat(fault.remedy()).isNotBlank();
    }
  }

  @Property(tries = 500)
  void shouldTurnAnyTextIntoItemsOrAFault(@ForAll @NotEmpty String text, @ForAll BodyShape shape) {
    try {
      items(in(text.getBytes(StandardCharsets.UTF_8), 7), ContentEncoding.IDENTITY, shape);
    } catch (Fault fault) {
      assertThat(fault.code().status()).isEqualTo(400);
    }
  }

  @Example
  void shouldAllowNestingUpToTheLimit() {
    int depth = InputLimits.standard().nesting();
    String deepest = "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    assertThat(
            read(
                in(("[" + deepest + "]").getBytes(StandardCharsets.UTF_8), 64),
                ContentEncoding.IDENTITY,
                BodyShape.JSON))
        .hasSize(1);
  }

  @Example
  void shouldRefuseAnItemWithTooManyValuesBeforeItFillsTheMemory() {
    byte[] bomb = ("{\"x\":[" + "{},".repeat(5_000_000) + "{}]}").getBytes(StandardCharsets.UTF_8);
    Ledger ledger = new Ledger();

    assertThat(fault(Gzip.compress(bomb), ContentEncoding.GZIP, ledger))
        .contains("more than 100000 names and values");
    assertThat(ledger.most).isBetween(1L << 20, 8L << 20);
    assertThat(ledger.held).isZero();
  }

  @Example
  void shouldRefuseAnItemWithTooManyBytes() {
    String texts = "\"" + "y".repeat(100_000) + "\",";
    byte[] body = ("{\"x\":[" + texts.repeat(100) + "1]}").getBytes(StandardCharsets.UTF_8);
    Ledger ledger = new Ledger();

    assertThat(fault(body, ContentEncoding.IDENTITY, ledger)).contains("more than 2764800 bytes");
    assertThat(ledger.most).isLessThan(8L << 20);
  }

  @Example
  void shouldRefuseAnItemWithALongName() {
    byte[] body = ("{\"" + "n".repeat(1_001) + "\":1}").getBytes(StandardCharsets.UTF_8);
    assertThat(fault(body, ContentEncoding.IDENTITY, new Ledger())).contains("Name");
  }

  @Example
  void shouldTakeTheOtherLinesWhenOneIsMalformed() {
    assertThat(lines(utf8("{\"a\":1}\n\n{\"a\":2},\n  \n{\"a\": tru}\r\n{\"a\":3}")))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("1: {\"a\":1}"),
            line -> assertThat(line).isEqualTo("3 malformed-json: line 3 ends with a comma"),
            line -> assertThat(line).startsWith("5 malformed-json: line 5, column "),
            line -> assertThat(line).isEqualTo("6: {\"a\":3}"));
  }

  @Example
  void shouldTakeTheOtherLinesWhenOneIsNotUtf8() {
    byte[] body = utf8("{\"a\":1}\n{\"a\":\"caf#\"}\n{\"a\":2}\n");
    for (int i = 0; i < body.length; i++) {
      body[i] = body[i] == '#' ? (byte) 0xE9 : body[i];
    }
    assertThat(lines(body))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("1: {\"a\":1}"),
            line ->
                assertThat(line).startsWith("2 malformed-json: line 2, column ").contains("UTF-8"),
            line -> assertThat(line).isEqualTo("3: {\"a\":2}"));
  }

  @Example
  void shouldReadMarksSeveralObjectsInALineAndSeparatorsInTexts() {
    assertThat(lines(utf8("\uFEFF{\"a\":1}\r\n{\"a\":2} {\"a\":3}\n{\"a\":\"x\u2028y\"}")))
        .containsExactly("1: {\"a\":1}", "2: {\"a\":2}", "2: {\"a\":3}", "3: {\"a\":\"x\u2028y\"}");
    assertThat(lines(utf8("{\"a\":2} {\"a\":\n{\"a\":3}")))
        .as("all objects of a line or none")
        .satisfiesExactly(
            line -> assertThat(line).startsWith("1 malformed-json: line 1, column "),
            line -> assertThat(line).isEqualTo("2: {\"a\":3}"));
  }

  @Example
  void shouldRefuseOnlyTheLineThatIsTooLargeOrTooDeep() {
    String large = "{\"a\":[" + "\"y\",".repeat(720_000) + "1]}";
    String many = "{\"a\":[" + "{},".repeat(200_000) + "{}]}";
    String deep = "[".repeat(5000) + "]".repeat(5000);
    assertThat(lines(utf8(large + "\n" + many + "\n" + deep + "\n{\"a\":1}")))
        .satisfiesExactly(
            line ->
                assertThat(line).isEqualTo("1 item-too-large: line 1 has more than 2764800 bytes"),
            line -> assertThat(line).contains("line 2", "more than 100000 names and values"),
            line -> assertThat(line).startsWith("3 nested-too-deep: line 3, column "),
            line -> assertThat(line).isEqualTo("4: {\"a\":1}"));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Example
  void shouldChargeOneItemAtATime() {
    String item = "{\"x\":\"" + "y".repeat(300_000) + "\"}\n";
    Ledger ledger = new Ledger();
    byte[] body = item.repeat(10).getBytes(StandardCharsets.UTF_8);
    try (ItemStream stream =
        OPENER.open(in(body, 8192), ContentEncoding.IDENTITY, BodyShape.LINES, ledger)) {
      while (stream.next() != null) {
        assertThat(ledger.held).isBetween(300_000L, 1_300_000L);
      }
    }
    assertThat(ledger.held).isZero();
  }

  /** Remembers the most that was held. */
  private static final class Ledger implements MemoryBudget {
    private long held;
    private long most;

    @Override
    public void hold(long bytes) {
      held += bytes;
      most = Math.max(most, held);
    }

    @Override
    public void release(long bytes) {
      held -= bytes;
    }
  }

  private static String fault(byte[] body, ContentEncoding encoding, MemoryBudget memory) {
    try (ItemStream stream = OPENER.open(in(body, 8192), encoding, BodyShape.JSON, memory)) {
      return String.valueOf(stream.next());
    } catch (Fault fault) {
      assertThat(fault.code()).isEqualTo(FaultCode.ITEM_TOO_LARGE);
      assertThat(fault.remedy()).startsWith("send ");
      return fault.detail();
    }
  }

  @Provide
  Arbitrary<List<Map<String, Object>>> items() {
    Arbitrary<Object> values =
        Arbitraries.oneOf(
            Arbitraries.strings()
                .all()
                .ofMaxLength(20)
                .filter(ItemStreamTest::isUnicode)
                .map(s -> s),
            Arbitraries.integers().map(i -> i),
            Arbitraries.of(true, false).map(b -> b),
            Arbitraries.strings().ascii().list().ofMaxSize(3).map(l -> l));
    return Arbitraries.maps(Arbitraries.strings().alpha().ofMinLength(1), values)
        .ofMaxSize(5)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  private static boolean isUnicode(String text) {
    return text.equals(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
  }

  private static List<JsonNode> read(InputStream in, ContentEncoding encoding, BodyShape shape) {
    return items(in, encoding, shape).stream()
        .filter(BodyItem.Readable.class::isInstance)
        .map(item -> ((BodyItem.Readable) item).tree())
        .toList();
  }

  private static List<BodyItem> items(InputStream in, ContentEncoding encoding, BodyShape shape) {
    List<BodyItem> read = new ArrayList<>();
    try (ItemStream stream = OPENER.open(in, encoding, shape)) {
      for (BodyItem item = stream.next(); item != null; item = stream.next()) {
        read.add(item);
      }
      assertThat(stream.next()).isNull();
    }
    return read;
  }

  /** The items of lines: a tree as text, or the fault of an unreadable line. */
  private static List<String> lines(byte[] body) {
    return items(in(body, 7), ContentEncoding.IDENTITY, BodyShape.LINES).stream()
        .map(
            item ->
                switch (item) {
                  case BodyItem.Readable(JsonNode tree, int line) -> line + ": " + tree;
                  case BodyItem.Unreadable(Fault fault, int line) ->
                      line + " " + fault.code().code() + ": " + fault.detail();
                })
        .toList();
  }

  private static byte[] body(List<Map<String, Object>> items, BodyShape shape) {
    return switch (shape) {
      case JSON, ARRAY -> Json.write(items);
      case OBJECT -> Json.write(items.getFirst());
      case LINES ->
          items.stream()
              .map(item -> new String(Json.write(item), StandardCharsets.UTF_8))
              .collect(Collectors.joining("\n"))
              .getBytes(StandardCharsets.UTF_8);
    };
  }

  private static byte[] encode(byte[] body, ContentEncoding encoding) {
    return switch (encoding) {
      case IDENTITY -> body;
      case GZIP -> Gzip.compress(body);
      case ZSTD -> Zstd.compress(body);
    };
  }

  /** Hands out few bytes at a time, as a slow network does. */
  private static InputStream in(byte[] bytes, int chunk) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(length, chunk));
      }
    };
  }
}
