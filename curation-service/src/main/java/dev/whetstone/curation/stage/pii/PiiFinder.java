package dev.whetstone.curation.stage.pii;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.commons.validator.routines.CreditCardValidator;
import org.apache.commons.validator.routines.IBANValidator;
import org.apache.commons.validator.routines.InetAddressValidator;

/**
 * Finds personal data by pattern: expressions without backtracking, and check digits where a type
 * has them. Names and postal addresses have no pattern and are not found.
 */
public final class PiiFinder implements PiiRecognizer {
  private static final Pattern EMAIL =
      Pattern.compile(
          "[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\\.[A-Za-z]{2,24}\\b");
  private static final Pattern URL_CREDENTIALS =
      Pattern.compile(
          "\\b[A-Za-z][A-Za-z0-9+.-]{1,20}://([^\\s/@:\\[\\]]{1,128}:[^\\s/@\\[\\]]{1,256})@");
  private static final Pattern IBAN =
      Pattern.compile("\\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{1,4}){3,8}\\b");
  private static final Pattern CARD = Pattern.compile("\\b[2-6](?:[ -]?[0-9]){12,18}\\b");
  private static final Pattern SSN = Pattern.compile("\\b[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}\\b");
  private static final Pattern IPV4 =
      Pattern.compile("\\b[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\b");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f]{0,4}:(?:[0-9A-Fa-f]{0,4}:){1,6}[0-9A-Fa-f]{0,4}");

  /** Checks prefix and length per brand, and the check digit. */
  private static final CreditCardValidator CARDS =
      new CreditCardValidator(
          CreditCardValidator.AMEX
              + CreditCardValidator.DINERS
              + CreditCardValidator.DISCOVER
              + CreditCardValidator.MASTERCARD
              + CreditCardValidator.VISA
              + CreditCardValidator.VPAY);

  @Override
  public List<PiiSpan> find(String text, Set<PiiType> types) {
    var found = new ArrayList<PiiSpan>();
    for (PiiType type : types) {
      found.addAll(find(text, type));
    }
    found.sort(
        Comparator.comparing(PiiSpan::type)
            .thenComparing(span -> span.start() - span.end())
            .thenComparing(PiiSpan::start));
    return apart(found);
  }

  /** Leaves out spans that overlap an earlier one of the list; the others by their start. */
  private static List<PiiSpan> apart(List<PiiSpan> found) {
    var kept = new TreeMap<Integer, PiiSpan>();
    for (PiiSpan span : found) {
      Map.Entry<Integer, PiiSpan> before = kept.floorEntry(span.start());
      Map.Entry<Integer, PiiSpan> after = kept.ceilingEntry(span.start());
      boolean free =
          (before == null || !span.overlaps(before.getValue()))
              && (after == null || !span.overlaps(after.getValue()));
      if (free) {
        kept.put(span.start(), span);
      }
    }
    return List.copyOf(kept.values());
  }

  private static List<PiiSpan> find(String text, PiiType type) {
    return switch (type) {
      case SECRET -> SecretFinder.find(text);
      case URL_CREDENTIALS -> matches(text, URL_CREDENTIALS, 1, type);
      case EMAIL -> text.indexOf('@') < 0 ? List.of() : matches(text, EMAIL, 0, type);
      case IBAN -> ibans(text);
      case CREDIT_CARD ->
          matches(text, CARD, 0, type).stream().filter(span -> card(text, span)).toList();
      case US_SSN -> matches(text, SSN, 0, type).stream().filter(span -> ssn(text, span)).toList();
      case IP_ADDRESS -> addresses(text);
      case PHONE -> PhoneNumberFinder.find(text);
    };
  }

  private static List<PiiSpan> matches(String text, Pattern pattern, int group, PiiType type) {
    var spans = new ArrayList<PiiSpan>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      spans.add(new PiiSpan(type, matcher.start(group), matcher.end(group)));
    }
    return spans;
  }

  private static boolean card(String text, PiiSpan span) {
    String digits = text.substring(span.start(), span.end()).replaceAll("[ -]", "");
    return CARDS.isValid(digits) && !decimals(text, span);
  }

  /** The fraction of a decimal number can have the length and check digit of a card by chance. */
  private static boolean decimals(String text, PiiSpan span) {
    return span.start() >= 2
        && (text.charAt(span.start() - 1) == '.' || text.charAt(span.start() - 1) == ',')
        && Character.isDigit(text.charAt(span.start() - 2));
  }

  private static boolean ssn(String text, PiiSpan span) {
    String number = text.substring(span.start(), span.end());
    return !number.startsWith("000")
        && !number.startsWith("666")
        && !number.startsWith("00", 4)
        && !number.endsWith("0000");
  }

  /** A pattern match can include the next word, so the longest valid prefix is taken. */
  private static List<PiiSpan> ibans(String text) {
    var spans = new ArrayList<PiiSpan>();
    for (PiiSpan span : matches(text, IBAN, 0, PiiType.IBAN)) {
      int end = span.end();
      while (end > span.start()) {
        String compact = text.substring(span.start(), end).replace(" ", "");
        if (IBANValidator.getInstance().isValid(compact)) {
          spans.add(new PiiSpan(PiiType.IBAN, span.start(), end));
          break;
        }
        end = text.substring(span.start(), end).lastIndexOf(' ') + span.start();
      }
    }
    return spans;
  }

  private static List<PiiSpan> addresses(String text) {
    var spans = new ArrayList<PiiSpan>();
    InetAddressValidator validator = InetAddressValidator.getInstance();
    for (PiiSpan span : matches(text, IPV4, 0, PiiType.IP_ADDRESS)) {
      if (validator.isValidInet4Address(text.substring(span.start(), span.end()))
          && !partOfLonger(text, span)) {
        spans.add(span);
      }
    }
    if (text.contains(":")) {
      for (PiiSpan span : matches(text, IPV6, 0, PiiType.IP_ADDRESS)) {
        String address = text.substring(span.start(), span.end());
        if (address.length() > 4 && validator.isValidInet6Address(address)) {
          spans.add(span);
        }
      }
    }
    return spans;
  }

  /** Five numbers joined by dots are a version or section number, not an address. */
  private static boolean partOfLonger(String text, PiiSpan span) {
    boolean before = span.start() > 0 && text.charAt(span.start() - 1) == '.';
    boolean after =
        span.end() + 1 < text.length()
            && text.charAt(span.end()) == '.'
            && Character.isDigit(text.charAt(span.end() + 1));
    return before || after;
  }
}
