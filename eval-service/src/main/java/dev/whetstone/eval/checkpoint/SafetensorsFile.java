package dev.whetstone.eval.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.whetstone.kit.json.Json;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A file of tensors in the safetensors format: eight bytes with the header's length, a JSON header,
 * then the values. Nothing in it is executed. Only the header is kept in memory; the values are
 * read once, in blocks, since a file can be larger than this service's memory.
 */
final class SafetensorsFile {
  private static final int LENGTH_BYTES = 8;

  /** A header has some hundred bytes per tensor, and an adapter some thousand tensors. */
  private static final long LONGEST_HEADER = 8 << 20;

  /** Bytes read at once; a multiple of every value's width. */
  private static final int BLOCK = 1 << 16;

  private final InputStream data;
  private final List<Tensor> tensors;

  private SafetensorsFile(InputStream data, List<Tensor> tensors) {
    this.data = data;
    this.tensors = Collections.unmodifiableList(tensors);
  }

  /**
   * @param from offset of the first byte within the data
   * @param to offset after the last byte
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
   * Reads the header.
   *
   * @param length of the file in bytes
   * @throws AdapterException if the bytes are not such a file, or only a part of one
   */
  static SafetensorsFile open(InputStream bytes, long length) throws IOException {
    if (length < LENGTH_BYTES) {
      throw new AdapterException("has only " + length + " bytes; it is truncated");
    }
    long header =
        ByteBuffer.wrap(read(bytes, LENGTH_BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (header < 2 || header > LONGEST_HEADER || LENGTH_BYTES + header > length) {
      throw new AdapterException("is truncated or not a safetensors file");
    }
    try {
      JsonNode names = Json.read(read(bytes, (int) header), JsonNode.class);
      List<Tensor> tensors = new ArrayList<>();
      for (Map.Entry<String, JsonNode> entry : names.properties()) {
        if (!entry.getKey().equals("__metadata__")) {
          tensors.add(tensor(entry.getKey(), entry.getValue(), length - LENGTH_BYTES - header));
        }
      }
      return new SafetensorsFile(bytes, tensors);
    } catch (UncheckedIOException e) {
      throw new AdapterException("has a header that is not JSON");
    }
  }

  List<Tensor> tensors() {
    return tensors;
  }

  /**
   * Reads every value; can be called once.
   *
   * @return names of the tensors whose values are all zero
   * @throws AdapterException if one is infinite or not a number, or if two tensors overlap
   */
  Set<String> requireFinite() throws IOException {
    Set<String> zero = new HashSet<>();
    long at = 0;
    List<Tensor> inOrder =
        tensors.stream()
            .sorted(Comparator.comparingLong(Tensor::from).thenComparingLong(Tensor::to))
            .toList();
    for (Tensor tensor : inOrder) {
      if (tensor.from() < at) {
        throw new AdapterException("contains " + tensor.name() + ", which overlaps another tensor");
      }
      data.skipNBytes(tensor.from() - at);
      boolean allZero = true;
      for (long left = tensor.to() - tensor.from(); left > 0; left -= BLOCK) {
        byte[] block = read(data, (int) Math.min(BLOCK, left));
        if (!isFinite(tensor.kind(), ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN))) {
          throw new AdapterException("contains values that are not finite in " + tensor.name());
        }
        allZero = allZero && isZero(tensor.kind(), block);
      }
      if (allZero) {
        zero.add(tensor.name());
      }
      at = tensor.to();
    }
    return zero;
  }

  private static byte[] read(InputStream from, int count) throws IOException {
    byte[] bytes = from.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException("the file ends before its length");
    }
    return bytes;
  }

  private static boolean isFinite(Kind kind, ByteBuffer values) {
    while (values.hasRemaining()) {
      boolean finite =
          switch (kind) {
            case F64 -> Double.isFinite(values.getDouble());
            case F32 -> Float.isFinite(values.getFloat());
            // A value with all exponent bits set is infinite or not a number.
            case F16 -> (values.getShort() & 0x7c00) != 0x7c00;
            case BF16 -> (values.getShort() & 0x7f80) != 0x7f80;
          };
      if (!finite) {
        return false;
      }
    }
    return true;
  }

  /** Whether every value is zero; a negative zero has only its sign bit set. */
  private static boolean isZero(Kind kind, byte[] values) {
    for (int i = 0; i < values.length; i++) {
      boolean holdsSign = i % kind.width == kind.width - 1;
      if ((holdsSign ? values[i] & 0x7f : values[i]) != 0) {
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
                    new AdapterException(
                        "contains %s of type %s, which is not supported"
                            .formatted(name, entry.path("dtype").asText())));
    List<Long> shape = new ArrayList<>();
    entry.path("shape").forEach(size -> shape.add(size.asLong()));
    long from = entry.path("data_offsets").path(0).asLong(-1);
    long to = entry.path("data_offsets").path(1).asLong(-1);
    if (from < 0 || to < from || to > available || to - from != bytes(shape, kind)) {
      throw new AdapterException("is truncated within " + name);
    }
    return new Tensor(name, kind, shape, from, to);
  }

  /** The size of a tensor; -1 for an impossible shape. */
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
