package dev.whetstone.ingest.item;

import org.jspecify.annotations.Nullable;

/**
 * What is wrong with an item or a body, where, and what would be right. It carries no stack trace:
 * faults are the callers', and there may be thousands in a request.
 */
public final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FaultCode code;
  private final @Nullable String pointer;
  private final String remedy;

  /**
   * @param pointer JSON Pointer (RFC 6901) of the fault; absent where it has no place in the body
   * @param detail names the offending value
   * @param remedy what would be right
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

  /** How long it is, for those who keep thousands of them. */
  public int characters() {
    return detail().length() + remedy.length() + (pointer == null ? 0 : pointer.length());
  }

  /**
   * The same fault of an item that lies at {@code prefix} in its body. A fault without a place is
   * the whole item's; an item that is no part of the body, or all of it, gives it none.
   */
  public Fault under(String prefix) {
    if (prefix.isEmpty()) {
      return this;
    }
    return new Fault(code, prefix + (pointer == null ? "" : pointer), detail(), remedy);
  }
}
