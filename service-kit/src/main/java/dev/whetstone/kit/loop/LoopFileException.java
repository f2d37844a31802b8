package dev.whetstone.kit.loop;

import java.util.List;
import java.util.stream.Collectors;

/** A loop file that does not hold, with everything that is wrong with it. */
public class LoopFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient List<Fault> faults;

  public LoopFileException(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining("\n")));
    this.faults = List.copyOf(faults);
  }

  public List<Fault> faults() {
    return faults;
  }

  /**
   * One thing that is wrong.
   *
   * @param pointer JSON Pointer of the field; empty for the whole file
   * @param value what stands there, as text; empty where nothing does
   * @param allowed what may stand there
   */
  public record Fault(String file, String pointer, String value, String allowed) {
    @Override
    public String toString() {
      String place = pointer.isEmpty() ? file : file + " " + pointer;
      return place
          + ": "
          + (value.isEmpty() ? "is missing" : "'" + value + "'")
          + "; allowed: "
          + allowed;
    }
  }
}
