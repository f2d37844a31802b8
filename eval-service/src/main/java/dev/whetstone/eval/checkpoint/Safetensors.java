package dev.whetstone.eval.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A file of tensors in the safetensors format: eight bytes with the header's length, a JSON header,
 * then the values. Nothing in it is ever executed.
 */
final class Safetensors {
  private static final int LENGTH_BYTES = 8;
  private static final long LONGEST_HEADER = 100_000_000;
  private final byte[] bytes;
  private final int start;
  private final List<Tensor> tensors;

  private Safetensors(byte[] bytes, int start, List<Tensor> tensors) {
    this.bytes = bytes;
    this.start = start;
    this.tensors = Collections.unmodifiableList(tensors);
  }

  /**
   * @param from offset of the first value's byte within the data
   */
  record Tensor(String name, Kind kind, List<Long> shape, long from, long to) {}

  enum Kind {
    F64(8),
    F32(4),
    F16(2),
    BF16(2);

    private final int width;

    Kind(int width) {
      this.width = width;
    }
  }

  /**
   * @throws AdapterFault when the bytes are no such file, or only a part of one
   */
  static Safetensors parse(byte[] bytes) {
    if (bytes.length < LENGTH_BYTES) {
      throw new AdapterFault("holds " + bytes.length + " bytes; it is cut off");
    }
    long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > LONGEST_HEADER || LENGTH_BYTES + length > bytes.length) {
      throw new AdapterFault("is cut off, or no safetensors file");
    }
    int start = (int) (LENGTH_BYTES + length);
    try {
      JsonNode header = Json.read(Arrays.copyOfRange(bytes, LENGTH_BYTES, start), JsonNode.class);
      List<Tensor> tensors = new ArrayList<>();
      for (Map.Entry<String, JsonNode> entry : header.properties()) {
        if (!entry.getKey().equals("__metadata__")) {
          tensors.add(tensor(entry.getKey(), entry.getValue(), bytes.length - start));
        }
      }
      return new Safetensors(bytes, start, tensors);
    } catch (UncheckedIOException e) {
      throw new AdapterFault("has a header that is not JSON");
    }
  }

  List<Tensor> tensors() {
    return tensors;
  }

  /** Whether no value is infinite or not a number. */
  boolean isFinite(Tensor tensor) {
    ByteBuffer values =
        ByteBuffer.wrap(bytes, (int) (start + tensor.from()), (int) (tensor.to() - tensor.from()))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      boolean finite =
          switch (tensor.kind()) {
            case F64 -> Double.isFinite(values.getDouble());
            case F32 -> Float.isFinite(values.getFloat());
            // All exponent bits set is infinity or not a number.
            case F16 -> (values.getShort() & 0x7c00) != 0x7c00;
            case BF16 -> (values.getShort() & 0x7f80) != 0x7f80;
          };
      if (!finite) {
        return false;
      }
    }
    return true;
  }

  private static Tensor tensor(String name, JsonNode entry, long available) {
    Kind kind =
        Arrays.stream(Kind.values())
            .filter(known -> known.name().equals(entry.path("dtype").asText()))
            .findFirst()
            .orElseThrow(
                () ->
                    new AdapterFault(
                        "holds %s of type %s, which no adapter has"
                            .formatted(name, entry.path("dtype").asText())));
    List<Long> shape = new ArrayList<>();
    entry.path("shape").forEach(size -> shape.add(size.asLong()));
    long from = entry.path("data_offsets").path(0).asLong(-1);
    long to = entry.path("data_offsets").path(1).asLong(-1);
    if (from < 0 || to < from || to > available || to - from != bytes(shape, kind)) {
      throw new AdapterFault("is cut off within " + name);
    }
    return new Tensor(name, kind, shape, from, to);
  }

  /** -1 for a shape that no tensor in memory has. */
  private static long bytes(List<Long> shape, Kind kind) {
    long bytes = kind.width;
    try {
      for (long size : shape) {
        if (size < 0) {
          return -1;
        }
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException e) {
      return -1;
    }
    return bytes;
  }
}
