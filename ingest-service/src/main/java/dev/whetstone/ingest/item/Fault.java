package dev.whetstone.ingest.item;

import org.jspecify.annotations.Nullable;

/**
 * A fault of an item or a body, its place and the remedy. It has no stack trace: the cause is the
 * caller's input, and a request can have thousands.
 */
public final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FaultCode code;
  private final @Nullable String pointer;
  private final String remedy;

  /**
   * @param pointer JSON Pointer (RFC 6901) of the fault; absent if it has no place in the body
   * @param detail names the invalid value
   * @param remedy an instruction
   */
  public Fault(FaultCode code, @Nullable String pointer, String detail, String remedy) {
    super(detail, null, false, false);
    this.code = code;
    this.pointer = pointer;
    this.remedy = remedy;
  }

  public FaultCode code() {
    return code;
  }

  public @Nullable String pointer() {
    return pointer;
  }

  public String detail() {
    return getMessage();
  }

  public String remedy() {
    return remedy;
  }

  /** Its length in characters, for code that stores thousands of faults. */
  public int characters() {
    return detail().length() + remedy.length() + (pointer == null ? 0 : pointer.length());
  }

  /**
   * The same fault of an item at {@code prefix} in its body. A fault without a place concerns the
   * whole item. An item that is not in the body, or that is the whole body, adds no prefix.
   */
  public Fault under(String prefix) {
    if (prefix.isEmpty()) {
      return this;
    }
    return new Fault(code, prefix + (pointer == null ? "" : pointer), detail(), remedy);
  }
}
