package dev.whetstone.kit.loop;

import java.util.List;
import java.util.stream.Collectors;

/** An invalid loop file, with all its faults. */
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
   * One fault of a loop file.
   *
   * @param pointer JSON Pointer of the field; empty for the whole file
   * @param value the value of the field as text; empty if it is missing
   * @param allowed the accepted values
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
