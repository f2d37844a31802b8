package dev.whetstone.curation.stage.pii;

import com.google.i18n.phonenumbers.PhoneNumberMatch;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.Leniency;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds telephone numbers: those valid in a numbering plan, and digits grouped the way telephone
 * numbers are. Order, ticket and invoice numbers, dates and counts are not matched.
 */
final class PhoneNumberFinder {
  private static final int LEAST_DIGITS = 7;
  private static final int LEAST_GROUPED_DIGITS = 8;
  private static final int MOST_DIGITS = 15;
  private static final int CONTEXT = 24;
  private static final String DEFAULT_REGION = "US";

  private static final Pattern GROUPED =
      Pattern.compile(
          "(?:\\+|\\b|\\()\\d{1,4}\\)?(?:[ .-]\\(?\\d{2,5}\\)?){1,5}(?: ?(?:x|ext\\.?)"
              + " ?\\d{1,6})?\\b");
  private static final Pattern DATE =
      Pattern.compile(
          "\\d{4}[-. ]\\d{1,2}[-. ]\\d{1,2}(?:[ .-]\\d+)*|\\d{1,2}[-. ]\\d{1,2}[-. ]\\d{4}(?:["
              + " .-]\\d+)*");

  /** With dashes only, any other grouping could be a subtraction. */
  private static final Pattern NORTH_AMERICAN = Pattern.compile("(?:1-)?[2-9]\\d{2}-\\d{3}-\\d{4}");

  private static final Pattern THOUSANDS = Pattern.compile("[1-9]\\d{0,2}(?:[ .]\\d{3})+");
  private static final Pattern NAMED_OTHERWISE =
      Pattern.compile(
          "(?i)(?:order|ticket|invoice|reference|ref|case|article|item|product|serial|version|"
              + "tracking|customer|number of|isbn|sku)(?: (?:number|no|id|code))?[ .:#]*\\(?$");

  private PhoneNumberFinder() {}

  static List<PiiSpan> find(String text) {
    var spans = new ArrayList<PiiSpan>();
    if (text.chars().filter(c -> c >= '0' && c <= '9').limit(LEAST_DIGITS).count() < LEAST_DIGITS) {
      return spans;
    }
    for (PhoneNumberMatch match :
        PhoneNumberUtil.getInstance()
            .findNumbers(text, DEFAULT_REGION, Leniency.VALID, Long.MAX_VALUE)) {
      add(spans, text, match.start(), match.end());
    }
    Matcher grouped = GROUPED.matcher(text);
    while (grouped.find()) {
      if (looksLikePhone(grouped.group())) {
        add(spans, text, grouped.start(), grouped.end());
      }
    }
    return spans;
  }

  private static void add(List<PiiSpan> spans, String text, int start, int end) {
    boolean international = text.charAt(start) == '+';
    String before = text.substring(Math.max(0, start - CONTEXT), start);
    if (international || !NAMED_OTHERWISE.matcher(before).find()) {
      spans.add(new PiiSpan(PiiType.PHONE, start, end));
    }
  }

  private static boolean looksLikePhone(String grouped) {
    String number = grouped.split("x|ext", 2)[0].strip();
    long digits = number.chars().filter(Character::isDigit).count();
    if (digits < LEAST_GROUPED_DIGITS || digits > MOST_DIGITS) {
      return false;
    }
    if (number.startsWith("+") || number.startsWith("(") || number.startsWith("00")) {
      return true;
    }
    if (number.indexOf(' ') < 0 && number.indexOf('.') < 0) {
      return number.startsWith("0") || NORTH_AMERICAN.matches(number);
    }
    int groups = number.split("[ .-]").length;
    return groups >= 3 && !DATE.matches(number) && !THOUSANDS.matches(number);
  }
}
