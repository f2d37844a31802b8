package dev.whetstone.training.batch;

/** A batch's bytes are not what its manifest says (I6); the message names the file. */
public class CorruptBatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String batchId;

  public CorruptBatchException(String batchId, String detail, Throwable cause) {
    super("batch " + batchId + " is corrupt: " + detail, cause);
    this.batchId = batchId;
  }

  public String batchId() {
    return batchId;
  }
}
